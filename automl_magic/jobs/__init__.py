"""jobs: background loops, on top of `flow`.

watch  monitor a deployment, send alerts and retrain until stopped
"""
