"""What the two forests share: they can be cut short, and they predict in one thread."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from typing import Any, ClassVar

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.base import Rows
from automl_magic.recipe.members.scikit import ScikitMember
from automl_magic.recipe.members.watch import Watch
from automl_magic.records import TaskKind


class Forest(ScikitMember):
    """A forest of scikit-learn. With a deadline it grows in batches, and keeps what it has then."""

    trusted_types: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        arguments = {
            "n_estimators": 200,
            **spec.params,
            "random_state": spec.seed,
            "n_jobs": threads,
        }
        return arguments | ({"n_estimators": spec.n_iterations} if spec.n_iterations else {})

    def _fit(
        self,
        arguments: dict[str, Any],
        rows: Rows,
        categorical: tuple[int, ...],
        watch: Watch | None,
        watched: Rows | None,
    ) -> tuple[Any, int | None]:
        if watch is None or watch.deadline is None:
            native, n_trees = super()._fit(arguments, rows, categorical, watch, watched)
        else:
            native, n_trees = self._grow(arguments, rows, watch)
        # Threads add up the trees in the order in which they end, and that changes the last bits.
        native.set_params(n_jobs=1)
        return native, n_trees

    def _grow(self, arguments: dict[str, Any], rows: Rows, watch: Watch) -> tuple[Any, int | None]:
        batch = max(10, arguments["n_jobs"])
        goal = arguments["n_estimators"]
        native = self.estimator(rows.task)(**{**arguments, "warm_start": True, "n_estimators": 0})
        while native.n_estimators < goal:
            native.set_params(n_estimators=min(goal, native.n_estimators + batch))
            native.fit(rows.X, rows.y, sample_weight=rows.weight)
            if watch.is_over:
                break
        native.set_params(warm_start=False)
        return native, native.n_estimators if native.n_estimators < goal else None
