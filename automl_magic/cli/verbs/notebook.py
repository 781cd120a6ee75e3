"""automl notebook: export a run's model as a standalone notebook."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.look.text import safe


@verb
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
def notebook(frontend: Door, /, run: str, trial: int | None, output: str) -> Answer:
    """Export the model of a run as a notebook that doesn't need automl-magic.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    path = flow.notebook(run, trial=trial, output=output, workspace=frontend.workspace)
    text = f"Wrote {safe(path)}. Its first cell lists the packages to install."
    return Answer(path, {"notebook": str(path)}, text)
