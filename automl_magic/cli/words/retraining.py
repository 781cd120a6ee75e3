"""What came of a retraining, in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import score_text, seconds
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.runs.outcome import Retrained


def retrained(made: Retrained) -> str:
    """Say from what the challenger was made, how it compares, and what to type next."""
    found = made.found
    compared = found.comparison
    rows = [(one.name, f"{one.rows:,}", one.note) for one in found.sources]
    scores = [
        (f"champion, version {found.champion}", score_text(compared.champion)),
        ("challenger", score_text(compared.challenger)),
    ]
    left_out = [
        f"Column {safe(name, 60)} is left out: {safe(why)}." for name, why in found.excluded.items()
    ]
    if made.version is not None:
        kept = f"It is version {made.version.version} of {safe(made.version.name)}: challenger."
    else:
        kept = f"It was not registered. To do so anyway: automl register {made.outcome.run.run_id}"
    return "\n".join(
        [
            text_table(("rows", "", ""), rows, right=(1,)),
            *left_out,
            "",
            text_table(("", f"{safe(compared.metric, 40)} on recent rows"), scores, right=(1,)),
            safe(found.why),
            kept,
            f"Run {made.outcome.run.run_id} ({seconds(made.outcome.wall_s)})",
            str(made.outcome.notebook),
            *(f"Next: {step}" for step in made.next_steps),
        ]
    )
