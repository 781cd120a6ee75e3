"""The progress of a run as one line in a notebook."""

from __future__ import annotations

from automl_magic.cli.progress import Progress
from automl_magic.display.html import block, tag, text


def progress_bundle(progress: Progress, *, is_over: bool = False) -> dict[str, str]:
    """Return the progress line as plain text and HTML. For a finished run, only the totals."""
    line = progress.summary() if is_over else progress.line()
    if is_over:
        return {"text/plain": line, "text/html": block(tag("p", text(line), class_="am-soft"))}
    value = None if progress.fraction is None else f"{progress.fraction:.3f}"
    bar = tag("progress", max=1, value=value, aria_label="Done")
    return {
        "text/plain": line,
        "text/html": block(tag("p", bar, " ", text(line)), role="status"),
    }
