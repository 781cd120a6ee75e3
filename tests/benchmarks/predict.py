"""The recipe against the same booster behind pandas: one row at a time, and many at once.

The rows of the first part are those of a table of 30 numbers; the second has 15 columns, five of
them categories, and 100,000 rows. A recipe averages one booster per seed, so both are shown: the
recipe as it is found, and with one seed, which has as many trees as the booster beside it.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer

import automl_magic
from automl_magic.recipe import fit_recipe

ROWS = 300
BATCH_ROWS, REPEATS = 100_000, 5


def median_ms(call: Callable[[int], object]) -> float:
    times = []
    for i in range(ROWS):
        start = time.perf_counter()
        call(i)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def rows_a_second(call: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return BATCH_ROWS / statistics.median(times)


def one_by_one() -> None:
    bunch = load_breast_cancer(as_frame=True)
    table = bunch.frame.assign(target=bunch.target.map({0: "malignant", 1: "benign"}))
    model = searched(table)
    features = table.drop(columns="target")
    booster = lightgbm.LGBMClassifier(n_estimators=model.recipe.members[0].n_iterations, verbose=-1)
    booster.fit(features, table["target"])
    rows = features.to_dict("records")

    ours = median_ms(lambda i: model.predict_proba_row(rows[i % len(rows)]))
    behind_pandas = median_ms(lambda i: booster.predict_proba(pd.DataFrame([rows[i % len(rows)]])))
    print(f"LightGBM behind a DataFrame   {behind_pandas:9.3f} ms a row (median of {ROWS})")
    print(f"{named(model)} {ours:9.3f} ms a row   {behind_pandas / ours:5.2f} x as quick")


def many_at_once() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(BATCH_ROWS, 10))).add_prefix("number")
    for i in range(5):
        table[f"word{i}"] = rng.choice([f"w{level}" for level in range(20)], BATCH_ROWS)
    signal = table["number0"] * table["number1"] + (table["word0"] < "w15")
    table["target"] = np.where(signal + rng.normal(size=BATCH_ROWS) > 0.5, "yes", "no")
    found = searched(table.head(20_000))
    members = [dataclasses.replace(one, seeds=one.seeds[:1]) for one in found.recipe.members]
    lean = fit_recipe(dataclasses.replace(found.recipe, members=tuple(members)), table.head(20_000))

    features = table.drop(columns="target")
    coded = features.astype({f"word{i}": "category" for i in range(5)})
    booster = lightgbm.LGBMClassifier(
        n_estimators=members[0].n_iterations, num_leaves=members[0].params["num_leaves"], verbose=-1
    )
    booster.fit(coded.head(20_000), table["target"].head(20_000))
    behind_pandas = rows_a_second(lambda: booster.predict_proba(coded))
    print(f"LightGBM behind a DataFrame   {behind_pandas:9,.0f} rows a second")
    for model in (found, lean):
        ours = rows_a_second(lambda model=model: model.predict_proba(features))
        ratio = ours / behind_pandas
        print(f"{named(model)} {ours:9,.0f} rows a second   {ratio:5.2f} x as quick")


def searched(table: pd.DataFrame) -> Any:
    return automl_magic.search(
        table, "target", budget_s=20, trials=1, candidates=["lightgbm"], seed=0
    )


def named(model: Any) -> str:
    member = model.recipe.members[0]
    return f"recipe, {len(member.seeds)} x {member.n_iterations:4} trees       "


if __name__ == "__main__":
    one_by_one()
    many_at_once()
