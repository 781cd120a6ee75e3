"""automl fit: plan a search and run it."""

from __future__ import annotations

from typing import Any

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import check_target, given, search_options


@verb
@search_options
def fit(frontend: Door, /, data: str, target: str | None, **options: Any) -> Answer:
    """Plan a search and run it, to find a model for the table within the budget.

    DATA is a table, or an *.automl.yaml file.
    """
    table, typed = frontend.table(data), given(options)
    check_target(table, target, typed)
    with frontend.watching() as on_event:
        outcome = flow.fit(table, target, on_event=on_event, **typed, workspace=frontend.workspace)
    return words.answer_of(outcome)
