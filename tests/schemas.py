"""Input schemas as training writes them, from the profile of a table."""

import numpy as np
import pandas as pd

from automl_magic.data import profile
from automl_magic.learn.input_schema import input_schema
from automl_magic.learn.recipe import columns_of
from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import Split, SplitKind, TaskKind
from automl_magic.records.plans.experiment import FeatureSelection
from automl_magic.tasks.tabular.features import views


def table(n=80):
    """Return a table with numbers, a category, a boolean and dates, and the target `churn`."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "income": rng.normal(40_000, 9_000, n).round(2),
            "city": rng.choice(["Oslo", "Bergen", "Lund"], n),
            "member": rng.random(n) < 0.5,
            "joined": [f"20{10 + i % 12}-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(n)],
            "churn": rng.choice(["yes", "no"], n),
        }
    )


def schema_of(frame, *, target="churn", task="binary"):
    """Return the schema of a version trained on a table, from its profile, as training does."""
    dataset = profile(frame, name="table", source="table.csv", read={}, target=target)
    steps = {"tree": views(dataset, target, (), select=FeatureSelection.NONE)["tree"]}
    is_regression = task == "regression"
    recipe = Recipe(
        task=TaskKind(task),
        target=target,
        metric="rmse" if is_regression else "log_loss",
        classes=() if is_regression else tuple(sorted(frame[target].unique().tolist())),
        columns=columns_of(steps),
        views=steps,
        members=(
            MemberSpec(name="dummy", estimator="dummy", view="tree", n_iterations=1, weight=1.0),
        ),
        split=Split(kind=SplitKind.KFOLD, folds=5, holdout=0.2, seed=0),
    )
    return input_schema(recipe, frame)
