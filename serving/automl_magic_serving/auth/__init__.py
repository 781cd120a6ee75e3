"""Authentication, rate limits and the errors that reject a request."""

from automl_magic_serving.auth.access_control import AccessControl, AuthMode
from automl_magic_serving.auth.callers import Caller
from automl_magic_serving.auth.hub import Hub
from automl_magic_serving.auth.problem import HttpProblem

__all__ = ["AccessControl", "AuthMode", "Caller", "HttpProblem", "Hub"]
