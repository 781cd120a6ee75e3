"""The matrices of each view on each fold: fitted once, shared by all trials while they fit.

Steps that take long are kept by themselves too, because views share them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import DEAR_STEPS
from automl_magic.learn.memory import available_memory_bytes
from automl_magic.recipe import fit_view, take
from automl_magic.records import StepSpec

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

SHARE_OF_MEMORY = 0.25


@dataclass(frozen=True)
class FoldMatrix:
    """One view on one fold. `train` and `validation` are float64, rows in the order of the fold."""

    train: Any
    validation: Any
    categorical: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        return int(self.train.nbytes + self.validation.nbytes)


class FoldMatrices:
    """Views on folds. `limit_bytes` bounds what is kept; the least recently used goes first."""

    def __init__(
        self,
        task: Task,
        rows: SplitRows,
        views: Mapping[str, tuple[StepSpec, ...]],
        limit_bytes: int | None = None,
    ) -> None:
        self._task, self._rows, self._views = task, rows, views
        self._pairs = rows.pairs
        self._y = task.y[rows.development]
        if limit_bytes is None:
            limit_bytes = int(SHARE_OF_MEMORY * available_memory_bytes())
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[str, int], FoldMatrix] = OrderedDict()
        self._fit_s: dict[str, dict[int, float]] = {view: {} for view in views}

    def fold(self, view: str, fold: int) -> FoldMatrix:
        """Return the matrices of a view on a fold."""
        key = (view, fold)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        started = time.monotonic()
        blocks = [
            self._fit_shared(spec, fold)
            if spec.kind in DEAR_STEPS
            else self._fit([spec], *self._pairs[fold])
            for spec in self._views[view]
        ]
        found = self._keep(key, _side_by_side(blocks))
        self._fit_s[view][fold] = time.monotonic() - started
        return found

    def fit_s(self, view: str) -> float:
        """Return the mean seconds that the view took on a fold; 0 where it never ran."""
        times = self._fit_s[view].values()
        return sum(times) / len(times) if times else 0.0

    def expected_s(self, view: str) -> float:
        """Return the seconds that the folds of the view still take, once one has been fitted."""
        missing = sum((view, fold) not in self._kept for fold in range(len(self._pairs)))
        return missing * self.fit_s(view)

    def is_new(self, view: str) -> bool:
        """Whether no fold of the view was ever fitted."""
        return not self._fit_s[view]

    def sample(self, view: str, n_rows: int) -> tuple[FoldMatrix, Any]:
        """Fit the view on about `n_rows` of the first fold's rows; return it with their targets."""
        train, validation = self._pairs[0]
        # Evenly spaced, so that ordered rows do not show one class or one time only.
        some = train[:: max(1, len(train) // n_rows)]
        found = self._fit(self._views[view], some, validation[: n_rows // 4 + 1])
        return found, self._y[some]

    def _fit(self, specs: Sequence[StepSpec], train: Any, validation: Any) -> FoldMatrix:
        table = self._table(specs)
        task = self._task
        fitted, matrix = fit_view(
            specs, take(table, train), self._y[train], task.kind, task.n_classes
        )
        return FoldMatrix(
            matrix, fitted.transform(take(table, validation)), tuple(fitted.categorical)
        )

    def _fit_shared(self, spec: StepSpec, fold: int) -> FoldMatrix:
        """Fit a step, or take what another view has made of it: steps know nothing of views."""
        key = (spec.digest(), fold)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        return self._keep(key, self._fit([spec], *self._pairs[fold]))

    def _keep(self, key: tuple[str, int], found: FoldMatrix) -> FoldMatrix:
        self._kept[key] = found
        while sum(kept.n_bytes for kept in self._kept.values()) > self._limit_bytes:
            self._kept.popitem(last=False)
        return found

    def _table(self, specs: Sequence[StepSpec]) -> Mapping[str, Any]:
        names = dict.fromkeys(column for step in specs for column in step.columns)
        return take(self._task.columns(names), np.asarray(self._rows.development))


def _side_by_side(blocks: Sequence[FoldMatrix]) -> FoldMatrix:
    starts = np.cumsum([0, *(block.train.shape[1] for block in blocks)]).tolist()
    return FoldMatrix(
        np.ascontiguousarray(np.hstack([block.train for block in blocks])),
        np.ascontiguousarray(np.hstack([block.validation for block in blocks])),
        tuple(
            start + place
            for start, block in zip(starts, blocks, strict=False)
            for place in block.categorical
        ),
    )
