"""lightgbm: gradient-boosted trees grown leaf by leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from automl_magic.recipe.values import Floats
from automl_magic.records import Answer, TaskKind

if TYPE_CHECKING:
    import lightgbm

OBJECTIVES = {
    Answer.TWO_CLASSES: "binary",
    Answer.CLASSES: "multiclass",
    Answer.NUMBER: "regression",
}
# Parameters of the binned dataset. All trials on a fold share it, so it mustn't depend on a trial's
# parameters, such as the minimum number of rows in a leaf.
DATASET_PARAMS = {"force_col_wise": True, "feature_pre_filter": False}


class LightGBM(Member):
    """`lightgbm.train`, deterministic."""

    name: ClassVar[str] = "lightgbm"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".txt"
    library: ClassVar[str] = "lightgbm"
    slow_import: ClassVar[str] = "lightgbm"
    distributions: ClassVar[tuple[str, ...]] = ("lightgbm",)
    space: ClassVar[Mapping[str, Range]] = {
        "num_leaves": Range(4, 200, 31, log=True, integer=True),
        "min_data_in_leaf": Range(1, 64, 20, log=True, integer=True),
        "feature_fraction": Range(0.3, 1.0, 1.0),
        "bagging_fraction": Range(0.6, 1.0),
        "lambda_l1": Range(0.001, 2.0, 0.0, log=True),
        "lambda_l2": Range(0.001, 5.0, 0.0, log=True),
        "cat_smooth": Range(0.5, 50.0, log=True),
    }
    cell_bytes: ClassVar[int] = 8 + 2
    allow_nan: ClassVar[bool] = True
    tree_format: ClassVar[str] = "lightgbm"
    has_contributions: ClassVar[bool] = True

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        several = {"num_class": n_classes} if task.answer is Answer.CLASSES else {}
        return {
            "objective": OBJECTIVES[task.answer],
            **several,
            **spec.params,
            "num_iterations": spec.n_iterations or 100,
            "seed": spec.seeds[0],
            "num_threads": threads,
            "deterministic": True,
            **DATASET_PARAMS,
            "verbosity": -1,
        }

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
        self, arguments: dict[str, object], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> lightgbm.Booster:
        import lightgbm

        train = lightgbm.Dataset(
            rows.X, rows.y, weight=rows.weight, categorical_feature=list(categorical)
        )
        return lightgbm.train(arguments, train)

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        # Threads split the rows, not the sum over the trees, so they don't change the result.
        threads = 1 if len(X) == 1 else model.threads or 0
        raw = model.native.predict(X, num_threads=threads)
        return as_probabilities(raw) if model.task.has_classes else raw

    def to_bytes(self, model: FittedEstimator) -> bytes:
        text: str = model.native.model_to_string()
        return text.encode()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        import lightgbm

        try:
            booster = lightgbm.Booster(model_str=content.decode())
        except (UnicodeDecodeError, lightgbm.basic.LightGBMError) as error:
            raise unreadable_error(self.name, error) from error
        return FittedEstimator(booster, task, n_classes, tuple(categorical))

    def contributions(self, model: FittedEstimator, X: Floats) -> Floats:
        flat = np.asarray(model.native.predict(X, pred_contrib=True), dtype=np.float64)
        # Shape (n, n_outputs · (n_features + 1)), class by class.
        return flat.reshape(len(X), -1, X.shape[1] + 1).transpose(0, 2, 1)


class _Growth(IncrementalFit):
    def __init__(
        self, arguments: dict[str, Any], fold: Fold, task: TaskKind, *, class_weight: bool
    ) -> None:
        import lightgbm

        def bin_rows() -> tuple[lightgbm.Dataset, lightgbm.Dataset]:
            of_rows = {**DATASET_PARAMS, "verbosity": -1, "num_threads": 1}
            rows = weighted_rows(fold.X, fold.y, task, class_weight)
            valid = weighted_rows(fold.X_valid, fold.y_valid, task, class_weight)
            codes = list(fold.categorical)
            train = lightgbm.Dataset(
                rows.X, rows.y, weight=rows.weight, categorical_feature=codes, params=of_rows
            ).construct()
            return train, train.create_valid(
                valid.X, valid.y, weight=valid.weight, params=of_rows
            ).construct()

        self._max_rounds = int(arguments.pop("num_iterations"))
        train, valid = fold.get_or_make(("lightgbm", class_weight), bin_rows)
        self._booster = lightgbm.Booster(arguments, train)
        self._booster.add_valid(valid, "watched")
        self._task, self._one_row = task, fold.X_valid[:1]
        self._snapshots = Snapshots()

    def grow(self, rounds: int) -> list[float]:
        if self.n_rounds:
            # LightGBM's verbosity is per thread, set by the last call with parameters. Otherwise it
            # prints a line for each round without a split.
            self._booster.predict(self._one_row, num_iteration=1, num_threads=1, verbosity=-1)
        losses = []
        for _ in range(min(rounds, self._max_rounds - self.n_rounds)):
            self._booster.update()
            self.n_rounds += 1
            measured = self._booster.eval_valid(feval=self._store_predictions)
            losses.append(float(measured[0][2]))
        self.finished = self.n_rounds >= self._max_rounds
        return losses

    def _store_predictions(self, predicted: Floats, _: lightgbm.Dataset) -> tuple[str, float, bool]:
        self._snapshots.add(self.n_rounds, predicted.copy())
        return "looked", 0.0, False

    def predict(self, rounds: int) -> Floats:
        raw = self._snapshots.get(rounds)
        return as_probabilities(raw) if self._task.has_classes else raw

    def discard_before(self, rounds: int) -> None:
        self._snapshots.discard_before(rounds)

    def close(self) -> None:
        del self._booster


MEMBER = LightGBM()
