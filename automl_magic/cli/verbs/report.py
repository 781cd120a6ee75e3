"""automl report: write the explanation of a model to one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.look.text import safe


@verb
@run_argument
@click.option(
    "-o",
    "--output",
    default="report.html",
    metavar="FILE",
    show_default=True,
    help="HTML file to write.",
)
def report(frontend: Door, /, run: str, output: str) -> Answer:
    """Write the explanation of a run's model to one HTML file that you can email.

    Run `automl explain RUN` first. RUN is a run ID, a unique prefix of one, or `last` (the
    default). The file contains no scripts and loads nothing from other servers.
    """
    from automl_magic.pages.report import Report

    explain_report = Report.of(run, frontend.workspace)
    path = Path(output)
    explain_report.write(path)
    size_bytes = path.stat().st_size
    document = {
        "report": str(path),
        "run_id": explain_report.told.run_id,
        "of_run": explain_report.told.of_run,
        "size_bytes": size_bytes,
    }
    text = f"Wrote {safe(path)} ({size_bytes / 1e6:.1f} MB). Open it in a browser."
    return Answer(path, document, text)
