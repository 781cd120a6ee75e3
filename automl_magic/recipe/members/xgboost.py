"""xgboost: gradient-boosted trees grown level by level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import (
    FittedEstimator,
    Member,
    WeightedRows,
    as_probabilities,
    unreadable_error,
    weighted_rows,
)
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit, Snapshots
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, TaskKind

if TYPE_CHECKING:
    import xgboost

OBJECTIVES = {
    Answer.TWO_CLASSES: "binary:logistic",
    Answer.CLASSES: "multi:softprob",
    Answer.NUMBER: "reg:squarederror",
}


class XGBoost(Member):
    """`xgboost.train` with histograms and native category splits."""

    name: ClassVar[str] = "xgboost"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".ubj"
    library: ClassVar[str] = "xgboost"
    slow_import: ClassVar[str] = "xgboost"
    # xgboost-cpu provides the same module without 300 MB of GPU code.
    distributions: ClassVar[tuple[str, ...]] = ("xgboost-cpu", "xgboost")
    space: ClassVar[Mapping[str, Range]] = {
        "max_depth": Range(3, 10, 6, integer=True),
        "min_child_weight": Range(0.01, 8.0, 1.0, log=True),
        "subsample": Range(0.5, 1.0, 1.0),
        "colsample_bylevel": Range(0.4, 1.0, 1.0),
        "reg_lambda": Range(0.01, 5.0, 1.0, log=True),
        "reg_alpha": Range(0.001, 2.0, 0.0, log=True),
    }
    round_cost: ClassVar[float] = 1.1
    cell_bytes: ClassVar[int] = 8 + 9
    allow_nan: ClassVar[bool] = True
    tree_format: ClassVar[str] = "xgboost"
    has_contributions: ClassVar[bool] = True

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        several = {"num_class": n_classes} if task.answer is Answer.CLASSES else {}
        params = {
            "objective": OBJECTIVES[task.answer],
            **several,
            "tree_method": "hist",
            **spec.params,
            "seed": spec.seeds[0],
            # Otherwise random numbers depend on the thread, and a fit resumed in another thread
            # would differ.
            "seed_per_iteration": True,
            "nthread": threads,
            "verbosity": 0,
        }
        return {"params": params, "num_boost_round": spec.n_iterations or 100}

    def grow(
        self,
        params: Mapping[str, object],
        fold: Fold,
        *,
        task: TaskKind,
        n_classes: int,
        max_rounds: int,
        class_weight: bool = False,
        seed: int = 0,
    ) -> IncrementalFit:
        spec = self._spec(params, max_rounds, seed)
        arguments = self.call_arguments(spec, task, n_classes, threads=1)
        return _Growth(arguments, fold, task, class_weight=class_weight)

    def _fit(
        self, arguments: dict[str, Any], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> xgboost.Booster:
        threads = arguments["params"]["nthread"]
        import xgboost

        return xgboost.train(dtrain=_matrix(rows, categorical, threads), **arguments)

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        # Without a DMatrix. The trees use the same float32 values.
        raw = model.native.inplace_predict(X, validate_features=False)
        return _as_float64(raw, model.task)

    def to_bytes(self, model: FittedEstimator) -> bytes:
        return bytes(model.native.save_raw("ubj"))

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        import xgboost

        booster = xgboost.Booster()
        try:
            booster.load_model(bytearray(content))
        except xgboost.core.XGBoostError as error:
            raise unreadable_error(self.name, error) from error
        return FittedEstimator(booster, task, n_classes, tuple(categorical))

    def contributions(self, model: FittedEstimator, X: Floats) -> Floats:
        import xgboost

        types = ["c" if i in model.categorical else "q" for i in range(X.shape[1])]
        rows = xgboost.DMatrix(X, feature_types=types, enable_categorical=True)
        values = np.asarray(model.native.predict(rows, pred_contribs=True), dtype=np.float64)
        return values[:, :, None] if values.ndim == 2 else values.transpose(0, 2, 1)

    def in_one_thread(self, model: FittedEstimator) -> FittedEstimator:
        model.native.set_param({"nthread": 1})  # a setting of the model, not of the call
        return replace(model, threads=1)


class _Growth(IncrementalFit):
    def __init__(
        self, arguments: dict[str, Any], fold: Fold, task: TaskKind, *, class_weight: bool
    ) -> None:
        import xgboost

        def make() -> tuple[xgboost.DMatrix, xgboost.DMatrix]:
            rows = weighted_rows(fold.X, fold.y, task, class_weight)
            valid = weighted_rows(fold.X_valid, fold.y_valid, task, class_weight)
            return _matrix(rows, fold.categorical), _matrix(valid, fold.categorical)

        self._rows, self._valid = fold.get_or_make(("xgboost", class_weight), make)
        self._max_rounds = arguments["num_boost_round"]
        self._booster = xgboost.Booster(arguments["params"], [self._rows, self._valid])
        self._task = task
        self._snapshots = Snapshots()

    def grow(self, rounds: int) -> list[float]:
        losses = []
        for _ in range(min(rounds, self._max_rounds - self.n_rounds)):
            self._booster.update(self._rows, self.n_rounds)
            message = str(self._booster.eval_set([(self._valid, "watched")], self.n_rounds))
            loss = float(message.rsplit(":", 1)[1])
            losses.append(loss if self._task.has_classes else loss**2)
            self.n_rounds += 1
            self._snapshots.add(self.n_rounds, self._booster.predict(self._valid))
        self.finished = self.n_rounds >= self._max_rounds
        return losses

    def predict(self, rounds: int) -> Floats:
        return _as_float64(self._snapshots.get(rounds), self._task)

    def discard_before(self, rounds: int) -> None:
        self._snapshots.discard_before(rounds)

    def close(self) -> None:
        del self._booster


def _as_float64(raw: Array, task: TaskKind) -> Floats:
    if not task.has_classes:
        values: Floats = raw.astype(np.float64)
        return values
    shares = as_probabilities(raw)
    # float32 sums to 1 only to seven digits.
    normalised: Floats = shares / shares.sum(axis=1, keepdims=True)
    return normalised


def _matrix(rows: WeightedRows, categorical: tuple[int, ...], threads: int = 1) -> xgboost.DMatrix:
    import xgboost

    types = ["c" if i in categorical else "q" for i in range(rows.X.shape[1])]
    return xgboost.DMatrix(
        rows.X,
        rows.y,
        weight=rows.weight,
        feature_types=types,
        enable_categorical=True,
        nthread=threads,
    )


MEMBER = XGBoost()
