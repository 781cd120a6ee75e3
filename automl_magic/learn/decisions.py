"""decisions: what the search in a run folder decided, as a table to look at."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from automl_magic.learn.events import EVENTS
from automl_magic.look.text_table import TextTable

MOST_ROWS = 60


def decisions(run_dir: str | os.PathLike[str]) -> TextTable:
    """Return what the last search in a folder decided while it ran, in order.

    Parameters
    ----------
    run_dir : path
        The `run_dir` of the search. An empty folder gives an empty table.
    """
    found = _of_the_last_search(Path(run_dir) / EVENTS)
    rows = [
        (
            f"{float(event.get('elapsed_s') or 0.0):.1f}",
            f"{event.get('about', '')} {event.get('name', '')}".strip(),
            str(event.get("choice", "")),
            str(event.get("why", "")),
        )
        for event in found[:MOST_ROWS]
    ]
    more = len(found) - len(rows)
    return TextTable(
        caption=f"{len(found)} decision{'s' * (len(found) != 1)} of the search",
        headings=("After s", "About", "Decision", "Why"),
        rows=rows,
        right=frozenset({0}),
        notes=[f"{more} more are in {EVENTS}."] if more else [],
    )


def _of_the_last_search(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with contextlib.suppress(FileNotFoundError), path.open("rb") as lines:
        for line in lines:
            with contextlib.suppress(ValueError, LookupError, TypeError):
                event = json.loads(line)
                if event["event"] == "search":
                    found = []
                elif event["event"] == "decision":
                    found.append(event)
    return found
