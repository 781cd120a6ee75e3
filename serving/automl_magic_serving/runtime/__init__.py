"""runtime: loads a model from a signed folder and predicts with it.

load_model   checks approval, manifest, formats and digests, and tests the model in a child process
ServedModel  parses instances, predicts and explains; has the schema and the inference plan
Batcher      combines the requests of one turn of the event loop into a batch
"""

from __future__ import annotations

from automl_magic.recipe.instance_validator import InvalidInstance, ValidatedInstance
from automl_magic_serving.runtime.batcher import Batcher, QueueFull
from automl_magic_serving.runtime.loading import load_model
from automl_magic_serving.runtime.served_model import ServedModel

__all__ = [
    "Batcher",
    "InvalidInstance",
    "QueueFull",
    "ServedModel",
    "ValidatedInstance",
    "load_model",
]
