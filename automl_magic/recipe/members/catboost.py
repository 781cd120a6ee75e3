"""catboost: boosted symmetric trees, with statistics of the target per category."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import catboost
import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.base import Member, Model, Rows, unreadable
from automl_magic.recipe.members.watch import Watch
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind

LOSSES = {
    TaskKind.BINARY: "Logloss",
    TaskKind.MULTICLASS: "MultiClass",
    TaskKind.REGRESSION: "RMSE",
}
# CatBoost chooses these by the number of rounds (one way below 200, another above; the learning
# rate by a formula). A model fitted again with its best number of rounds would be another model, so
# they are said here. The values are CatBoost's own for many rounds.
EXPLICIT = {"learning_rate": 0.08, "boosting_type": "Plain", "max_ctr_complexity": 4}
LEAF_ITERATIONS = {TaskKind.BINARY: 10, TaskKind.MULTICLASS: 1, TaskKind.REGRESSION: 1}


class CatBoost(Member):
    """`catboost.CatBoost`, with nothing left to be chosen by the number of rounds."""

    name: ClassVar[str] = "catboost"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".cbm"

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        several = {"classes_count": n_classes} if task is TaskKind.MULTICLASS else {}
        return {
            "loss_function": LOSSES[task],
            **several,
            **EXPLICIT,
            "leaf_estimation_iterations": LEAF_ITERATIONS[task],
            **spec.params,
            "iterations": spec.n_iterations or 100,
            "random_seed": spec.seed,
            "thread_count": threads,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }

    def _fit(
        self,
        arguments: dict[str, Any],
        rows: Rows,
        categorical: tuple[int, ...],
        watch: Watch | None,
        watched: Rows | None,
    ) -> tuple[Any, int | None]:
        train = _pool(rows.X, categorical, rows.y, rows.weight)
        if watch is None or watched is None:
            model = catboost.CatBoost(arguments).fit(train)
            return model, model.tree_count_
        model = catboost.CatBoost(
            {**arguments, "od_type": "Iter", "od_wait": watch.patience, "use_best_model": True}
        )
        model.fit(
            train,
            eval_set=_pool(watched.X, categorical, watched.y, watched.weight),
            callbacks=[_Deadline(watch)] if watch.deadline is not None else None,
        )
        return model, model.tree_count_

    def predict(self, model: Model, X: Floats) -> Floats:
        kind = "Probability" if model.task.is_classification else "RawFormulaVal"
        threads = 1 if len(X) == 1 else -1
        predicted: Floats = model.native.predict(
            _pool(X, model.categorical), prediction_type=kind, thread_count=threads
        )
        return predicted

    def to_bytes(self, model: Model) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.cbm"
            model.native.save_model(str(path))
            return path.read_bytes()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> Model:
        model = catboost.CatBoost()
        try:
            model.load_model(blob=content)
        except catboost.CatBoostError as error:
            raise unreadable(self.name, error) from error
        return Model(model, task, n_classes, tuple(categorical))


class _Deadline:
    """Called after each round, which costs microseconds; the patience is left to CatBoost."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def after_iteration(self, info: Any) -> bool:  # noqa: ARG002 - CatBoost's signature
        return not self.watch.is_over


def _pool(
    X: Floats, categorical: tuple[int, ...], y: Array | None = None, weight: Floats | None = None
) -> catboost.Pool:
    """Return CatBoost's form of a matrix: numbers as float32, category codes as bytes.

    The numbers stand first, and a missing code is a category of its own, -1.
    """
    numbers = np.delete(X, categorical, axis=1).astype(np.float32)
    codes = X[:, categorical]
    if not categorical:
        return catboost.Pool(catboost.FeaturesData(numbers), y, weight=weight)
    highest = int(np.nanmax(codes, initial=0))
    texts = np.array([*(str(code).encode() for code in range(highest + 1)), b"-1"], dtype=object)
    levels = texts[np.where(np.isnan(codes), highest + 1, codes).astype(np.int64)]
    data = catboost.FeaturesData(numbers if numbers.shape[1] else None, levels)
    return catboost.Pool(data, y, weight=weight)


MEMBER = CatBoost()
