"""automl plan: write an experiment file and notebooks without running them."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import check_target, search_options, table_text, typed_options


@subcommand
@search_options
def plan(
    frontend: Frontend, /, data: str, target: str | None, sheet: str | None, **options: object
) -> CommandResult:
    """Plan a search and write an experiment file and notebooks, without running them.

    DATA is a table, or an *.automl.yaml file.
    """
    table = frontend.resolve_table(table_text(data, sheet))
    typed = typed_options(options)
    check_target(table, target, typed)
    planned = flow.plan(table, target, **typed, workspace=frontend.workspace)
    return CommandResult(planned, planned.to_json(), formatters.format_plan(planned))
