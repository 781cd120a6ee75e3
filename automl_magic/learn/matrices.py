"""The matrices of each view on each fold: fitted once, shared by all trials while they fit.

Steps that take long are kept by themselves too, because views share them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import DEAR_STEPS
from automl_magic.learn.memory import available_memory_bytes
from automl_magic.recipe import Fold, Goal, fit_view, take
from automl_magic.recipe.steps.select import select
from automl_magic.recipe.view import divided
from automl_magic.records import StepSpec

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

SHARE_OF_MEMORY = 0.25
# A library's own form of a matrix takes about as much again, and there are three libraries.
NATIVE_COPIES = 3


class FoldMatrices:
    """Views on folds. `limit_bytes` bounds what is kept; the least recently used goes first.

    Several threads may ask at once, each for another fold.
    """

    def __init__(
        self,
        task: Task,
        rows: SplitRows,
        views: Mapping[str, tuple[StepSpec, ...]],
        limit_bytes: int | None = None,
    ) -> None:
        self._task, self._rows, self._views = task, rows, views
        self._y = task.y[rows.development]
        if limit_bytes is None:
            limit_bytes = int(SHARE_OF_MEMORY * available_memory_bytes())
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[str, int], Fold] = OrderedDict()
        self._lock = threading.Lock()
        self._fit_s: dict[str, dict[int, float]] = {view: {} for view in views}
        self._pairs = rows.pairs

    def divide(self) -> None:
        """Take the folds anew: fewer of them are used now."""
        with self._lock:
            before, self._pairs = self._pairs, self._rows.pairs
            if not np.array_equal(before[0][1], self._pairs[0][1]):
                self._kept.clear()  # they have other numbers

    def fold(self, view: str, fold: int) -> Fold:
        """Return the matrices of a view on a fold; the folds are numbered as in `rows.pairs`."""
        key = (view, fold)
        if (kept := self._get(key)) is not None:
            return kept
        started = time.monotonic()
        steps, selection = divided(self._views[view])
        blocks = [
            self._fit_shared(spec, fold)
            if spec.kind in DEAR_STEPS
            else self._fit([spec], *self._pairs[fold])
            for spec in steps
        ]
        found = _side_by_side(blocks)
        if selection is not None:
            places = select(selection, found.X, Goal(found.y, self._task.kind), found.categorical)
            found = _only(found, list(places))
        found = self._keep(key, found)
        self._fit_s[view][fold] = time.monotonic() - started
        return found

    @property
    def n_train_rows(self) -> int:
        """The rows that a fold has to learn from: the most of any."""
        return max(len(train) for train, _ in self._pairs)

    def n_columns(self, view: str) -> int:
        """The columns of a view: of its matrix where one is kept, else of the table."""
        with self._lock:
            for (of_view, _), kept in self._kept.items():
                if of_view == view:
                    return int(kept.X.shape[1])
        return sum(len(step.columns) for step in self._views[view])

    def fit_s(self, view: str) -> float:
        """Return the mean seconds that the view took on a fold; 0 where it never ran."""
        times = self._fit_s[view].values()
        return sum(times) / len(times) if times else 0.0

    def is_new(self, view: str) -> bool:
        """Whether no fold of the view was ever fitted."""
        return not self._fit_s[view]

    def sample(self, view: str, n_rows: int) -> Fold:
        """Fit the view on about `n_rows` of the first fold's rows."""
        train, validation = self._pairs[0]
        # Evenly spaced, so that ordered rows do not show one class or one time only.
        some = train[:: max(1, len(train) // n_rows)]
        return self._fit(self._views[view], some, validation[: n_rows // 4 + 1])

    def _fit(self, specs: Sequence[StepSpec], train: Any, validation: Any) -> Fold:
        table = self._table(specs)
        task, apart = self._task, self._rows.apart
        fitted, matrix = fit_view(
            specs,
            take(table, train),
            self._y[train],
            task.kind,
            task.n_classes,
            groups=None if apart is None else apart.take(train),
        )
        return Fold(
            matrix,
            self._y[train],
            fitted.transform(take(table, validation)),
            self._y[validation],
            tuple(fitted.categorical),
        )

    def _fit_shared(self, spec: StepSpec, fold: int) -> Fold:
        """Fit a step, or take what another view has made of it: steps know nothing of views."""
        key = (spec.digest(), fold)
        return self._get(key) or self._keep(key, self._fit([spec], *self._pairs[fold]))

    def _get(self, key: tuple[str, int]) -> Fold | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: tuple[str, int], found: Fold) -> Fold:
        with self._lock:
            self._kept[key] = found
            while sum(NATIVE_COPIES * kept.n_bytes for kept in self._kept.values()) > (
                self._limit_bytes
            ):
                self._kept.popitem(last=False)
        return found

    def _table(self, specs: Sequence[StepSpec]) -> Mapping[str, Any]:
        names = dict.fromkeys(column for step in specs for column in step.columns)
        return take(self._task.columns(names), np.asarray(self._rows.development))


def _only(found: Fold, kept: Sequence[int]) -> Fold:
    """Return the columns of a fold that a selection has kept."""
    return Fold(
        np.ascontiguousarray(found.X[:, kept]),
        found.y,
        np.ascontiguousarray(found.watched_X[:, kept]),
        found.watched_y,
        tuple(new for new, old in enumerate(kept) if old in found.categorical),
    )


def _side_by_side(blocks: Sequence[Fold]) -> Fold:
    starts = np.cumsum([0, *(block.X.shape[1] for block in blocks)]).tolist()
    return Fold(
        np.ascontiguousarray(np.hstack([block.X for block in blocks])),
        blocks[0].y,
        np.ascontiguousarray(np.hstack([block.watched_X for block in blocks])),
        blocks[0].watched_y,
        tuple(
            start + place
            for start, block in zip(starts, blocks, strict=False)
            for place in block.categorical
        ),
    )
