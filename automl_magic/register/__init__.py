"""register: Trial → ModelVersion. Verifies a model's files. It doesn't deploy models."""

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
