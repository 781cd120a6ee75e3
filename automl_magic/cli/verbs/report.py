"""automl report: the explanation of a model as one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.look.text import safe


@verb
@run_argument
@click.option("-o", "--output", default="report.html", metavar="FILE", show_default=True)
def report(door: Door, /, run: str, output: str) -> Answer:
    """Write the explanation of a run's model as one HTML file, to be mailed and kept.

    RUN is a run that `automl explain` has explained: a run id, a unique beginning of one, or `last`
    (the default). The file needs no server, runs no script and asks no other machine for anything.
    """
    from automl_magic.pages.report import Report

    made = Report.of(run, door.workspace)
    path = Path(output)
    made.write(path)
    size_bytes = path.stat().st_size
    document = {
        "report": str(path),
        "run_id": made.told.run_id,
        "of_run": made.told.of_run,
        "size_bytes": size_bytes,
    }
    text = f"Wrote {safe(path)}, {size_bytes / 1e6:.1f} MB. Any browser opens it."
    return Answer(path, document, text)
