"""automl register: register a run's model as a new version."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument
from automl_magic.runs.backends import set_default_tracking


@subcommand
@run_argument
@click.option("--name", required=True, help="Name of the registered model.")
def register(frontend: Frontend, /, run: str, name: str) -> CommandResult:
    """Register the model of a run as a new version with the alias `candidate`.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    version = flow.register(run, name, workspace=frontend.workspace)
    # For `mlflow.pyfunc.load_model` in later cells of the notebook.
    set_default_tracking(frontend.workspace)
    text = formatters.format_model_version(version, frontend.workspace.tracking_uri)
    return CommandResult(version, version.to_json(), text)
