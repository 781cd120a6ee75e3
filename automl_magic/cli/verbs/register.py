"""automl register: make a run's model a version in the registry."""

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
@click.option("--name", required=True, help="The model's name in the registry.")
def register(door: Door, /, run: str, name: str) -> Answer:
    """Make the model of a run a version in the registry, under the alias `candidate`.

    RUN is a run id, a unique beginning of one, or `last` (the default).
    """
    version = flow.register(run, name, workspace=door.workspace)
    # For `mlflow.pyfunc.load_model` in the cells that follow a magic.
    look_here_by_default(door.workspace)
    text = words.model_version(version, door.workspace.tracking_uri)
    return Answer(version, version.to_json(), text)
