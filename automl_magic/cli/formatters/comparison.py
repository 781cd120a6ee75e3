"""Reruns and differences between runs as plain text."""

from __future__ import annotations

from automl_magic.display.text import printable
from automl_magic.runs.outcome import RerunResult


def format_rerun(result: RerunResult) -> str:
    """Format whether a rerun has the same metrics, with the differences."""
    lines = ["Equal: every metric is the same to the last digit." if result.equal else "Not equal."]
    if result.differs:
        lines.append(f"Different inputs: {', '.join(map(printable, result.differs))}.")
    lines += [
        f"  {printable(name)}: {printable(value, 200)}" for name, value in result.details.items()
    ]
    if result.outcome is not None:
        lines.append(f"The rerun is run {printable(result.outcome.run.run_id)}.")
    return "\n".join(lines)


def format_diff(run_diff: object) -> str:
    """Format the difference between two runs, with control characters escaped."""
    return "\n".join(printable(line) for line in str(run_diff).split("\n"))
