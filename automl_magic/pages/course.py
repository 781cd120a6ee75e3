"""Course: what a run has said until now, read from its folder while it goes on.

Nothing is asked of the search: it appends lines, and whoever watches reads them from where it
stopped. A line that is cut, forged or of a newer engine is let past.
"""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automl_magic.records import RecordProblem, Trial

TRIALS, EVENTS = "trials.jsonl", "events.jsonl"
MOST_EVENTS = 200
_MAX_READ = 1 << 22


@dataclass
class Tail:
    """The end of a file that grows: each call of `read` gives the lines that came since."""

    path: Path
    _offset: int = 0
    _rest: bytes = b""

    def read(self) -> list[dict[str, Any]]:
        """Return the new lines that are JSON objects. Of a missing file there are none."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self._offset:  # it was begun anew
                    self._offset, self._rest = 0, b""
                file.seek(self._offset)
                data = file.read(_MAX_READ)
        except OSError:
            return []
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [found for line in lines if (found := _object(line)) is not None]


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Ended:
    """A trial that has ended, as an event says it: when, and the best score until then."""

    number: int
    candidate: str
    state: str
    at_s: float
    score: float | None
    best: float | None


@dataclass
class Course:
    """The course of one run. `read` takes in what is new and says whether there was anything.

    `at_s` is in seconds since the search began; `left_s` was left of its budget at `said_at`, in
    seconds since 1970.
    """

    folder: Path
    ended: dict[int, Ended] = field(default_factory=dict)
    trials: dict[int, Trial] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    metric: str | None = None
    budget_s: float | None = None
    left_s: float | None = None
    said_at: float = 0.0
    cell_id: str | None = None
    cells_done: int = 0
    n_cells: int = 0
    _trials_tail: Tail = field(init=False)
    _events_tail: Tail = field(init=False)

    def __post_init__(self) -> None:
        self._trials_tail = Tail(self.folder / TRIALS)
        self._events_tail = Tail(self.folder / EVENTS)

    def read(self) -> bool:
        """Take in what the folder has said since the last call."""
        events, trials = self._events_tail.read(), self._trials_tail.read()
        for event in events:
            self._take(event)
        for document in trials:
            try:
                trial = Trial.from_json(document)
            except (RecordProblem, TypeError, ValueError, LookupError):
                continue
            self.trials[trial.number] = trial
        return bool(events or trials)

    def left_now_s(self, now: float | None = None) -> float | None:
        """Return what is left of the budget now, in seconds; None where nobody searches."""
        if self.left_s is None:
            return None
        return max(0.0, self.left_s - ((time.time() if now is None else now) - self.said_at))

    @property
    def best(self) -> Ended | None:
        """The trial that was the best when it ended, and was not beaten since."""
        lead = None
        for ended in self.ended.values():
            if ended.best is not None and (lead is None or ended.best != lead.best):
                lead = ended
        return lead

    def _take(self, event: dict[str, Any]) -> None:
        match event.get("event"):
            case "search":
                self.ended.clear()
                self.trials.clear()
                self.metric = str(event.get("metric", "score"))
                self.budget_s = _number(event.get("budget_s"))
                self.left_s, self.said_at = self.budget_s, _number(event.get("t")) or 0.0
            case "trial":
                self._trial(event)
            case "cell":
                is_started = event.get("state") == "started"
                self.cell_id = str(event.get("cell_id"))
                self.n_cells = int(_number(event.get("of")) or 0)
                self.cells_done = int(_number(event.get("index")) or 0) + (not is_started)
                if not is_started:
                    self.left_s = None  # the budget is that of the cell that searches
        self.events.append(event)

    def _trial(self, event: dict[str, Any]) -> None:
        number = _number(event.get("number"))
        if number is None:
            return
        self.ended[int(number)] = Ended(
            number=int(number),
            candidate=str(event.get("candidate")),
            state=str(event.get("state")),
            at_s=_number(event.get("elapsed_s")) or 0.0,
            score=_number(event.get("score")),
            best=_number(event.get("best")),
        )
        self.left_s, self.said_at = _number(event.get("left_s")), _number(event.get("t")) or 0.0


def _number(value: object) -> float | None:
    """Return a finite number, or None for whatever else stands there."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None
