"""The result of a retraining as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import format_score_interval, format_seconds
from automl_magic.display.text import printable

if TYPE_CHECKING:
    from automl_magic.runs.outcome import RetrainResult


def format_retraining(result: RetrainResult) -> str:
    """Format the rows and scores of a challenger, with the next commands."""
    report = result.report
    comparison = report.comparison
    rows = [(source.name, f"{source.rows:,}", source.note) for source in report.sources]
    scores = [
        (f"champion, version {report.champion}", format_score_interval(comparison.champion)),
        ("challenger", format_score_interval(comparison.challenger)),
    ]
    excluded = [
        f"Excluded column {printable(name, 60)}: {printable(why)}."
        for name, why in report.excluded.items()
    ]
    if result.version is not None:
        registration = (
            f"Registered the challenger as version {result.version.version} of "
            f"{printable(result.version.name)}."
        )
    else:
        registration = (
            f"Not registered. To register it anyway: automl register {result.outcome.run.run_id}"
        )
    return "\n".join(
        [
            format_table(("rows", "", ""), rows, right=(1,)),
            *excluded,
            "",
            format_table(
                ("", f"{printable(comparison.metric, 40)} on recent rows"), scores, right=(1,)
            ),
            printable(report.why),
            registration,
            f"Run {result.outcome.run.run_id} ({format_seconds(result.outcome.wall_s)})",
            str(result.outcome.notebook),
            *(f"Next: {step}" for step in result.next_steps),
        ]
    )
