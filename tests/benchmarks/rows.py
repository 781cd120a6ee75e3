"""What a row costs: checked and answered by the runtime, by the plain recipe, behind pandas.

Two models on 20 numbers: XGBoost of 200 trees of depth 6, and a blend of five members. All ways are
measured in turns of ten calls in one run, on rows that change from call to call, so that the ratios
hold on a busy machine too.

    python tests/benchmarks/rows.py
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xgboost

from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import FittedRecipe, MemberSpec, Recipe, fit_recipe
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.models.deployment import InputChecks
from automl_magic_serving.runtime.served_model import ServedModel

ROWS, TURNS = 20_000, 400
SIZES = (1, 8, 64, 512)
IN_A_ROW = 10
COLUMNS = tuple(f"feature_{i}" for i in range(20))
DENSE = {"fill": "median", "scale": True, "indicator": True}
CHECKS = InputChecks()


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(ROWS, len(COLUMNS))), columns=list(COLUMNS))
    signal = frame["feature_0"] * frame["feature_1"] + frame["feature_2"]
    return frame.assign(target=np.where(signal + rng.normal(size=ROWS) > 0, "yes", "no"))


def recipe(*members: MemberSpec) -> Recipe:
    return Recipe(
        task=TaskKind("binary"),
        target="target",
        metric="log_loss",
        classes=("no", "yes"),
        columns=dict.fromkeys(COLUMNS, "number"),
        views={
            "tree": (StepSpec(kind="number", columns=COLUMNS),),
            "dense": (StepSpec(kind="number", columns=COLUMNS, params=DENSE),),
        },
        members=members,
        split=Split(kind=SplitKind.KFOLD, folds=5, holdout=0.2, seed=0),
    )


def boosted(name: str, weight: float, **params: Any) -> MemberSpec:
    return MemberSpec(
        name=name, estimator=name, view="tree", params=params, n_iterations=200, weight=weight
    )


def five() -> tuple[MemberSpec, ...]:
    forest = {"n_estimators": 200, "max_depth": 12}
    return (
        boosted("xgboost", 0.2, max_depth=6),
        boosted("lightgbm", 0.2),
        boosted("catboost", 0.2),
        MemberSpec(name="forest", estimator="extra_trees", view="dense", params=forest, weight=0.2),
        MemberSpec(name="linear", estimator="linear", view="dense", weight=0.2),
    )


def medians_us(ways: Mapping[str, Callable[[int], object]], turns: int) -> dict[str, float]:
    """Return the median time of each way. Some calls of one, some of the next, and round again."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for start in range(0, turns, IN_A_ROW):
        for name, call in ways.items():
            call(start)  # what the way before left in the caches is not this one's
            for turn in range(start, start + IN_A_ROW):
                started = time.perf_counter()
                call(turn)
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(some) * 1e6 for name, some in times.items()}


def compare(title: str, fitted: FittedRecipe, frame: pd.DataFrame, behind_pandas: Any) -> None:
    served = ServedModel(
        fitted, input_schema(fitted.recipe, frame), model="m", version=1, manifest_sha256=""
    )
    print(f"\n{title}")
    for way in served.backends():
        print(f"  {way.member:<9} {way.why}")
    instances = frame[list(COLUMNS)].head(4_000).to_dict("records")
    parsed = [served.parse(one, CHECKS) for one in instances]
    print("  rows   runtime: check + answer    plain recipe    behind pandas")
    for size in SIZES:
        starts = itertools.cycle(range(0, len(instances) - size, size))
        places = [next(starts) for _ in range(TURNS)]

        def taken(turn: int, size: int = size, places: list[int] = places) -> slice:
            return slice(places[turn % TURNS], places[turn % TURNS] + size)

        def runtime(turn: int) -> object:
            return served.predict([served.parse(one, CHECKS) for one in instances[taken(turn)]])

        def checked(turn: int) -> object:
            return [served.parse(one, CHECKS) for one in instances[taken(turn)]]

        def plain(turn: int, size: int = size) -> object:
            if size == 1:
                return fitted.predict_proba_row(instances[taken(turn)][0])
            return fitted.predict_proba(pd.DataFrame(instances[taken(turn)]))

        def library(turn: int) -> object:
            return behind_pandas(pd.DataFrame(instances[taken(turn)]))

        ways = {"runtime": runtime, "checked": checked, "plain": plain, "library": library}
        us = medians_us(ways, TURNS // size + 20)
        print(
            f"  {size:>4} {us['runtime']:>9,.1f} µs ({us['checked']:,.1f} the check)"
            f"  {us['plain']:>9,.0f} µs {us['plain'] / us['runtime']:5.1f} x"
            f"  {us['library']:>9,.0f} µs {us['library'] / us['runtime']:5.1f} x"
        )
    started = time.perf_counter()
    for one in parsed[:20]:
        served.explanation(one)
    print(f"  an explanation takes {(time.perf_counter() - started) / 20 * 1000:.1f} ms")


def main() -> None:
    frame = table()
    X, y = frame[list(COLUMNS)], (frame["target"] == "yes").astype(int)
    library = xgboost.XGBClassifier(n_estimators=200, max_depth=6, n_jobs=1).fit(X, y)
    one = fit_recipe(recipe(boosted("xgboost", 1.0, max_depth=6)), frame)
    compare("XGBoost, 20 numbers, 200 trees of depth 6", one, frame, library.predict_proba)
    blend = fit_recipe(recipe(*five()), frame)
    compare("Five members on the same table", blend, frame, blend.predict_proba)


if __name__ == "__main__":
    main()
