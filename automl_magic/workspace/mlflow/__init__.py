"""mlflow: connections to MLflow, for `track` and `register`.

connection  connect to a store, create its database, lock it
probe       whether a server answers, within seconds
failures    errors of MLflow and its database as a `TrackingError`
addresses   addresses of stores and artifacts
"""

from automl_magic.workspace.mlflow.addresses import artifact_root, local_path, redact_url
from automl_magic.workspace.mlflow.connection import (
    check_registry,
    connect,
    set_default_tracking,
    store_lock,
)
from automl_magic.workspace.mlflow.failures import translate_mlflow_errors

__all__ = [
    "artifact_root",
    "check_registry",
    "connect",
    "local_path",
    "redact_url",
    "set_default_tracking",
    "store_lock",
    "translate_mlflow_errors",
]
