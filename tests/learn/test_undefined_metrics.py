"""A metric that is undefined on a holdout or on folds keeps the model and says why."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import learn
from automl_magic.recipe import load_model
from automl_magic.records import Leaderboard, Score


def timed_table(positive_days, n=90):
    """A table in time order, whose positive rows are on some days."""
    random = np.random.default_rng(0)
    y = np.isin(np.arange(n), list(positive_days)).astype(int)
    return pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=n),
            "a": random.normal(size=n) + 2 * y,
            "b": random.normal(size=n),
            "target": y,
        }
    )


@pytest.fixture
def run(make_task, candidates, tmp_path):
    """Search a table with a time split, and return the search, the result and the folder."""

    def run(frame, metric="roc_auc", kind="binary", folder=tmp_path, holdout=0.2, **options):
        task = make_task(kind, frame=frame, metric=metric)
        split = learn.split(task, kind="time", folds=3, holdout=holdout, column="day")
        columns = ["a", "b"]
        views = {
            "tree": [{"kind": "number", "columns": columns, "params": {}}],
            "dense": [
                {"kind": "number", "columns": columns, "params": {"fill": "median", "scale": True}}
            ],
        }
        chosen = {name: candidates[name] for name in ("linear", "lightgbm")}
        search = learn.search(
            task, split, views, chosen, budget_s=60.0, max_trials=2, run_dir=folder, **options
        )
        ensemble = learn.ensemble(search)
        recipe = learn.recipe(task, split, views, ensemble)
        held_out = learn.evaluate_once(recipe, task, split)
        model = learn.refit(recipe, task)
        table = learn.finish(
            model, search=search, ensemble=ensemble, holdout=held_out, run_dir=folder
        )
        result = json.loads((folder / "result.json").read_text())
        return search, held_out, result, str(table)

    return run


def test_a_holdout_of_one_class_keeps_the_model_and_says_why(run, tmp_path):
    _, holdout, result, table = run(timed_table(range(5, 70, 3)))

    assert result["holdout"] == {
        "metric": "roc_auc",
        "score": None,
        "rows": 18,
        "low": None,
        "high": None,
        "undefined": "all rows have one class",
    }
    assert "roc_auc is undefined on 18 holdout rows, because all rows have one class" in repr(
        holdout
    )
    assert "undefined" in table
    assert result["advice"][0].startswith("roc_auc is undefined on the 18 holdout rows")
    board = Leaderboard.from_json(json.loads((tmp_path / "leaderboard.json").read_text()))
    assert board.holdout == Score.from_json(result["holdout"])
    assert board.rows[0].score.value > 0.8
    assert load_model(tmp_path / "model").recipe.metric == "roc_auc"
    reference = json.loads((tmp_path / "model" / "reference.json").read_text())
    assert reference["score"]["score"] == pytest.approx(result["cv"]["score"])


def test_a_holdout_of_one_row_has_no_r2(run):
    frame = timed_table([], n=40).assign(target=np.arange(40.0))

    _, holdout, result, _ = run(frame, metric="r2", kind="regression", holdout=0.02)

    assert holdout.score.undefined == "it needs at least two rows"
    assert result["cv"]["score"] is not None


def test_folds_of_one_class_are_ranked_by_another_metric(run):
    search, holdout, result, _ = run(timed_table([1, 2, 4, 6, 7, 9, 80, 82, 84, 86]))

    why = (
        "Trials are ranked by log_loss, because roc_auc is undefined on the rows that the folds "
        "validate: all rows have one class."
    )
    assert search.warnings == [why]
    assert (result["metric"], result["cv"]["metric"]) == ("log_loss", "log_loss")
    assert why in result["advice"]
    assert all(trial.score is not None for trial in search.trials), search.trials
    assert holdout.score.metric == "log_loss"
    assert "by log_loss" in repr(search.leaderboard())


def test_one_fold_of_one_class_leaves_the_score_of_all_folds_together(run):
    # The second of three folds validates days without a positive row.
    search, _, result, _ = run(timed_table([*range(0, 34, 2), *range(56, 90, 2)]))

    assert search.warnings == []
    assert result["cv"]["metric"] == "roc_auc"
    assert result["cv"]["score"] > 0.8
    assert all(len(trial.fold_scores) < 3 for trial in search.trials)


def test_folds_without_two_classes_to_learn_from_are_skipped(run):
    search, _, result, _ = run(timed_table(range(25, 90, 2)))

    assert search.rows.n_used_folds == 2
    assert search.warnings[0].startswith("The search uses the last 2 of 3 folds in time")
    assert [trial.state.value for trial in search.trials] == ["complete"] * 3
    assert search.warnings[0] in result["advice"]


def test_a_replay_ranks_by_the_same_metric(run, tmp_path):
    frame = timed_table([1, 2, 4, 6, 7, 9, 80, 82, 84, 86])
    _, _, first, _ = run(frame)

    search, _, second, _ = run(frame, folder=tmp_path / "replay", replay=tmp_path)

    assert search.recorded is not None
    assert second["cv"] == first["cv"]
    assert second["holdout"] == first["holdout"]
