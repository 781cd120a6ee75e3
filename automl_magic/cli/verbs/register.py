"""automl register: register a run's model as a new version."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.runs.opened import look_here_by_default


@verb
@run_argument
@click.option("--name", required=True, help="Name of the registered model.")
def register(frontend: Door, /, run: str, name: str) -> Answer:
    """Register the model of a run as a new version with the alias `candidate`.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    version = flow.register(run, name, workspace=frontend.workspace)
    # For `mlflow.pyfunc.load_model` in later cells of the notebook.
    look_here_by_default(frontend.workspace)
    text = words.model_version(version, frontend.workspace.tracking_uri)
    return Answer(version, version.to_json(), text)
