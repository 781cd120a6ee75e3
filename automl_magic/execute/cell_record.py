"""The actual status of each cell, with which the executed notebook is corrected.

After a dead kernel, papermill marks all cells `completed`, even those that didn't run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from automl_magic.execute.atomic_io import notebook_bytes
from automl_magic.execute.notebook import is_executed, tags_of
from automl_magic.files.atomic import write_atomic
from automl_magic.records.runs.run import Failure

INPUT_NAME, OUTPUT_NAME = "input.ipynb", "output.ipynb"
_MARKER_TAG = "papermill-error-cell-tag"


@dataclass
class CellRecord:
    """The cells that a run must execute, in order, and the runner's events for each.

    Times are seconds since 1970.
    """

    planned: list[str] = field(default_factory=list)
    started: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)
    failed: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[Mapping[str, object]]) -> CellRecord:
        """Rebuild a record from the events of a dead supervisor."""
        record = cls()
        for event in events:
            if event.get("event") == "cell":
                record.record_event(
                    str(event.get("cell_id")), str(event.get("state")), event.get("t")
                )
        return record

    def record_event(self, cell_id: str, state: str, timestamp: object = None) -> None:
        """Record a cell event."""
        if not isinstance(timestamp, int | float):
            timestamp = datetime.now(UTC).timestamp()
        times = {"started": self.started, "done": self.done, "failed": self.failed}.get(state)
        if times is not None:
            times[cell_id] = float(timestamp)

    @property
    def current(self) -> str | None:
        """The cell that started last, if it isn't done. None between cells."""
        last = next(reversed(self.started), None)
        return last if last is not None and last not in self.done else None

    @property
    def is_complete(self) -> bool:
        """Whether all planned cells started and finished, in the planned order."""
        return (
            bool(self.planned)
            and list(self.started) == self.planned
            and list(self.done) == self.planned
            and not self.failed
        )

    def cell_metadata(self, cell_id: str) -> dict[str, object]:
        """Return the correct `papermill` metadata of a cell."""
        start = self.started.get(cell_id)
        end = self.done.get(cell_id, self.failed.get(cell_id))
        if start is None:
            status, exception = "pending", None
        elif cell_id in self.done:
            status, exception = "completed", False
        else:
            status, exception = "failed", True
        return {
            "status": status,
            "exception": exception,
            "start_time": _iso(start),
            "end_time": _iso(end),
            "duration": None if start is None or end is None else round(end - start, 6),
        }


def write_executed_notebook(
    folder: Path, run_id: str, record: CellRecord, failure: Failure | None
) -> None:
    """Rewrite the executed notebook with the actual status of its cells and the run id.

    If nothing was saved before the end, this is the input notebook with all cells pending.
    """
    output = folder / OUTPUT_NAME
    document = _load(output) or _load(folder / INPUT_NAME)
    if document is None:
        return
    cells = [cell for cell in document["cells"] if failure or _MARKER_TAG not in tags_of(cell)]
    document["cells"] = cells
    for cell in cells:
        metadata = cell.setdefault("metadata", {})
        metadata.pop("papermill", None)
        if is_executed(cell):
            metadata["papermill"] = record.cell_metadata(str(cell.get("id")))
    metadata = document.setdefault("metadata", {})
    papermill = metadata.setdefault("papermill", {})
    papermill["exception"] = True if failure else None
    automl_metadata = metadata.setdefault("automl", {})
    automl_metadata["run_id"] = run_id
    if failure:
        automl_metadata["failure"] = failure.to_json()
    write_atomic(output, notebook_bytes(document))


def _load(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return document if isinstance(document, dict) and "cells" in document else None


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
