"""endpoint: what answers under a name. It asks the version that the route chooses, and counts.

endpoint   one deployment: its route, its versions, `predict`
endpoints  all deployments of a worker
route      which version answers: a share of the requests, or by key
ids        the id of a prediction
waiting    timeouts of many requests with one timer
shadow     a version that is asked too, after the answer has gone out
errors     what a caller may be told
"""

from automl_magic_serving.endpoint.endpoint import Endpoint, Predicted
from automl_magic_serving.endpoint.endpoints import Endpoints
from automl_magic_serving.endpoint.errors import Late, NotRouted

__all__ = ["Endpoint", "Endpoints", "Late", "NotRouted", "Predicted"]
