"""Trial: one candidate with fixed parameters, scored on the folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.runs.score import Link, Score


class TrialState(StrEnum):
    """Optuna's states of a finished trial."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Trial(Record):
    """One candidate with fixed parameters, scored on the folds.

    `number` counts from 0 in the order of starting. `candidate` is the name of its cell,
    `estimator` and `view` are those of the recipe's member; `params` holds no iteration count:
    `n_iterations` does, where the estimator has one, and `fold_iterations` says where each fold
    stopped, so that a replay makes the same models. `reason` says why it was tried, pruned or
    failed. `also` are further metrics that the family of the task wants to be shown, by name.
    """

    number: int
    candidate: str
    estimator: str
    view: str
    params: Mapping[str, Any]
    state: TrialState
    reason: str
    fit_s: float
    n_iterations: int | None = None
    fold_iterations: tuple[int, ...] = ()
    score: Score | None = None
    fold_scores: tuple[float, ...] = ()
    cell_id: str | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return _without_empty(super().to_json())


@dataclass(frozen=True, kw_only=True)
class LeaderboardRow(Record):
    """One line of a leaderboard. `link` leads to the cell that made its numbers.

    `weight` is the share in the ensemble; `trial` is None for the ensemble itself.
    A failed trial has no score. Of what the final model was made of, it was measured how long one
    row takes, `row_latency_ms` (the 95th percentile), and how large the files are, `size_bytes`;
    `on_front` says whether nothing measured beats it by score, latency and size together. `also`
    are further metrics, by name: a column each.
    """

    rank: int
    name: str
    score: Score | None
    link: Link
    state: TrialState
    reason: str
    trial: int | None = None
    fit_s: float | None = None
    weight: float | None = None
    row_latency_ms: float | None = None
    size_bytes: int | None = None
    on_front: bool | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return _without_empty(super().to_json())


@dataclass(frozen=True, kw_only=True)
class Leaderboard(Record):
    """The trials of one run on the same folds, best first; failed and pruned trials at the end.

    `holdout` is the one measurement on rows that no choice has seen.
    """

    run_id: str
    metric: str
    higher_is_better: bool
    rows: tuple[LeaderboardRow, ...] = field(default_factory=tuple)
    holdout: Score | None = None
    holdout_link: Link | None = None

    @property
    def also(self) -> tuple[str, ...]:
        """The names of the further metrics that some row has."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.also))


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Leave `also` out where there is nothing in it: most families have no further metrics."""
    if not document["also"]:
        del document["also"]
    return document
