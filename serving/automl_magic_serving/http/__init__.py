"""http: the HTTP server in front of the endpoints.

app                the ASGI application: predictions first, everything else on Starlette
guard              uvicorn's protocol with limits on header size and slow requests
head               request headers, parsed once; body, strict_json: size limits, strict JSON
predict_routes     the prediction routes; infer, instances: their request and response formats
batch              batch predictions of files: /v1/batch-predict
management_routes  health, metrics, metadata, outcomes; openapi, page: the API's description
"""

from automl_magic_serving.http.app import make_app
from automl_magic_serving.http.guard import GuardedProtocol

__all__ = ["GuardedProtocol", "make_app"]
