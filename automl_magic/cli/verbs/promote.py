"""automl promote: give a version of a model an alias."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.argument("alias")
def promote(door: Door, /, name: str, version: int, alias: str) -> Answer:  # noqa: ARG001
    """Make ALIAS mean this VERSION of the model NAME.

    The aliases are candidate, challenger, champion, shadow and rollback. The champion that gives
    way keeps the alias rollback.
    """
    promoted = flow.promote(name, version, alias)
    return Answer(promoted, promoted.to_json(), words.model_promoted(promoted))
