"""batch: a file comes with a request, and its predictions are fetched when they are there.

routes     POST and GET /v1/batch-predict
upload     the file goes to disk while it comes; multipart: forms, part by part
jobs       what is to be done: rows of `batch_jobs`, and a folder each
keeper     sees to it that somebody works while there are jobs
work       the one process of this home that scores them, beside the workers and after them
"""
