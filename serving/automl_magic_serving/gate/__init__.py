"""Authentication, rate limits and the errors that reject a request."""

from automl_magic_serving.gate.callers import Caller
from automl_magic_serving.gate.gate import AuthMode, Gate
from automl_magic_serving.gate.hub import Hub
from automl_magic_serving.gate.problem import Problem

__all__ = ["AuthMode", "Caller", "Gate", "Hub", "Problem"]
