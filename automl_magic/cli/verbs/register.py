"""automl register: make a run's model a version in the registry."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument


@verb
@run_argument
@click.option("--name", required=True, help="The model's name in the registry.")
def register(door: Door, /, run: str, name: str) -> Answer:  # noqa: ARG001
    """Make the model of a run a version in the registry, under the alias `candidate`.

    RUN is a run id, a unique beginning of one, or `last` (the default).
    """
    version = flow.register(run, name)
    return Answer(version, version.to_json(), words.model_version(version))
