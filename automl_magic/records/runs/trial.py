"""Trial: one candidate with fixed parameters, scored on the folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from automl_magic.records.codec import Record
from automl_magic.records.runs.score import CellLink, Score


class TrialState(StrEnum):
    """Optuna's states of a finished trial."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Trial(Record):
    """One candidate with fixed parameters, scored on the folds.

    `number` counts from 0 in the order of starting. `candidate` is the name of its cell.
    `estimator` and `view` are those of the recipe's member. `n_iterations` is the iteration count,
    if the estimator has one: it isn't in `params`. `fold_iterations` has the count of each fold, so
    that a replay fits the same models. `fit_s` is the fitting time in seconds. `reason` is why it
    was tried, pruned or failed. `also` are further metrics of the task family, by name.
    `started` is False for a trial that was skipped. `continues` is the number of the paused trial
    that this one continues.
    """

    number: int
    candidate: str
    estimator: str
    view: str
    params: Mapping[str, object]
    state: TrialState
    reason: str
    fit_s: float
    n_iterations: int | None = None
    fold_iterations: tuple[int, ...] = ()
    score: Score | None = None
    fold_scores: tuple[float, ...] = ()
    cell_id: str | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    started: bool = True
    continues: int | None = None

    def to_json(self) -> dict[str, object]:
        document = _drop_empty(super().to_json())
        if document["started"]:
            del document["started"]
        if document["continues"] is None:
            del document["continues"]
        return document


@dataclass(frozen=True, kw_only=True)
class LeaderboardRow(Record):
    """One row of a leaderboard. `link` leads to the cell with its numbers.

    `weight` is the weight in the ensemble. `trial` is None for the ensemble itself. A failed trial
    has no score. The ensemble and its members also have their latency per row in milliseconds,
    `row_latency_ms` (95th percentile), and the size of their files, `size_bytes`. `on_front` is
    whether they're on the Pareto front of score, latency and size. `also` are further metrics by
    name, one column each.
    """

    rank: int
    name: str
    score: Score | None
    link: CellLink
    state: TrialState
    reason: str
    trial: int | None = None
    fit_s: float | None = None
    weight: float | None = None
    row_latency_ms: float | None = None
    size_bytes: int | None = None
    on_front: bool | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return _drop_empty(super().to_json())


@dataclass(frozen=True, kw_only=True)
class Leaderboard(Record):
    """The trials of one run on the same folds, best first, then failed and pruned trials.

    `holdout` is the final score on the holdout rows. `notes` are sentences about the whole search,
    such as that it was stopped early.
    """

    run_id: str
    metric: str
    higher_is_better: bool
    rows: tuple[LeaderboardRow, ...] = field(default_factory=tuple)
    holdout: Score | None = None
    holdout_link: CellLink | None = None
    notes: tuple[str, ...] = ()

    @property
    def also(self) -> tuple[str, ...]:
        """The names of all further metrics of the rows."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.also))


def _drop_empty(document: dict[str, object]) -> dict[str, object]:
    """Remove `also` if it's empty: most families have no further metrics."""
    if not document["also"]:
        del document["also"]
    return document
