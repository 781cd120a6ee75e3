"""One row at a time: the recipe on a dictionary against the same booster behind pandas."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import lightgbm
import pandas as pd
from sklearn.datasets import load_breast_cancer

import automl_magic

ROWS = 300


def median_ms(call: Callable[[int], object]) -> float:
    times = []
    for i in range(ROWS):
        start = time.perf_counter()
        call(i)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    bunch = load_breast_cancer(as_frame=True)
    table = bunch.frame.assign(target=bunch.target.map({0: "malignant", 1: "benign"}))
    model = automl_magic.search(
        table, "target", budget_s=20, trials=1, candidates=["lightgbm"], seed=0
    )
    features = table.drop(columns="target")
    booster = lightgbm.LGBMClassifier(n_estimators=model.recipe.members[0].n_iterations, verbose=-1)
    booster.fit(features, table["target"])
    rows = features.to_dict("records")

    ours = median_ms(lambda i: model.predict_proba_row(rows[i % len(rows)]))
    behind_pandas = median_ms(lambda i: booster.predict_proba(pd.DataFrame([rows[i % len(rows)]])))
    print(f"LightGBM behind a DataFrame   {behind_pandas:7.3f} ms a row (median of {ROWS})")
    print(
        f"recipe on a dictionary        {ours:7.3f} ms a row"
        f"   {behind_pandas / ours:4.1f} x as quick"
    )
