"""xgboost: gradient-boosted trees grown by depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import xgboost

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.base import Member, Model, Rows, as_probabilities, unreadable
from automl_magic.recipe.members.watch import Progress, Watch
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

OBJECTIVES = {
    TaskKind.BINARY: "binary:logistic",
    TaskKind.MULTICLASS: "multi:softprob",
    TaskKind.REGRESSION: "reg:squarederror",
}


class XGBoost(Member):
    """`xgboost.train` with histograms; category codes are split on as sets."""

    name: ClassVar[str] = "xgboost"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".ubj"

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        several = {"num_class": n_classes} if task is TaskKind.MULTICLASS else {}
        params = {
            "objective": OBJECTIVES[task],
            **several,
            "tree_method": "hist",
            **spec.params,
            "seed": spec.seed,
            "nthread": threads,
            "verbosity": 0,
        }
        return {"params": params, "num_boost_round": spec.n_iterations or 100}

    def _fit(
        self,
        arguments: dict[str, Any],
        rows: Rows,
        categorical: tuple[int, ...],
        watch: Watch | None,
        watched: Rows | None,
    ) -> tuple[Any, int | None]:
        train = _matrix(rows, categorical)
        if watch is None or watched is None:
            return xgboost.train(dtrain=train, **arguments), arguments["num_boost_round"]
        progress = Progress(watch)
        booster = xgboost.train(
            dtrain=train,
            evals=[(_matrix(watched, categorical), "watch")],
            callbacks=[_AfterRound(progress)],
            verbose_eval=False,
            **arguments,
        )
        return booster[: progress.best_rounds], progress.best_rounds

    def predict(self, model: Model, X: Floats) -> Floats:
        # Without a DMatrix around the rows; the trees read the same float32 values.
        raw = model.native.inplace_predict(X, validate_features=False)
        if not model.task.is_classification:
            return raw.astype(np.float64)
        shares = as_probabilities(raw)
        return shares / shares.sum(axis=1, keepdims=True)  # float32: they sum to 1 by seven digits

    def to_bytes(self, model: Model) -> bytes:
        return bytes(model.native.save_raw("ubj"))

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> Model:
        booster = xgboost.Booster()
        try:
            booster.load_model(bytearray(content))
        except xgboost.core.XGBoostError as error:
            raise unreadable(self.name, error) from error
        return Model(booster, task, n_classes, tuple(categorical))


class _AfterRound(xgboost.callback.TrainingCallback):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        (losses,) = evals_log["watch"].values()
        return self.progress.stops(losses[-1])


def _matrix(rows: Rows, categorical: tuple[int, ...]) -> xgboost.DMatrix:
    types = ["c" if i in categorical else "q" for i in range(rows.X.shape[1])]
    return xgboost.DMatrix(
        rows.X, rows.y, weight=rows.weight, feature_types=types, enable_categorical=True
    )


MEMBER = XGBoost()
