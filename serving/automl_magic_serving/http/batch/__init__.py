"""batch: predictions for uploaded files, which clients download when they are done.

routes           POST and GET /v1/batch-predict
upload           streams the file to disk; multipart: parses forms part by part
jobs             the queue: rows of `batch_jobs`, and one folder per job
job_runner       starts the scoring process when there are jobs
scoring_process  one per workspace home, at low priority beside the workers
"""
