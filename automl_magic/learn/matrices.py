"""Cache of the matrices of each view on each fold, shared by all trials.

Slow steps are also cached on their own, because views share them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.candidate import EXPENSIVE_STEPS
from automl_magic.learn.memory import available_memory_bytes
from automl_magic.recipe import Fold, StepTarget, fit_view, take_rows
from automl_magic.recipe.steps.select import select
from automl_magic.recipe.values import Array
from automl_magic.recipe.view import separate_selection
from automl_magic.records import StepSpec
from automl_magic.tasks.splits import Rows

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

SHARE_OF_MEMORY = 0.25
# Each of three libraries makes a copy of a matrix in its own format.
NATIVE_COPIES = 3


class FoldMatrices:
    """Matrices of views on folds. Above `limit_bytes`, the least recently used are dropped.

    Thread-safe, if each thread uses another fold.
    """

    def __init__(
        self,
        task: Task,
        rows: SplitRows,
        views: Mapping[str, tuple[StepSpec, ...]],
        limit_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._task, self._rows, self._views = task, rows, views
        self._y = task.y[rows.development]
        if limit_bytes is None:
            limit_bytes = int(SHARE_OF_MEMORY * available_memory_bytes())
        self._limit_bytes = limit_bytes
        self._cache: OrderedDict[tuple[str, int], Fold] = OrderedDict()
        self._lock = threading.Lock()
        self._fit_s: dict[str, dict[int, float]] = {view: {} for view in views}
        self._pairs = rows.pairs

    def divide(self) -> None:
        """Read the folds again after fewer of them are used."""
        with self._lock:
            before, self._pairs = self._pairs, self._rows.pairs
            if not np.array_equal(before[0][1], self._pairs[0][1]):
                self._cache.clear()  # the folds are numbered differently

    def fold(self, view: str, fold: int) -> Fold:
        """Return the matrices of a view on a fold, numbered as in `rows.pairs`."""
        key = (view, fold)
        if (cached := self._get(key)) is not None:
            return cached
        started = self._clock()
        steps, selection = separate_selection(self._views[view])
        blocks = [
            self._fit_shared(spec, fold)
            if spec.kind in EXPENSIVE_STEPS
            else self._fit([spec], *self._pairs[fold])
            for spec in steps
        ]
        matrices = _side_by_side(blocks)
        if selection is not None:
            goal = StepTarget(matrices.y, self._task.kind)
            selected = select(selection, matrices.X, goal, matrices.categorical)
            matrices = _select_columns(matrices, list(selected))
        matrices = self._store(key, matrices)
        self._fit_s[view][fold] = self._clock() - started
        return matrices

    @property
    def n_train_rows(self) -> int:
        """The number of training rows of the largest fold."""
        return max(len(train) for train, _ in self._pairs)

    def n_columns(self, view: str) -> int:
        """Return the number of columns of a view's cached matrix, or those that it reads."""
        with self._lock:
            for (cached_view, _), matrices in self._cache.items():
                if cached_view == view:
                    return int(matrices.X.shape[1])
        return sum(len(step.columns) for step in self._views[view])

    def fit_s(self, view: str) -> float:
        """Return the mean seconds to fit a view on a fold, 0 if it was never fitted."""
        times_s = self._fit_s[view].values()
        return sum(times_s) / len(times_s) if times_s else 0.0

    @property
    def n_folds(self) -> int:
        return len(self._pairs)

    def n_missing(self, view: str) -> int:
        """Return the number of folds on which the view was never fitted."""
        return max(0, len(self._pairs) - len(self._fit_s[view]))

    def is_new(self, view: str) -> bool:
        """Return whether the view was never fitted on a fold."""
        return not self._fit_s[view]

    def sample(self, view: str, n_rows: int) -> Fold:
        """Fit the view on about `n_rows` training rows of the first fold."""
        train, validation = self._pairs[0]
        # Evenly spaced, so that ordered rows include all classes and times.
        train_sample = train[:: max(1, len(train) // n_rows)]
        return self._fit(self._views[view], train_sample, validation[: n_rows // 4 + 1])

    def _fit(self, specs: Sequence[StepSpec], train: Rows, validation: Rows) -> Fold:
        table = self._table(specs)
        task, groups = self._task, self._rows.split_groups
        fitted, matrix = fit_view(
            specs,
            take_rows(table, train),
            self._y[train],
            task.kind,
            task.n_classes,
            groups=None if groups is None else groups.take(train),
        )
        return Fold(
            matrix,
            self._y[train],
            fitted.transform(take_rows(table, validation)),
            self._y[validation],
            tuple(fitted.categorical),
        )

    def _fit_shared(self, spec: StepSpec, fold: int) -> Fold:
        """Fit a step, or return it from the cache if another view has the same step."""
        key = (spec.digest(), fold)
        return self._get(key) or self._store(key, self._fit([spec], *self._pairs[fold]))

    def _get(self, key: tuple[str, int]) -> Fold | None:
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
            return self._cache.get(key)

    def _store(self, key: tuple[str, int], matrices: Fold) -> Fold:
        with self._lock:
            self._cache[key] = matrices
            while sum(NATIVE_COPIES * cached.n_bytes for cached in self._cache.values()) > (
                self._limit_bytes
            ):
                self._cache.popitem(last=False)
        return matrices

    def _table(self, specs: Sequence[StepSpec]) -> Mapping[str, Array]:
        names = dict.fromkeys(column for step in specs for column in step.columns)
        return take_rows(self._task.columns(names), np.asarray(self._rows.development))


def _select_columns(fold: Fold, selected: Sequence[int]) -> Fold:
    """Return a fold with only the selected columns."""
    return Fold(
        np.ascontiguousarray(fold.X[:, selected]),
        fold.y,
        np.ascontiguousarray(fold.X_valid[:, selected]),
        fold.y_valid,
        tuple(new for new, old in enumerate(selected) if old in fold.categorical),
    )


def _side_by_side(blocks: Sequence[Fold]) -> Fold:
    starts = np.cumsum([0, *(block.X.shape[1] for block in blocks)]).tolist()
    return Fold(
        np.ascontiguousarray(np.hstack([block.X for block in blocks])),
        blocks[0].y,
        np.ascontiguousarray(np.hstack([block.X_valid for block in blocks])),
        blocks[0].y_valid,
        tuple(
            start + index
            for start, block in zip(starts, blocks, strict=False)
            for index in block.categorical
        ),
    )
