"""automl fit: plan a search and run it."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import check_target, search_options, table_text, typed_options


@subcommand
@search_options
def fit(
    frontend: Frontend, /, data: str, target: str | None, sheet: str | None, **options: object
) -> CommandResult:
    """Plan a search and run it, to find a model for the table within the budget.

    DATA is a table, or an *.automl.yaml file.
    """
    table = frontend.resolve_table(table_text(data, sheet))
    typed = typed_options(options)
    check_target(table, target, typed)
    with frontend.show_progress() as on_event:
        outcome = flow.fit(table, target, on_event=on_event, **typed, workspace=frontend.workspace)
    return formatters.run_result(outcome)
