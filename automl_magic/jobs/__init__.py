"""jobs: what goes on by itself, again and again: above `flow`, whose verbs it calls.

watch  a deployment is judged, looked at and trained anew until somebody says stop
"""
