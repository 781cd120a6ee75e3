"""LiveRun: the events and trials of a run so far, read from its folder while it's running.

The search appends lines to files, and `LiveRun` reads the new ones. Invalid and unknown lines are
skipped.
"""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.records import RecordProblem, Trial

TRIALS, EVENTS = "trials.jsonl", "events.jsonl"
MAX_EVENTS = 200
_MAX_READ = 1 << 22


@dataclass
class Tail:
    """A growing file of JSON lines. Each `read` returns the lines added since the last one."""

    path: Path
    _offset: int = 0
    _partial_line: bytes = b""

    def read(self) -> list[dict[str, object]]:
        """Return the new lines that are JSON objects; none if the file is missing."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self._offset:  # the file was rewritten
                    self._offset, self._partial_line = 0, b""
                file.seek(self._offset)
                data = file.read(_MAX_READ)
        except OSError:
            return []
        self._offset += len(data)
        *lines, self._partial_line = (self._partial_line + data).split(b"\n")
        return [document for line in lines if (document := _parse_object(line)) is not None]


def _parse_object(line: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


@dataclass(frozen=True)
class TrialEvent:
    """A trial's end event.

    `at_s` is the time since the search started, in seconds; `best` is the best score so far.
    """

    number: int
    candidate: str
    state: str
    at_s: float
    score: float | None
    best: float | None


@dataclass
class LiveRun:
    """The progress of one run, updated by `read`.

    `remaining_s` is the time left of the budget, in seconds, as of `reported_at` (a Unix
    timestamp).
    """

    folder: Path
    trial_events: dict[int, TrialEvent] = field(default_factory=dict)
    trials: dict[int, Trial] = field(default_factory=dict)
    events: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=MAX_EVENTS))
    metric: str | None = None
    budget_s: float | None = None
    remaining_s: float | None = None
    reported_at: float = 0.0
    cell_id: str | None = None
    cells_done: int = 0
    n_cells: int = 0
    _trials_tail: Tail = field(init=False)
    _events_tail: Tail = field(init=False)

    def __post_init__(self) -> None:
        self._trials_tail = Tail(self.folder / TRIALS)
        self._events_tail = Tail(self.folder / EVENTS)

    def read(self) -> bool:
        """Read the new events and trials. Return whether there were any."""
        events, trials = self._events_tail.read(), self._trials_tail.read()
        for event in events:
            self._handle(event)
        for document in trials:
            try:
                trial = Trial.from_json(document)
            except (RecordProblem, TypeError, ValueError, LookupError):
                continue
            self.trials[trial.number] = trial
        return bool(events or trials)

    def remaining_now_s(self, now: float | None = None) -> float | None:
        """Return the time left of the budget, in seconds, or None if no search is running."""
        if self.remaining_s is None:
            return None
        return max(
            0.0, self.remaining_s - ((time.time() if now is None else now) - self.reported_at)
        )

    @property
    def best(self) -> TrialEvent | None:
        """The best trial so far."""
        best = None
        for ended in self.trial_events.values():
            if ended.best is not None and (best is None or ended.best != best.best):
                best = ended
        return best

    def _handle(self, event: dict[str, object]) -> None:
        match event.get("event"):
            case "search":
                self.trial_events.clear()
                self.trials.clear()
                self.metric = str(event.get("metric", "score"))
                self.budget_s = _number(event.get("budget_s"))
                self.remaining_s, self.reported_at = self.budget_s, _number(event.get("t")) or 0.0
            case "trial":
                self._trial(event)
            case "cell":
                is_started = event.get("state") == "started"
                self.cell_id = str(event.get("cell_id"))
                self.n_cells = int(_number(event.get("of")) or 0)
                self.cells_done = int(_number(event.get("index")) or 0) + (not is_started)
                if not is_started:
                    self.remaining_s = None  # only the search cell has a budget
        self.events.append(event)

    def _trial(self, event: dict[str, object]) -> None:
        number = _number(event.get("number"))
        if number is None:
            return
        self.trial_events[int(number)] = TrialEvent(
            number=int(number),
            candidate=str(event.get("candidate")),
            state=str(event.get("state")),
            at_s=_number(event.get("elapsed_s")) or 0.0,
            score=_number(event.get("score")),
            best=_number(event.get("best")),
        )
        self.remaining_s, self.reported_at = (
            _number(event.get("left_s")),
            _number(event.get("t")) or 0.0,
        )


def _number(value: object) -> float | None:
    """Return the value if it's a finite number, or else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None
