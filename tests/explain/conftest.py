"""Models of small mixed tables, in folders like those of searches."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from automl_magic.explain import Explainer
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
TREE = (
    StepSpec(kind="number", columns=("age", "noise", "paid"), params={"parse": {"decimal": ","}}),
    StepSpec(kind="category", columns=("city",)),
    StepSpec(kind="target_mean", columns=("street",)),
    StepSpec(kind="date", columns=("since",)),
)
DENSE = (
    StepSpec(kind="number", columns=("age", "noise"), params={"fill": "median", "scale": True}),
    StepSpec(kind="one_hot", columns=("city",)),
)
BOOSTER = MemberSpec(name="lightgbm", estimator="lightgbm", view="tree", n_iterations=30)


def people(n_rows: int = 600, seed: int = 0) -> pd.DataFrame:
    """Two groups of people; `age` and `city` decide, `noise` does not, `paid` hides in text."""
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, n_rows).astype(float)
    city = random.choice(["Oslo", "Lund", "Bergen"], n_rows, p=[0.5, 0.3, 0.2])
    score = 0.08 * (age - 45) + 1.5 * (city == "Oslo") - 0.5 + random.normal(0, 0.7, n_rows)
    frame = pd.DataFrame(
        {
            "age": np.where(random.random(n_rows) < 0.05, np.nan, age),
            "noise": random.normal(size=n_rows),
            "paid": [f"{value:.1f}".replace(".", ",") for value in random.gamma(2, 20, n_rows)],
            "city": np.where(random.random(n_rows) < 0.05, None, city),
            "street": random.choice([f"Street {i}" for i in range(40)], n_rows),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(random.integers(0, 1000, n_rows), "D"),
            "group": random.choice(["x", "y", "rare"], n_rows, p=[0.6, 0.37, 0.03]),
            "binary": np.where(score > 0, "yes", "no"),
            "multiclass": np.where(score > 0.8, "c", np.where(score > -0.5, "b", "a")),
            "regression": 10 * score,
        }
    )
    frame.loc[3, ["binary", "multiclass", "regression"]] = None
    return frame


def recipe_of(kind: str, members=(BOOSTER,), **changes) -> Recipe:
    return Recipe(
        task=TaskKind(kind),
        target=kind,
        metric=METRICS[kind],
        classes=CLASSES[kind],
        columns={
            "age": "number",
            "noise": "number",
            "paid": "number",
            "city": "category",
            "street": "high_cardinality",
            "since": "date",
        },
        views={"tree": TREE, "dense": DENSE},
        members=tuple(members),
        split=Split(kind=SplitKind.KFOLD, folds=3, holdout=0.25, seed=0),
        **changes,
    )


@dataclasses.dataclass(frozen=True)
class Found:
    """The folder of a search, and the table that it was made of."""

    folder: object
    frame: pd.DataFrame

    def subject(self, **options) -> Explainer:
        options = {"budget_s": 60.0, **options}
        return Explainer(self.frame, search_dir=self.folder, data_fingerprint="", **options)


def write_search(recipe: Recipe, frame: pd.DataFrame, folder, *, home=None) -> Found:
    """Fit the recipe, and write what a search writes: the model and the honest predictions."""
    rows = frame[frame[recipe.target].notna()].reset_index(drop=True)
    n = len(rows)
    order = np.random.default_rng(1).permutation(n)
    held, development = np.sort(order[: n // 4]), np.sort(order[n // 4 :])
    fold = np.arange(len(development)) % 3
    subset = rows.iloc[development].reset_index(drop=True)
    out_of_fold = None
    for one in range(3):
        fitted = fit_recipe(recipe, subset, rows=np.flatnonzero(fold != one))
        said = predictions(fitted, subset.iloc[np.flatnonzero(fold == one)])
        if out_of_fold is None:
            out_of_fold = np.full((len(subset), *said.shape[1:]), np.nan)
        out_of_fold[fold == one] = said
    target = fit_recipe(recipe, rows)
    save_model(target, folder / "model", home=home)
    codes = encoded(recipe, rows)
    np.savez(
        folder / "oof.npz",
        rows=development,
        fold=fold[None],
        y=codes[development],
        ensemble=out_of_fold,
    )
    apart = fit_recipe(recipe, rows, rows=development)
    np.savez(
        folder / "holdout.npz",
        rows=held,
        y=codes[held],
        predicted=predictions(apart, rows.iloc[held]),
        fit_s=np.array(0.01),
    )
    return Found(folder, frame)


def predictions(fitted, frame):
    return fitted.predict_proba(frame) if fitted.recipe.task.has_classes else fitted.predict(frame)


def encoded(recipe, frame):
    if not recipe.task.has_classes:
        return frame[recipe.target].to_numpy(dtype=float)
    return np.array([recipe.classes.index(label) for label in frame[recipe.target]])


@pytest.fixture(scope="session")
def make_search(tmp_path_factory):
    """Return a search of a kind of task; each of the same arguments is made once."""
    made: dict[str, Found] = {}

    def make(kind="binary", members=(BOOSTER,), n_rows=600, frame=None, **changes):
        key = repr((kind, members, n_rows, frame is None or id(frame), changes))
        if key not in made:
            folder = tmp_path_factory.mktemp(kind)
            table = people(n_rows) if frame is None else frame
            made[key] = write_search(recipe_of(kind, members, **changes), table, folder)
        return made[key]

    return make


@pytest.fixture(
    scope="session",
    params=["binary", "regression", pytest.param("multiclass", marks=pytest.mark.long)],
)
def found(request, make_search) -> Found:
    return make_search(request.param)


@pytest.fixture(scope="session")
def binary(make_search) -> Found:
    return make_search("binary")
