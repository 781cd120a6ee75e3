"""decisions: show the decisions of the search in a run folder as a table."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from automl_magic.display.text_table import TextTable
from automl_magic.learn.events import EVENTS

MAX_ROWS = 60


def decisions(run_dir: str | os.PathLike[str]) -> TextTable:
    """Return the decisions of the last search in a folder, in order.

    Parameters
    ----------
    run_dir : path
        The `run_dir` of the search. An empty folder gives an empty table.
    """
    events = _last_search_decisions(Path(run_dir) / EVENTS)
    rows = [
        (
            f"{float(event.get('elapsed_s') or 0.0):.1f}",
            f"{event.get('about', '')} {event.get('name', '')}".strip(),
            str(event.get("choice", "")),
            str(event.get("why", "")),
        )
        for event in events[:MAX_ROWS]
    ]
    more = len(events) - len(rows)
    return TextTable(
        caption=f"{len(events)} decision{'s' * (len(events) != 1)} of the search",
        headings=("Time (s)", "Subject", "Decision", "Why"),
        rows=rows,
        right=frozenset({0}),
        notes=[f"{more} more are in {EVENTS}."] if more else [],
    )


def _last_search_decisions(path: Path) -> list[dict[str, Any]]:
    decisions: list[dict[str, Any]] = []
    with contextlib.suppress(FileNotFoundError), path.open("rb") as lines:
        for line in lines:
            with contextlib.suppress(ValueError, LookupError, TypeError):
                event = json.loads(line)
                if event["event"] == "search":
                    decisions = []
                elif event["event"] == "decision":
                    decisions.append(event)
    return decisions
