"""lightgbm: gradient-boosted trees grown by leaf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import lightgbm
from lightgbm.callback import CallbackEnv, EarlyStopException

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.base import Member, Model, Rows, as_probabilities, unreadable
from automl_magic.recipe.members.watch import Progress, Watch
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

OBJECTIVES = {
    TaskKind.BINARY: "binary",
    TaskKind.MULTICLASS: "multiclass",
    TaskKind.REGRESSION: "regression",
}


class LightGBM(Member):
    """`lightgbm.train`, deterministic."""

    name: ClassVar[str] = "lightgbm"
    has_iterations: ClassVar[bool] = True
    suffix: ClassVar[str] = ".txt"

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        several = {"num_class": n_classes} if task is TaskKind.MULTICLASS else {}
        return {
            "objective": OBJECTIVES[task],
            **several,
            **spec.params,
            "num_iterations": spec.n_iterations or 100,
            "seed": spec.seed,
            "num_threads": threads,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }

    def _fit(
        self,
        arguments: dict[str, Any],
        rows: Rows,
        categorical: tuple[int, ...],
        watch: Watch | None,
        watched: Rows | None,
    ) -> tuple[Any, int | None]:
        train = lightgbm.Dataset(
            rows.X, rows.y, weight=rows.weight, categorical_feature=list(categorical)
        )
        if watch is None or watched is None:
            return lightgbm.train(arguments, train), arguments["num_iterations"]
        progress = Progress(watch)
        best_trees = 1

        def after_round(env: CallbackEnv) -> None:
            nonlocal best_trees
            assert isinstance(env.model, lightgbm.Booster)
            results = env.evaluation_result_list or []
            _, _, score, higher_is_better = results[0][:4]
            is_over = progress.stops(-score if higher_is_better else score)
            if progress.best_rounds == progress.n_rounds:
                # A round in which nothing can be split leaves no trees, but counts as a round.
                best_trees = env.model.current_iteration()
            if is_over:
                raise EarlyStopException(progress.best_rounds - 1, results)

        valid = lightgbm.Dataset(watched.X, watched.y, weight=watched.weight, reference=train)
        booster = lightgbm.train(arguments, train, valid_sets=[valid], callbacks=[after_round])
        booster.best_iteration = best_trees
        return booster, progress.best_rounds

    def predict(self, model: Model, X: Floats) -> Floats:
        # Threads share rows, never the sum over the trees of one row: the result is the same.
        threads = 1 if len(X) == 1 else 0
        raw = model.native.predict(X, num_threads=threads)
        return as_probabilities(raw) if model.task.is_classification else raw

    def to_bytes(self, model: Model) -> bytes:
        text: str = model.native.model_to_string(num_iteration=model.native.best_iteration)
        return text.encode()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> Model:
        try:
            booster = lightgbm.Booster(model_str=content.decode())
        except (UnicodeDecodeError, lightgbm.basic.LightGBMError) as error:
            raise unreadable(self.name, error) from error
        return Model(booster, task, n_classes, tuple(categorical))


MEMBER = LightGBM()
