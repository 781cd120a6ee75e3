"""endpoint: one deployment in one worker. It routes requests to a version and counts them.

endpoint       one deployment: its route, its versions, `predict`
endpoints      all deployments of a worker
traffic_split  shares of requests per version, or a fixed version by key
ids            prediction ids
timeouts       timeouts of many requests with one timer
shadow         a shadow version, which runs after the response was sent
errors         errors of a prediction
"""

from automl_magic_serving.endpoint.endpoint import Endpoint, PredictionResponse
from automl_magic_serving.endpoint.endpoints import Endpoints
from automl_magic_serving.endpoint.errors import NotRouted, PredictionTimeout

__all__ = ["Endpoint", "Endpoints", "NotRouted", "PredictionResponse", "PredictionTimeout"]
