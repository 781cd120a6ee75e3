"""automl report: write the explanation of a model to one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument
from automl_magic.display.text import printable


@subcommand
@run_argument
@click.option(
    "-o",
    "--output",
    default="report.html",
    metavar="FILE",
    show_default=True,
    help="HTML file to write.",
)
def report(frontend: Frontend, /, run: str, output: str) -> CommandResult:
    """Write the explanation of a run's model to one HTML file that you can email.

    Run `automl explain RUN` first. RUN is a run ID, a unique prefix of one, or `last` (the
    default). The file contains no scripts and loads nothing from other servers.
    """
    from automl_magic.pages.report import ExplainReport

    explain_report = ExplainReport.of(run, frontend.workspace)
    path = Path(output)
    explain_report.write(path)
    size_bytes = path.stat().st_size
    document = {
        "report": str(path),
        "run_id": explain_report.explanation.run_id,
        "of_run": explain_report.explanation.of_run,
        "size_bytes": size_bytes,
    }
    text = f"Wrote {printable(path)} ({size_bytes / 1e6:.1f} MB). Open it in a browser."
    return CommandResult(path, document, text)
