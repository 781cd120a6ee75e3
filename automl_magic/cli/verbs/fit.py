"""automl fit: plan, then run."""

from __future__ import annotations

from typing import Any

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import check_target, given, search_options


@verb
@search_options
def fit(door: Door, /, data: str, target: str | None, **options: Any) -> Answer:
    """Plan, then run: find a model for the table within the budget.

    DATA is a table, or an *.automl.yaml file.
    """
    table, typed = door.table(data), given(options)
    check_target(table, target, typed)
    with door.watching() as on_event:
        outcome = flow.fit(table, target, on_event=on_event, **typed, workspace=door.workspace)
    return words.answer_of(outcome)
