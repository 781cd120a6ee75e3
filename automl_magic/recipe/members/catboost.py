"""catboost: boosted symmetric trees, with target statistics for categories."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import (
    FittedEstimator,
    Member,
    WeightedRows,
    unreadable_error,
    weighted_rows,
)
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit, Rendezvous
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, TaskKind

if TYPE_CHECKING:
    import catboost

LOSSES = {
    Answer.TWO_CLASSES: "Logloss",
    Answer.CLASSES: "MultiClass",
    Answer.NUMBER: "RMSE",
}
# By default CatBoost derives these from the number of rounds, so refitting with the best number of
# rounds would give a different model. The values are CatBoost's own for many rounds.
FIXED_PARAMS = {"learning_rate": 0.08, "boosting_type": "Plain", "max_ctr_complexity": 4}
LEAF_ITERATIONS = {Answer.TWO_CLASSES: 10, Answer.CLASSES: 1, Answer.NUMBER: 1}


class CatBoost(Member):
    """`catboost.CatBoost`, with no parameter derived from the number of rounds."""

    name: ClassVar[str] = "catboost"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".cbm"
    library: ClassVar[str] = "catboost"
    slow_import: ClassVar[str] = "catboost"
    distributions: ClassVar[tuple[str, ...]] = ("catboost",)
    space: ClassVar[Mapping[str, Range]] = {
        "depth": Range(4, 8, 6, integer=True),
        "l2_leaf_reg": Range(0.05, 10.0, 3.0, log=True),
        "random_strength": Range(0.1, 2.0, 1.0, log=True),
        "subsample": Range(0.6, 1.0),
        "one_hot_max_size": Range(2, 25, log=True, integer=True),
    }
    # A fit can't resume after predicting, so it gets more time for its only turn.
    resumable: ClassVar[bool] = False
    time_share: ClassVar[float] = 0.3
    round_cost: ClassVar[float] = 4.0
    cell_bytes: ClassVar[int] = 8 + 9
    allow_nan: ClassVar[bool] = True
    tree_format: ClassVar[str] = "catboost"
    has_contributions: ClassVar[bool] = True

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        several = {"classes_count": n_classes} if task.answer is Answer.CLASSES else {}
        return {
            "loss_function": LOSSES[task.answer],
            **several,
            **FIXED_PARAMS,
            "leaf_estimation_iterations": LEAF_ITERATIONS[task.answer],
            **spec.params,
            "iterations": spec.n_iterations or 100,
            "random_seed": spec.seeds[0],
            "thread_count": threads,
            "allow_writing_files": False,
            "logging_level": "Silent",
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
    ) -> catboost.CatBoost:
        import catboost

        return catboost.CatBoost(arguments).fit(pool(rows.X, categorical, rows.y, rows.weight))

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        kind = "Probability" if model.task.has_classes else "RawFormulaVal"
        threads = 1 if len(X) == 1 else model.threads or -1
        predicted: Floats = model.native.predict(
            pool(X, model.categorical), prediction_type=kind, thread_count=threads
        )
        return predicted

    def to_bytes(self, model: FittedEstimator) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.cbm"
            model.native.save_model(str(path))
            return path.read_bytes()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        import catboost

        model = catboost.CatBoost()
        try:
            model.load_model(blob=content)
        except catboost.CatBoostError as error:
            raise unreadable_error(self.name, error) from error
        return FittedEstimator(model, task, n_classes, tuple(categorical))

    def contributions(self, model: FittedEstimator, X: Floats) -> Floats:
        rows = pool(X, model.categorical)
        values = np.asarray(
            model.native.get_feature_importance(rows, type="ShapValues"), dtype=np.float64
        )
        values = values[:, :, None] if values.ndim == 2 else values.transpose(0, 2, 1)
        # CatBoost orders numbers before categories.
        categorical = list(model.categorical)
        numbers = [i for i in range(X.shape[1]) if i not in categorical]
        order = np.argsort([*numbers, *categorical])
        return np.concatenate([values[:, :-1][:, order], values[:, -1:]], axis=1)


class _Growth(IncrementalFit):
    """Fits in a thread that waits between rounds, because CatBoost has no single-round call."""

    def __init__(
        self, arguments: dict[str, Any], fold: Fold, task: TaskKind, *, class_weight: bool
    ) -> None:
        import catboost

        def make() -> tuple[catboost.Pool, catboost.Pool]:
            rows = weighted_rows(fold.X, fold.y, task, class_weight)
            valid = weighted_rows(fold.X_valid, fold.y_valid, task, class_weight)
            return (
                pool(rows.X, fold.categorical, rows.y, rows.weight),
                pool(valid.X, fold.categorical, valid.y, valid.weight),
            )

        rows, self._valid = fold.get_or_make(("catboost", class_weight), make)
        self._model = catboost.CatBoost({**arguments, "use_best_model": False})
        self._task, self._max_rounds = task, int(arguments["iterations"])
        self._losses: list[float] = []
        self._error: BaseException | None = None
        self._turn = Rendezvous()
        self._thread = threading.Thread(target=self._fit, args=(rows,), daemon=True)

    def _fit(self, rows: catboost.Pool) -> None:
        try:
            self._model.fit(rows, eval_set=self._valid, callbacks=[self])
        except BaseException as error:  # noqa: BLE001 - re-raised by the waiting thread
            self._error = error
        finally:
            self._turn.end()

    def after_iteration(self, info: Any) -> bool:
        """Store the loss of a round. CatBoost calls this in the fitting thread."""
        ((*_, loss),) = info.metrics["validation"].values()
        self._losses.append(loss if self._task.has_classes else loss**2)
        return self._turn.after_round()

    def grow(self, rounds: int) -> list[float]:
        before = self.n_rounds
        if not before:
            self._thread.start()
        self._turn.advance_to(min(before + rounds, self._max_rounds))
        if self._error is not None:
            raise self._error
        self.n_rounds = len(self._losses)
        self.finished = self.n_rounds >= self._max_rounds or self.n_rounds == before
        return self._losses[before:]

    def predict(self, rounds: int) -> Floats:
        """Return the predictions and end the fit: CatBoost can only predict after fitting."""
        self._stop()
        self.finished = True
        kind = "Probability" if self._task.has_classes else "RawFormulaVal"
        predicted: Floats = self._model.predict(
            self._valid, prediction_type=kind, ntree_end=rounds, thread_count=1
        )
        return predicted

    def close(self) -> None:
        self._stop()
        del self._model

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._turn.stop()
            self._thread.join()


def pool(
    X: Floats, categorical: tuple[int, ...], y: Array | None = None, weight: Floats | None = None
) -> catboost.Pool:
    """Return a matrix as a CatBoost pool: numbers as float32, then category codes as bytes.

    A missing code is a separate category, -1.
    """
    import catboost

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
