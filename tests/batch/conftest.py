"""A small model that reads every kind of column by every kind of member, fitted once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

NUMBERS, LABELS = ("age", "paid"), ("city", "code")
COLUMNS = {
    "age": "number",
    "paid": "number",
    "city": "category",
    "code": "category",
    "member": "boolean",
    "since": "date",
    "said": "text",
}


def people(n_rows: int = 300, seed: int = 3) -> pd.DataFrame:
    """A table with numbers, hidden numbers, labels, codes, yes and no, dates and texts."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 12, n_rows).round(3)
    age[rng.random(n_rows) < 0.1] = np.nan
    paid = [f"{x:,.2f}" for x in rng.gamma(2, 900, n_rows)]
    city = rng.choice(["Oslo", "Århus", 'a "b", c', "=1+1"], n_rows).astype(object)
    city[rng.random(n_rows) < 0.05] = None
    return pd.DataFrame(
        {
            "age": age,
            "paid": paid,
            "city": city,
            "code": rng.integers(1, 7, n_rows),
            "member": rng.choice([True, False], n_rows),
            "since": [f"20{y:02}-{m:02}-11" for y, m in rng.integers(10, 13, (n_rows, 2))],
            "said": rng.choice(["late, slow", "all good", "never\nagain", "kind"], n_rows),
            "left": np.where(np.nan_to_num(age, nan=40) + rng.normal(0, 9, n_rows) > 40, "y", "n"),
        }
    )


@pytest.fixture(scope="session")
def frame():
    return people()


@pytest.fixture(scope="session")
def model(frame):
    numbers = StepSpec(
        kind="number", columns=("paid",), params={"parse": {"decimal": ".", "thousands": ","}}
    )
    trees = (
        StepSpec(kind="category", columns=LABELS),
        StepSpec(kind="number", columns=("age",)),
        numbers,
        StepSpec(kind="boolean", columns=("member",)),
        StepSpec(kind="date", columns=("since",), params={"date_format": "%Y-%m-%d"}),
        StepSpec(kind="text", columns=("said",)),
        StepSpec(kind="missing", columns=("age", "city")),
    )
    dense = (
        StepSpec(kind="one_hot", columns=("city",)),
        StepSpec(kind="target_mean", columns=LABELS),
        StepSpec(
            kind="number",
            columns=("age",),
            params={"fill": "median", "scale": True, "indicator": True},
        ),
    )
    members = [
        ("lightgbm", "trees", 20),
        ("xgboost", "trees", 20),
        ("extra_trees", "dense", None),
        ("linear", "dense", None),
    ]
    recipe = Recipe(
        task=TaskKind("binary"),
        target="left",
        metric="roc_auc",
        classes=("n", "y"),
        columns=COLUMNS,
        views={"trees": trees, "dense": dense},
        members=tuple(
            MemberSpec(name=name, estimator=name, view=view, n_iterations=rounds, weight=0.25)
            for name, view, rounds in members
        ),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, holdout=0.0, seed=0),
        seed=0,
    )
    return fit_recipe(recipe, frame)
