"""http: everything between a socket and an endpoint.

app        the ASGI application: predictions first, all else on Starlette
guard      uvicorn's protocol with bounded heads and no patience for slow senders
head       the headers, read once; body, strict: bodies up to a cap, JSON without doubt
hot        the routes that predict; infer, instances: their forms
batch      files that are scored aside: /v1/batch-predict
rest       health, metrics, metadata, outcomes; openapi, page: what describes it all
"""

from automl_magic_serving.http.app import make_app
from automl_magic_serving.http.guard import GuardedProtocol

__all__ = ["GuardedProtocol", "make_app"]
