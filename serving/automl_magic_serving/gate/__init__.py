"""Who may ask, how often, and what a request that is refused is told."""

from automl_magic_serving.gate.callers import Caller
from automl_magic_serving.gate.gate import AuthMode, Gate
from automl_magic_serving.gate.hub import Hub
from automl_magic_serving.gate.problem import Problem

__all__ = ["AuthMode", "Caller", "Gate", "Hub", "Problem"]
