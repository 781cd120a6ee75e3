import json
import shutil

import numpy as np
import pytest

from automl_magic import learn
from automl_magic.errors import RunError
from automl_magic.learn import scheduler
from automl_magic.records import TrialState


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_replay_gives_every_number_to_the_last_digit(make_notebook, tmp_path, kind):
    boosters = {
        "xgboost": learn.candidate(
            "xgboost", view="tree", params={"learning_rate": 0.3, "subsample": 0.7}
        ),
        "catboost": learn.candidate(
            "catboost", view="tree", params={"learning_rate": 0.3, "depth": 4}
        ),
    }
    first = make_notebook(kind, **boosters)
    searched = first.search(sampler="random", max_trials=7, run_dir=tmp_path / "one")
    one = first.finish(searched, tmp_path / "one")

    second = make_notebook(kind, **boosters)
    replayed = second.search(run_dir=tmp_path / "two", replay=tmp_path / "one")
    two = second.finish(replayed, tmp_path / "two")

    for name in ("metric", "cv", "holdout", "best"):
        assert two.result[name] == one.result[name]
    assert two.result["replayed"] is True
    assert two.result["trial_scores"].items() <= one.result["trial_scores"].items()
    assert two.recipe == one.recipe
    assert np.array_equal(two.ensemble.oof, one.ensemble.oof)
    assert np.array_equal(two.model.predict(second.task.frame), one.model.predict(first.task.frame))


def test_a_replay_of_a_baseline_works(make_notebook, tmp_path):
    first = make_notebook()
    one = first.finish(first.search(budget_s=0.01, run_dir=tmp_path / "one"), tmp_path / "one")

    second = make_notebook()
    replayed = second.search(budget_s=0.01, run_dir=tmp_path / "two", replay=tmp_path / "one")
    two = second.finish(replayed, tmp_path / "two")

    assert [trial.state for trial in replayed.trials] == [TrialState.COMPLETE]
    assert (two.result["cv"], two.result["holdout"]) == (one.result["cv"], one.result["holdout"])


@pytest.mark.parametrize("affordable", [1, 2, 6])
def test_a_replay_uses_the_folds_that_the_search_could_afford(
    make_notebook, make_task, make_split, tmp_path, monkeypatch, affordable
):
    """A slow machine fits fewer repeats, or fewer folds; a replay there or elsewhere fits those."""

    def chosen(search, _):
        search.rows.use_folds(affordable)
        search.matrices.divide()

    def notebook():
        task = make_task()
        return make_notebook(task=task, split=make_split(task, folds=3, repeats=3))

    monkeypatch.setattr(scheduler, "choose_folds", chosen)
    first = notebook()
    searched = first.search(sampler="portfolio", run_dir=tmp_path / "one")
    assert len(searched.rows.pairs) == affordable < 9
    one = first.finish(searched, tmp_path / "one")

    second = notebook()
    replayed = second.search(run_dir=tmp_path / "two", replay=tmp_path / "one")
    two = second.finish(replayed, tmp_path / "two")

    assert (two.result["cv"], two.recipe) == (one.result["cv"], one.recipe)


@pytest.fixture
def recorded(make_notebook, tmp_path):
    notebook = make_notebook()
    notebook.candidates = {"linear": notebook.candidates["linear"]}
    notebook.finish(notebook.search(run_dir=tmp_path / "one"), tmp_path / "one")
    return tmp_path / "one"


def test_other_rows_are_refused_by_their_folds(make_notebook, make_task, recorded):
    other = make_notebook(task=make_task(seed=1))

    with pytest.raises(RunError) as refused:
        other.search(replay=recorded)

    assert refused.value.what == "Can't repeat the recorded run on this data."
    assert "the rows, the target, the split or the seed differ" in refused.value.why


def test_a_folder_without_a_search_is_refused(make_notebook, tmp_path):
    with pytest.raises(RunError, match="or to '' to run a new search"):
        make_notebook().search(replay=tmp_path)


def test_a_recipe_whose_trial_is_gone_is_refused(make_notebook, recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "cut")
    (tmp_path / "cut" / "trials.jsonl").write_text("")

    with pytest.raises(RunError, match="No trial matches the member 'linear'"):
        make_notebook().search(replay=tmp_path / "cut")


def test_a_recipe_that_is_none_is_refused(make_notebook, recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "bad")
    document = json.loads((recorded / "recipe.json").read_text())
    (tmp_path / "bad" / "recipe.json").write_text(json.dumps({**document, "members": []}))

    with pytest.raises(RunError, match="expected at least one member"):
        make_notebook().search(replay=tmp_path / "bad")
