"""automl version: what is installed."""

from __future__ import annotations

import platform
from importlib import metadata

import automl_magic
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door

STANDS_ON = (
    "numpy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "catboost",
    "mlflow",
    "papermill",
    "voila",
)
# On Linux the same library comes as a smaller distribution, without CUDA.
ALSO_CALLED = {"xgboost": "xgboost-cpu"}


@verb
def version(door: Door, /) -> Answer:  # noqa: ARG001
    """Show the versions of automl-magic and of what it stands on."""
    versions = {"automl-magic": automl_magic.__version__, "python": platform.python_version()}
    versions |= {name: _installed(name) for name in STANDS_ON}
    width = max(map(len, versions))
    text = "\n".join(f"{name:<{width}}  {number}" for name, number in versions.items())
    return Answer(versions, versions, text)


def _installed(name: str) -> str:
    for distribution in (name, ALSO_CALLED.get(name, name)):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "not installed"
