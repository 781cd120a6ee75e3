"""automl plan: write an experiment file and notebooks without running them."""

from __future__ import annotations

from typing import Any

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import check_target, given, search_options


@verb
@search_options
def plan(frontend: Door, /, data: str, target: str | None, **options: Any) -> Answer:
    """Plan a search and write an experiment file and notebooks, without running them.

    DATA is a table, or an *.automl.yaml file.
    """
    table, typed = frontend.table(data), given(options)
    check_target(table, target, typed)
    planned = flow.plan(table, target, **typed, workspace=frontend.workspace)
    return Answer(planned, planned.to_json(), words.planned(planned))
