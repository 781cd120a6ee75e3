"""automl notebook: export a run's model as a standalone notebook."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument
from automl_magic.display.text import printable


@subcommand
@run_argument
@click.option("--trial", type=int, help="Trial to export. Default: the final model.")
@click.option(
    "-o",
    "--output",
    default="model.ipynb",
    metavar="FILE",
    show_default=True,
    help="Notebook to write.",
)
def notebook(frontend: Frontend, /, run: str, trial: int | None, output: str) -> CommandResult:
    """Export the model of a run as a notebook that doesn't need automl-magic.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    path = flow.notebook(run, trial=trial, output=output, workspace=frontend.workspace)
    text = f"Wrote {printable(path)}. Its first cell lists the packages to install."
    return CommandResult(path, {"notebook": str(path)}, text)
