"""Batch scoring against the plain library, Parquet to Parquet, side by side in one run.

First one booster of XGBoost with 20 numbers and 200 trees: the plain way is pandas.read_parquet,
predict_proba, to_parquet, which holds the whole table in memory. Then an ensemble of five: two
boosters on category codes, two forests and a linear model on one-hot and mean targets.

    python tests/benchmarks/batch.py [ROWS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

from automl_magic.batch import ParquetReader, score
from automl_magic.recipe import FittedRecipe, MemberSpec, Recipe, fit_recipe
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

ROWS, REPEATS, TRAINED = 1_000_000, 3, 10_000
SPLIT = Split(kind=SplitKind.STRATIFIED, folds=3, holdout=0.0, seed=0)


def seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def fitted(
    table: pd.DataFrame,
    columns: dict[str, str],
    views: dict[str, tuple[StepSpec, ...]],
    members: list[tuple[str, str, int | None, dict[str, int]]],
) -> FittedRecipe:
    recipe = Recipe(
        task=TaskKind("binary"),
        target="target",
        metric="roc_auc",
        classes=("no", "yes"),
        columns=columns,
        views=views,
        members=tuple(
            MemberSpec(
                name=name,
                estimator=name,
                view=view,
                n_iterations=rounds,
                params=params,
                weight=1 / len(members),
            )
            for name, view, rounds, params in members
        ),
        split=SPLIT,
        seed=0,
        threads=2,
    )
    return fit_recipe(recipe, table.head(TRAINED))


def one_booster(rows: int, folder: Path) -> None:
    rng = np.random.default_rng(0)
    names = tuple(f"number{i}" for i in range(20))
    table = pd.DataFrame(rng.normal(size=(rows, 20)), columns=names)
    signal = table["number0"] * table["number1"] + table["number2"]
    table["target"] = np.where(signal + rng.normal(size=rows) > 0, "yes", "no")
    model = fitted(
        table,
        dict.fromkeys(names, "number"),
        {"all": (StepSpec(kind="number", columns=names),)},
        [("xgboost", "all", 200, {"max_depth": 6})],
    )
    plain = xgboost.XGBClassifier(n_estimators=200, max_depth=6, tree_method="hist")
    train = table.head(TRAINED)
    plain.fit(train[list(names)], (train["target"] == "yes").astype(int))
    source = folder / "in.parquet"
    table.drop(columns="target").to_parquet(source)
    del table

    def by_pandas() -> None:
        shares = plain.predict_proba(pd.read_parquet(source))
        pd.DataFrame(
            {
                "prediction": np.where(shares[:, 1] >= 0.5, "yes", "no"),
                "probability_no": shares[:, 0],
                "probability_yes": shares[:, 1],
            }
        ).to_parquet(folder / "plain.parquet")

    theirs = rows / seconds(by_pandas)
    ours = rows / seconds(lambda: score(model, ParquetReader([source]), folder / "ours.parquet"))
    print(f"one XGBoost, pandas and the library  {theirs:11,.0f} rows/s")
    print(f"one XGBoost, automl predict          {ours:11,.0f} rows/s   {ours / theirs:5.2f} x")


def an_ensemble(rows: int, folder: Path) -> None:
    rng = np.random.default_rng(0)
    numbers = tuple(f"number{i}" for i in range(12))
    words = tuple(f"word{i}" for i in range(8))
    table = pd.DataFrame(rng.normal(size=(rows, 12)), columns=numbers)
    for i, name in enumerate(words):
        table[name] = rng.choice([f"level {j}" for j in range(4 + 3 * i)], rows)
    signal = table["number0"] * table["number1"] + (table["word1"] < "level 3")
    table["target"] = np.where(signal + rng.normal(size=rows) > 0.5, "yes", "no")
    scaled = {"fill": "median", "scale": True}
    views = {
        "codes": (
            StepSpec(kind="category", columns=words),
            StepSpec(kind="number", columns=numbers),
        ),
        "dense": (
            StepSpec(kind="one_hot", columns=words),
            StepSpec(kind="target_mean", columns=words),
            StepSpec(kind="number", columns=numbers, params=scaled),
        ),
    }
    model = fitted(
        table,
        dict.fromkeys(numbers, "number") | dict.fromkeys(words, "category"),
        views,
        [
            ("lightgbm", "codes", 200, {}),
            ("xgboost", "codes", 200, {"max_depth": 6}),
            ("random_forest", "dense", None, {"n_estimators": 100}),
            ("extra_trees", "dense", None, {"n_estimators": 100}),
            ("linear", "dense", None, {}),
        ],
    )
    source = folder / "words.parquet"
    table.drop(columns="target").to_parquet(source)
    frame = table.drop(columns="target")

    def at_once() -> None:
        shares = model.predict_proba(frame)
        pd.DataFrame({"probability_yes": shares[:, 1]}).to_parquet(folder / "plain.parquet")

    theirs = rows / seconds(at_once)
    ours = rows / seconds(lambda: score(model, ParquetReader([source]), folder / "ours.parquet"))
    print(f"five members, the table at once      {theirs:11,.0f} rows/s")
    print(f"five members, automl predict         {ours:11,.0f} rows/s   {ours / theirs:5.2f} x")


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as made:
        one_booster(asked, Path(made))
        an_ensemble(max(1, asked // 10), Path(made))
