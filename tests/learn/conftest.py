"""Small tasks on scikit-learn's own tables, and a search notebook's cells as one call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sklearn import datasets

from automl_magic import learn

TABLES = {
    "binary": ("load_breast_cancer", "roc_auc"),
    "multiclass": ("load_wine", "log_loss"),
    "regression": ("load_diabetes", "rmse"),
}


def views_of(frame, target="target"):
    columns = [name for name in frame.columns if name != target]
    dense = {"fill": "median", "scale": True, "indicator": True}
    return {
        "tree": [{"kind": "number", "columns": columns, "params": {}}],
        "dense": [{"kind": "number", "columns": columns, "params": dense}],
    }


def boosting(**params):
    few = {"learning_rate": 0.2, "num_leaves": 7, "bagging_fraction": 0.9, "bagging_freq": 1}
    return learn.candidate("lightgbm", view="tree", params={**few, **params})


@pytest.fixture(scope="session")
def candidates():
    return {
        "linear": learn.candidate("linear", view="dense"),
        "lightgbm": boosting(),
        "forest": learn.candidate("extra_trees", view="dense", params={"n_estimators": 30}),
    }


@pytest.fixture(scope="session")
def frame_of():
    return lambda kind: getattr(datasets, TABLES[kind][0])(as_frame=True).frame


@pytest.fixture(scope="session")
def make_task(frame_of):
    """Return a task on the table of a kind; keywords replace its arguments."""

    def make(kind="binary", frame=None, **changes):
        frame = frame_of(kind) if frame is None else frame
        classes = [] if kind == "regression" else sorted(frame["target"].dropna().unique().tolist())
        asked = {
            "target": "target",
            "kind": kind,
            "metric": TABLES[kind][1],
            "classes": classes,
            "seed": 0,
            "threads": 2,
        }
        return learn.Task(frame, **{**asked, **changes})

    return make


@pytest.fixture(scope="session")
def make_split():
    def make(task, folds=3, holdout=0.2, **changes):
        kind = "stratified" if task.kind.has_classes else "kfold"
        return learn.split(task, **{"kind": kind, "folds": folds, "holdout": holdout, **changes})

    return make


@dataclass
class Notebook:
    """The cells of a search notebook, run one after the other."""

    task: object
    split: object
    views: dict
    candidates: dict

    def search(self, **changes):
        asked = {"budget_s": 60.0, "early_stopping": 10, "run_dir": None, **changes}
        return learn.search(self.task, self.split, self.views, self.candidates, **asked)

    def finish(self, search, run_dir):
        ensemble = learn.ensemble(search, max_members=4)
        recipe = learn.recipe(self.task, self.split, self.views, ensemble)
        holdout = learn.evaluate_once(recipe, self.task, self.split)
        model = learn.refit(recipe, self.task)
        learn.finish(model, search=search, ensemble=ensemble, holdout=holdout, run_dir=run_dir)
        result = json.loads((run_dir / "result.json").read_text())
        return SimpleNamespace(ensemble=ensemble, recipe=recipe, model=model, result=result)


@pytest.fixture(scope="session")
def make_notebook(make_task, make_split, candidates):
    def make(kind="binary", frame=None, task=None, split=None, **changes):
        task = task or make_task(kind, frame=frame)
        split = split or make_split(task)
        return Notebook(task, split, views_of(task.frame), {**candidates, **changes})

    return make
