"""process: a supervisor process and its worker processes.

supervisor           starts workers, polls the store, distributes routes, sends heartbeats, drains
worker_process       the supervisor's view of one worker
worker               one worker: event loop, models, HTTP and gRPC
model_cache          the loaded models of a worker
acceptor             accepts connections from a socket shared by all workers
channel              messages between supervisor and workers
store_client         the supervisor's access to the store
ab_test              an A/B test, which compares versions by their outcomes
confidence_sequence  the statistical test behind it, valid at any time
rollouts             actions on canaries and A/B tests
canary_guard         checks a canary against its objectives
options              command line options
"""
