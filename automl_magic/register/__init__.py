"""Model registry: verify a model's files and register it as a version. Doesn't deploy."""

from automl_magic.records.models.model import ALIASES, CANDIDATE
from automl_magic.register.memory import MemoryRegistry
from automl_magic.register.mlflow import MlflowRegistry
from automl_magic.register.registry import Registry
from automl_magic.register.verify import verified_manifest

__all__ = [
    "ALIASES",
    "CANDIDATE",
    "MemoryRegistry",
    "MlflowRegistry",
    "Registry",
    "verified_manifest",
]
