"""What the steps around a search cost on a large table, beside pandas' own summary of it.

python tests/benchmarks/steps.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from automl_magic import data
from automl_magic.learn import meta
from automl_magic.learn.blending import select_ensemble
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS, score

ROWS = 50_000


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def long_table(dice: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame(dice.normal(size=(ROWS, 12)), columns=[f"n{i}" for i in range(12)])
    return frame.assign(
        city=dice.choice(["alpha", "beta", "gamma"], ROWS), y=dice.integers(0, 2, ROWS)
    )


def wide_table(dice: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame(dice.normal(size=(100, 3000)), columns=[f"n{i}" for i in range(3000)])
    return frame.assign(y=dice.integers(0, 2, 100))


def profiled(frame: pd.DataFrame) -> object:
    read = {"format": "csv", "options": {}}
    return data.profile(frame, name="t", source="/t.csv", read=read, target="y")


def chosen(metric: str, dice: np.random.Generator, trials: int = 60, rows: int = 40_000) -> object:
    y = dice.integers(0, 2, rows)
    noise = dice.uniform(size=(trials, rows, 2)) + 1.2 * np.eye(2)[y]
    predictions = list(noise / noise.sum(axis=2, keepdims=True))
    alone = [METRICS[metric].loss(score(metric, y, one)) for one in predictions]
    return select_ensemble(
        METRICS[metric], y, predictions, alone, ["one"] * trials, max_members=8, seed=0
    )


if __name__ == "__main__":
    dice = np.random.default_rng(0)
    long, wide = long_table(dice), wide_table(dice)
    X, codes = dice.normal(size=(ROWS, 50)), dice.integers(10, size=ROWS)
    counts = meta.TableCounts(*X.shape)
    baseline = seconds(lambda: long.describe(include="all"))
    print(f"{'describe of pandas, 50,000 rows':44} {baseline:6.3f} s")
    for name, call in {
        "profile, 50,000 rows x 14 columns": lambda: profiled(long),
        "profile, 100 rows x 3,001 columns": lambda: profiled(wide),
        "fingerprint, 50,000 rows x 14 columns": lambda: data.fingerprint(long),
        "meta features, 50,000 rows x 50 columns": lambda: meta.compute_meta_features(
            X, codes, TaskKind("multiclass"), counts
        ),
        "members of 60 trials by roc_auc, 40,000 rows": lambda: chosen("roc_auc", dice),
        "members of 60 trials by log_loss, 40,000 rows": lambda: chosen("log_loss", dice),
    }.items():
        taken = seconds(call)
        print(f"{name:44} {taken:6.3f} s   {taken / baseline:5.1f} x")
