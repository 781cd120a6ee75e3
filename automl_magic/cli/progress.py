"""Progress: the state of a run in one line, from its events.

Events come from `flow` as dictionaries: a notebook cell started or finished, the search started, a
trial finished. Unknown events are ignored, so that a newer engine can send more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.display.text import printable


@dataclass
class Progress:
    """The progress of a run. `n_cells` is 0 until the first cell has started."""

    run_id: str | None = None
    cells_done: int = 0
    n_cells: int = 0
    cell_id: str | None = None
    trials_done: int = 0
    best: float | None = None
    left_s: float | None = None
    candidate: str | None = None
    rows_done: int = 0
    n_rows: int | None = None
    rows_per_s: float = 0.0
    stream_event: dict[str, Any] | None = None

    def update(self, event: dict[str, Any]) -> bool:
        """Update the state from an event. Return whether the event is worth a line in a log.

        These are the run's ID, the start of a cell, and the first trial and each better one.
        """
        match event.get("event"):
            case "run":
                if event.get("run_id") in (None, self.run_id):
                    return False
                # The demo makes several runs. Reset the state for each.
                vars(self).update(vars(Progress(run_id=event["run_id"])))
                return True
            case "cell":
                self.n_cells = event.get("of", self.n_cells)
                started = event.get("state") == "started"
                self.cells_done = event.get("index", 0) + (0 if started else 1)
                self.cell_id = event.get("cell_id")
                if not started:
                    self.left_s = None  # the budget belongs to the search cell
                return started
            case "search":
                self.left_s = event.get("budget_s")
                return False
            case "trial":
                self.trials_done += 1
                self.candidate = event.get("candidate")
                self.left_s = event.get("left_s", self.left_s)
                is_better = event.get("best") not in (None, self.best)
                self.best = event.get("best", self.best)
                return is_better
            case "rows":
                is_first = self.rows_done == 0
                self.rows_done, self.n_rows = event.get("done", 0), event.get("of")
                self.rows_per_s = event.get("rows_per_s") or 0.0
                self.left_s = event.get("left_s")
                return is_first or self.rows_done == self.n_rows
            case "stream":
                before, self.stream_event = self.stream_event, event
                return before is None or before["dead_letters"] != event["dead_letters"]
            case _:
                return False

    def line(self) -> str:
        """Return the state as one line, most important first."""
        parts = []
        if self.n_cells:
            parts.append(f"cell {min(self.cells_done + 1, self.n_cells)}/{self.n_cells}")
        if self.cell_id:
            parts.append(printable(self.cell_id, 40))
        if self.stream_event is not None:
            parts.append(self._messages())
        if self.rows_done:
            parts.append(self._rows())
            if self.rows_per_s:
                parts.append(f"{self.rows_per_s:,.0f} rows/s")
        if self.trials_done:
            parts.append(self._trials())
        if self.best is not None:
            parts.append(f"best {self.best:.5g}")
        if self.left_s is not None and self.left_s > 0:
            parts.append(f"{self.left_s:.0f} s left")
        if not parts:
            return f"run {printable(self.run_id)}" if self.run_id else "starting"
        return " · ".join(parts)

    def summary(self) -> str:
        """Return the totals of a finished run as one line."""
        if self.stream_event is not None:
            return self._messages()
        if self.rows_done:
            return self._rows()
        cells = f"{self.cells_done} of {self.n_cells} cells"
        return cells + (f" · {self._trials()}" if self.trials_done else "")

    @property
    def fraction(self) -> float | None:
        """The completed fraction, from 0 to 1, or None if it isn't known."""
        if self.stream_event is not None:
            return None
        if self.rows_done:
            return self.rows_done / self.n_rows if self.n_rows else None
        return self.cells_done / (self.n_cells or 1)

    def _messages(self) -> str:
        event = self.stream_event or {}
        parts = [f"{event['messages']:,} messages", f"{event['messages_per_s']:,.0f}/s"]
        if event["lag"] is not None:
            parts.append(f"lag {event['lag']:,}")
        if event["dead_letters"]:
            parts.append(f"{event['dead_letters']:,} dead letters")
        return " · ".join(parts)

    def _rows(self) -> str:
        of = f" of {self.n_rows:,}" if self.n_rows else ""
        return f"{self.rows_done:,}{of} rows"

    def _trials(self) -> str:
        return f"{self.trials_done} trial{'s' * (self.trials_done != 1)}"
