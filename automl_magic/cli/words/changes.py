"""What is equal and what differs, in plain text."""

from __future__ import annotations

from typing import Any

from automl_magic.look.text import safe
from automl_magic.runs.outcome import Rerun


def rerun(repeated: Rerun) -> str:
    """Say whether the numbers are the same, and name what differs."""
    lines = [
        "Equal: every metric is the same to the last digit." if repeated.equal else "Not equal."
    ]
    if repeated.differs:
        lines.append(f"Different inputs: {', '.join(map(safe, repeated.differs))}.")
    lines += [f"  {safe(name)}: {safe(value, 200)}" for name, value in repeated.details.items()]
    if repeated.outcome is not None:
        lines.append(f"The repetition is run {safe(repeated.outcome.run.run_id)}.")
    return "\n".join(lines)


def difference(found: Any) -> str:
    """Return the words of a difference, made safe line by line."""
    return "\n".join(safe(line) for line in str(found).split("\n"))
