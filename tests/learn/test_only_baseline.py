"""A search whose candidates don't fit into the budget ends in time and says what to do."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import learn
from automl_magic.learn import matrices
from automl_magic.recipe import fitted
from automl_magic.recipe.members import lightgbm

WARNING = "Only the baseline was fitted, which predicts without any column: "


class Machine:
    """The clock of a machine on which a view takes a time per row, and a round per class."""

    def __init__(self, monkeypatch, *, row_s=0.0, class_s=0.0):
        self.now = 0.0

        def view_s(steps, table, *_):
            is_baseline = sum(len(step.columns) for step in steps) == 1
            return 0.0 if is_baseline else row_s * len(next(iter(table.values())))

        for module in (matrices, fitted):
            self.slow(monkeypatch, module, "fit_view", view_s)
        grow = lightgbm._Growth.grow

        def timed_grow(growth, rounds):
            before, losses = growth.n_rounds, grow(growth, rounds)
            self.now += (
                class_s * growth._booster.num_model_per_iteration() * (growth.n_rounds - before)
            )
            return losses

        monkeypatch.setattr(lightgbm._Growth, "grow", timed_grow)

    def slow(self, monkeypatch, module, name, seconds):
        function = getattr(module, name)

        def timed(*args, **options):
            self.now += seconds(*args)
            return function(*args, **options)

        monkeypatch.setattr(module, name, timed)

    def __call__(self):
        return self.now


@pytest.fixture
def notebook(make_notebook, make_task):
    """One boosting candidate, on enough rows that views are estimated from samples."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(10_000, 3)), columns=["a", "b", "c"])
    frame["target"] = (frame["a"] + random.normal(size=len(frame)) > 0).astype(int)
    notebook = make_notebook(task=make_task(frame=frame, threads=1))
    notebook.candidates = {"lightgbm": notebook.candidates["lightgbm"]}
    return notebook


def test_a_view_that_is_fitted_three_times_must_fit_into_the_budget(
    notebook, tmp_path, monkeypatch
):
    machine = Machine(monkeypatch, row_s=0.001)  # 5.3 s on a fold, 8 s and 10 s at the end

    search = notebook.search(budget_s=10.0, clock=machine, run_dir=tmp_path)
    done = notebook.finish(search, tmp_path)

    assert search.budget.elapsed_s < 10.0
    assert done.result["only_baseline"] is True
    (warning,) = search.warnings
    assert warning.startswith(
        WARNING + "no other model fits into 10 s for 8,000 rows and 3 columns"
    )
    assert "Use --budget 120s" in warning
    assert done.result["advice"][0] == warning
    decisions = [json.loads(line) for line in (tmp_path / "events.jsonl").open()]
    assert warning in [event.get("why") for event in decisions]


def test_the_suggested_budget_is_enough(notebook, tmp_path, monkeypatch):
    machine = Machine(monkeypatch, row_s=0.001, class_s=0.3)

    search = notebook.search(budget_s=120.0, clock=machine)
    done = notebook.finish(search, tmp_path)

    assert search.budget.elapsed_s < 120.0
    assert done.result["only_baseline"] is False
    assert search.warnings == []


def test_a_round_of_many_classes_is_not_started_if_it_does_not_fit(
    make_notebook, make_task, tmp_path, monkeypatch
):
    random = np.random.default_rng(0)
    codes = np.arange(1_200) % 60
    frame = pd.DataFrame(random.normal(size=(1_200, 3)), columns=["a", "b", "c"])
    frame["target"] = codes
    machine = Machine(monkeypatch, class_s=0.05)  # 3 s a round on a fold
    task = make_task("multiclass", frame=frame, threads=1)
    notebook = make_notebook(task=task)
    notebook.candidates = {"lightgbm": notebook.candidates["lightgbm"]}

    search = notebook.search(budget_s=10.0, clock=machine)

    assert search.budget.elapsed_s < 10.0
    assert search.trials[1].reason.startswith("Not started: it needs about 9.0 s")
    assert "960 rows and 3 columns of 60 classes" in search.warnings[0]


def test_candidates_that_all_fail_are_said_with_the_first_reason(make_notebook, tmp_path):
    bad = learn.candidate("lightgbm", view="tree", params={"objective": "no such thing"})
    notebook = make_notebook(lightgbm=bad)
    notebook.candidates = {"lightgbm": bad}

    search = notebook.search(run_dir=tmp_path)

    assert search.warnings[0].startswith(WARNING + "every other trial failed. The first reason: ")
