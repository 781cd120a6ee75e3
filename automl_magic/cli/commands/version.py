"""automl version: show the versions of automl-magic and its dependencies."""

from __future__ import annotations

import platform
from importlib import metadata

import automl_magic
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend

DEPENDENCIES = (
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
# On Linux, a smaller distribution without CUDA provides the same library.
ALTERNATIVE_NAMES = {"xgboost": "xgboost-cpu"}


@subcommand
def version(frontend: Frontend, /) -> CommandResult:  # noqa: ARG001
    """Show the versions of automl-magic, Python and the main dependencies."""
    versions = {"automl-magic": automl_magic.__version__, "python": platform.python_version()}
    versions |= {name: _installed(name) for name in DEPENDENCIES}
    width = max(map(len, versions))
    text = "\n".join(f"{name:<{width}}  {number}" for name, number in versions.items())
    return CommandResult(versions, versions, text)


def _installed(name: str) -> str:
    for distribution in (name, ALTERNATIVE_NAMES.get(name, name)):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "not installed"
