"""process: a parent process that supervises the worker processes.

parent     starts workers, polls the store, distributes routes, sends heartbeats, drains
child      the parent's view of one worker
worker     one worker: event loop, models, HTTP and gRPC
models     the model cache of a worker
accept     accepts connections from a socket shared by all workers
channel    messages between parent and workers
stored     the parent's access to the store
experiment an A/B test, which compares versions by their outcomes
sequential the statistical test behind it, valid at any time
rollouts   actions on canaries and A/B tests
guard      checks a canary against its objectives
options    command line options
"""
