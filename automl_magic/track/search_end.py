"""search_end: how a search ended, and the candidates that it didn't try.

A search that was stopped early can still succeed, and all of its notebook's cells are done then. So
the status of its run doesn't say it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from automl_magic.display.text import printable
from automl_magic.errors import shorten
from automl_magic.records import Run, RunStatus, Trial
from automl_magic.track.tracker import read_plan, read_trials

_MAX_NAMES = 12
_SUCCEEDED = {
    "interrupt": "The search was stopped early. The model is the best so far.",
    "deadline": "The time budget was used before every candidate was tried.",
    "trials": "The trial limit was reached before every candidate was tried.",
}
_UNSUCCESSFUL = {
    RunStatus.CANCELLED: "The run was cancelled, so it has no model.",
    RunStatus.FAILED: "The run failed, so it has no model.",
    RunStatus.LOST: "The run's process ended, so it has no model.",
}


@dataclass(frozen=True, kw_only=True)
class SearchEnd:
    """How a search ended before it had tried everything.

    Attributes
    ----------
    reason : str
        `interrupt`, `deadline` or `trials` if the run succeeded. Otherwise the run's status.
    untried : tuple of str
        The candidates that weren't tried, in their order.
    n_candidates : int
        The number of all candidates.
    """

    reason: str
    untried: tuple[str, ...]
    n_candidates: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to tell, in English sentences."""
        ended = _SUCCEEDED.get(self.reason) or _UNSUCCESSFUL[RunStatus(self.reason)]
        if not self.untried:
            return (ended,)
        return (ended, f"{self.count} {self.names}.")

    @property
    def count(self) -> str:
        verb = "wasn't" if len(self.untried) == 1 else "weren't"
        return f"{len(self.untried)} of {self.n_candidates} candidates {verb} tried:"

    @property
    def names(self) -> str:
        return shorten([printable(name, 60) for name in self.untried], _MAX_NAMES)


def search_end(run: Run) -> SearchEnd | None:
    """Return how a search ended before it had tried everything, from the files of its run.

    None if it tried everything, is running, or isn't a search.
    """
    if not run.status.is_end or run.kind != "search" or run.result.get("replayed"):
        return None
    folder = Path(run.folder)
    candidates = read_candidates(folder)
    tried = tried_candidates(read_trials(folder))
    untried = tuple(name for name in candidates if name not in tried)
    succeeded = run.status is RunStatus.SUCCEEDED
    reason = run.result.get("stopped") if succeeded else run.status.value
    if reason != "interrupt" and not (reason and untried):
        return None
    return SearchEnd(reason=str(reason), untried=untried, n_candidates=len(candidates))


def read_candidates(folder: Path) -> tuple[str, ...]:
    """Return the names of the candidates of a run's search, in their order.

    They're those of its notebook, which can have been edited. A run that ended before its search
    has only a plan.
    """
    try:
        with (folder / "events.jsonl").open("rb") as file:
            for line in file:
                event = json.loads(line)
                if event.get("event") == "search" and "candidates" in event:
                    return tuple(map(str, event["candidates"]))
    except (OSError, ValueError, AttributeError, TypeError):
        pass  # events are written by the notebook, and the last line can be incomplete
    planned = read_plan(folder).get("candidates") or ()
    return tuple(str(candidate["name"]) for candidate in planned)


def tried_candidates(trials: Sequence[Trial]) -> frozenset[str]:
    """Return the candidates that a trial was started for."""
    return frozenset(trial.candidate for trial in trials if trial.started)
