"""The result of a retraining as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import score_text, seconds
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.runs.outcome import Retrained


def retrained(result: Retrained) -> str:
    """Format the rows and scores of a challenger, with the next commands."""
    report = result.found
    comparison = report.comparison
    rows = [(source.name, f"{source.rows:,}", source.note) for source in report.sources]
    scores = [
        (f"champion, version {report.champion}", score_text(comparison.champion)),
        ("challenger", score_text(comparison.challenger)),
    ]
    excluded = [
        f"Excluded column {safe(name, 60)}: {safe(why)}." for name, why in report.excluded.items()
    ]
    if result.version is not None:
        registration = (
            f"Registered the challenger as version {result.version.version} of "
            f"{safe(result.version.name)}."
        )
    else:
        registration = (
            f"Not registered. To register it anyway: automl register {result.outcome.run.run_id}"
        )
    return "\n".join(
        [
            text_table(("rows", "", ""), rows, right=(1,)),
            *excluded,
            "",
            text_table(("", f"{safe(comparison.metric, 40)} on recent rows"), scores, right=(1,)),
            safe(report.why),
            registration,
            f"Run {result.outcome.run.run_id} ({seconds(result.outcome.wall_s)})",
            str(result.outcome.notebook),
            *(f"Next: {step}" for step in result.next_steps),
        ]
    )
