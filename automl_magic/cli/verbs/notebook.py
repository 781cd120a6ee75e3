"""automl notebook: write a run's model as a notebook that stands alone."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.look.text import safe


@verb
@run_argument
@click.option("--trial", type=int, help="One trial. Default: the model that won.")
@click.option("-o", "--output", default="model.ipynb", metavar="FILE", show_default=True)
def notebook(door: Door, /, run: str, trial: int | None, output: str) -> Answer:
    """Write the model of a run as a notebook of public packages: it needs no automl-magic.

    RUN is a run id, a unique beginning of one, or `last` (the default).
    """
    path = flow.notebook(run, trial=trial, output=output, workspace=door.workspace)
    text = f"Wrote {safe(path)}. It needs no automl-magic: its first cell lists what to install."
    return Answer(path, {"notebook": str(path)}, text)
