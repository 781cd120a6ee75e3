"""Reruns and differences between runs as plain text."""

from __future__ import annotations

from typing import Any

from automl_magic.look.text import safe
from automl_magic.runs.outcome import Rerun


def rerun(result: Rerun) -> str:
    """Format whether a rerun has the same metrics, with the differences."""
    lines = ["Equal: every metric is the same to the last digit." if result.equal else "Not equal."]
    if result.differs:
        lines.append(f"Different inputs: {', '.join(map(safe, result.differs))}.")
    lines += [f"  {safe(name)}: {safe(value, 200)}" for name, value in result.details.items()]
    if result.outcome is not None:
        lines.append(f"The rerun is run {safe(result.outcome.run.run_id)}.")
    return "\n".join(lines)


def difference(run_diff: Any) -> str:
    """Format the difference between two runs, with control characters escaped."""
    return "\n".join(safe(line) for line in str(run_diff).split("\n"))
