"""The code faces, run as a standalone notebook runs them, and a table with every kind of column."""

import ast
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

PIECES = Path(__file__).parents[2] / "templates" / "notebooks" / "shared" / "model"
HOSTILE = '\'; """{x}\n\\ \x00 \ud800 \u202e $x^$ 🐍'
# pandas keeps column names in UTF-8, where a lone surrogate has no place.
HOSTILE_NAME = HOSTILE.replace("\ud800", "")
DENSE = {"fill": "median", "scale": True}
US = {"parse": {"decimal": ".", "thousands": ","}}


class FillSlots(ast.NodeTransformer):
    def __init__(self, values):
        self.values, self.used = values, set()

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "slot":
            name = node.args[0].value
            self.used.add(name)
            return ast.parse(repr(self.values[name]), mode="eval").body
        return node


def run_piece(name, namespace, slots=None):
    """Run one piece in a namespace; its slots must be exactly those that are given."""
    filler = FillSlots(slots or {})
    tree = filler.visit(ast.parse((PIECES / name).read_text()))
    assert filler.used == set(slots or {})
    exec(compile(ast.fix_missing_locations(tree), name, "exec"), namespace)
    return namespace


@pytest.fixture(scope="session")
def piece():
    return run_piece


@pytest.fixture(scope="session")
def readers():
    return run_piece("values.py", {})


@pytest.fixture(scope="session")
def hostile():
    return HOSTILE_NAME


def make_frame(n, seed):
    rng = np.random.default_rng(seed)

    def pick(values):
        return pd.Series(rng.choice(np.array(values, dtype=object), n), dtype=object)

    frame = pd.DataFrame(
        {
            "age": rng.normal(50, 10, n),
            "children": rng.integers(0, 5, n),
            "empty": np.full(n, np.nan),
            "member": rng.random(n) < 0.6,
            "since": pd.date_range("2019-12-28", periods=n, freq="41h").astype("datetime64[us]"),
        }
    )
    frame.loc[rng.random(n) < 0.15, "age"] = np.nan
    frame.loc[::17, "since"] = pd.NaT
    frame["price"] = pick(["$1,200.50", "37 %", " -4 ", "1e3", "n/a", None, "inf", 12, 2.5, True])
    frame["preis"] = pick(["1.200,50", "3,7", "1.5,2", "4", None])
    frame["answer"] = pick(["yes", "no", "maybe", None])
    frame["city"] = pick(["Paris", "Oslo", "", HOSTILE, None, 1, 1.0, "1", True, 2.5])
    frame["code"] = pick([*(f"k{i}" for i in range(40)), None])
    frame["born"] = pick(["31/01/1969", "01/12/2024 ", "30/02/2000", "soon", None])
    frame["seen"] = pick(["2024-02-29T23:59:59Z", "2024-02-29", "2024-01-01 05:00:00+02:00", None])
    frame["note"] = pick(["red wine from Oslo", "white wine", "", "İİ", f"ok {HOSTILE}", None, 7])
    frame[HOSTILE_NAME] = rng.normal(size=n)
    # What two of these say together, neither says alone: see `found_together`.
    frame["wind"], frame["gust"] = rng.normal(size=n), rng.normal(size=n)
    frame["left"], frame["right"] = pick(["a", "b"]), pick(["x", "y", None])
    frame["level"] = pick(["low", "high"])
    frame["wave"] = rng.normal(size=n) + 40.0 * (frame["level"] == "high")
    frame.loc[::23, "wave"] = np.nan
    return frame


@pytest.fixture(scope="session")
def train():
    return make_frame(300, 0)


@pytest.fixture(scope="session")
def new():
    frame = make_frame(120, 1)
    frame["city"] = frame["city"].map(lambda value: "Rome" if value == "Oslo" else value)
    frame["code"] = frame["code"].map(lambda value: "k99" if value == "k0" else value)
    return frame


@pytest.fixture(scope="session")
def targets():
    rng = np.random.default_rng(2)
    return {
        "binary": rng.integers(0, 2, 300),
        "multiclass": rng.integers(0, 3, 300),
        "regression": rng.normal(size=300),
    }


@pytest.fixture(scope="session")
def found_together(train):
    """Targets that follow from two columns together."""
    value = (
        2.0 * train["wind"] * train["gust"]
        + 3.0 * ((train["left"] == "a") == (train["right"] == "x"))
        + 2.0 * (train["wave"] - 40.0 * (train["level"] == "high")).fillna(0.0)
    ).to_numpy()
    return {
        "binary": (value > np.median(value)).astype(int),
        "multiclass": np.searchsorted(np.quantile(value, [0.3, 0.6]), value),
        "regression": value,
    }


VIEWS = {
    "tree": (
        StepSpec(kind="number", columns=("age", "children", "price", HOSTILE_NAME), params=US),
        StepSpec(kind="boolean", columns=("member",)),
        StepSpec(kind="date", columns=("since",)),
        StepSpec(kind="category", columns=("city", "answer")),
        StepSpec(kind="target_mean", columns=("code",)),
        StepSpec(kind="text", columns=("note",), params={"components": 3}),
    ),
    "dense": (
        StepSpec(kind="number", columns=("age", "price"), params={**US, **DENSE}),
        StepSpec(kind="one_hot", columns=("city", "answer"), params={"min_count": 3}),
        StepSpec(kind="target_mean", columns=("code",), params={"seed": 5}),
    ),
    "not used": (StepSpec(kind="number", columns=("a column that is not there",)),),
}


def make_recipe(task, **changes):
    classes = {"binary": ("no", "yes"), "multiclass": (1, 2, 3), "regression": ()}[task]
    settings = {
        "task": TaskKind(task),
        "target": "target",
        "metric": "rmse" if task == "regression" else "log_loss",
        "classes": classes,
        "columns": {"age": "number"},
        "views": VIEWS,
        "members": (
            MemberSpec(
                name="lgb",
                estimator="lightgbm",
                view="tree",
                n_iterations=20,
                weight=0.4,
                seeds=(1, 5),
            ),
            MemberSpec(
                name="cat",
                estimator="catboost",
                view="tree",
                n_iterations=10,
                weight=0.2,
                seeds=(2,),
            ),
            MemberSpec(name="xgb", estimator="xgboost", view="tree", n_iterations=10, weight=0.2),
            MemberSpec(
                name="et",
                estimator="extra_trees",
                view="dense",
                params={"n_estimators": 10},
                weight=0.1,
            ),
            MemberSpec(name="lin", estimator="linear", view="dense", weight=0.1),
        ),
        "threshold": 0.4 if task == "binary" else None,
        "class_weight": task == "binary",
        "split": Split(kind=SplitKind.KFOLD, folds=5, holdout=0.2, seed=0),
        "fold_sha256": "sha256:0",
        "seed": 0,
        "threads": 1,
        "versions": {"lightgbm": "4.7.0"},
        "data_fingerprint": "sha256:1",
    }
    return Recipe(**(settings | changes))


@pytest.fixture(scope="session")
def recipe_for():
    return make_recipe


@pytest.fixture(scope="session")
def with_target(train, targets):
    def add(task):
        codes = targets[task]
        labels = {"binary": np.array(["no", "yes"]), "multiclass": np.array([1, 2, 3])}
        return train.assign(target=codes if task == "regression" else labels[task][codes])

    return add


@pytest.fixture(scope="session")
def fitted_for(recipe_for, with_target):
    return cache(lambda task: fit_recipe(recipe_for(task), with_target(task)))
