"""process: a parent that serves nothing and keeps workers that do.

parent     starts workers, follows the store, pushes routes, writes beats, drains
child      one worker as its parent sees it
worker     one process: event loop, models, HTTP and gRPC
models     what a worker has loaded, and for how long it keeps it
accept     connections from a socket that all workers share
channel    what parent and workers say to each other
stored     what the parent reads from the store
experiment an A/B test: each version is judged by what came true
sequential the test behind it, which may be looked at at any time
rollouts   what is done about canaries and A/B tests
guard      whether a canary breaches its objectives
options    what the command line says
"""
