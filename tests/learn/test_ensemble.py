"""The ensemble of a real search: its members, calibration, threshold, latency and advice."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import learn
from automl_magic.errors import PlanError
from automl_magic.learn.threshold import MisclassificationCosts
from automl_magic.recipe import Recipe
from automl_magic.tasks.metrics import score


@pytest.fixture
def searched(make_notebook):
    notebook = make_notebook()
    return notebook, notebook.search(sampler="portfolio", max_trials=3)


def test_its_predictions_are_the_blend_that_the_recipe_describes(searched):
    notebook, search = searched

    found = learn.ensemble(search)
    recipe = learn.recipe(notebook.task, notebook.split, notebook.views, found)

    assert (recipe.blend, recipe.calibration, recipe.threshold) == (
        found.blend, found.calibration, found.threshold,
    )  # fmt: skip
    assert sum(found.weights.values()) == pytest.approx(1)
    validated = search.rows.validated_mask
    y = search.task.y[search.rows.development]
    measured = score("roc_auc", y[validated], found.oof[validated])
    assert found.score.score == measured
    alone = [one.score.score for one in search.trials if one.score]
    assert measured >= max(alone)


def test_costs_choose_the_threshold_and_are_shown(searched):
    _, search = searched

    plain = learn.ensemble(search)
    found = learn.ensemble(search, cost_false_positive=1, cost_false_negative=30)

    assert plain.threshold is None
    assert found.threshold < 0.5
    validated = search.rows.validated_mask
    y, second = search.task.y[search.rows.development][validated], found.oof[validated][:, 1]
    paid = MisclassificationCosts(1, 30).per_row(y, second >= found.threshold)
    assert paid <= MisclassificationCosts(1, 30).per_row(y, second >= 0.5)
    assert f"Expected cost per row, out of fold: {paid:.4g} at this threshold" in repr(found)


@pytest.mark.parametrize("cost", [0, -1, "much", float("inf"), True])
def test_a_cost_that_is_none_is_refused(cost, searched):
    _, search = searched

    with pytest.raises(PlanError) as refused:
        learn.ensemble(search, cost_false_positive=cost, cost_false_negative=1)

    assert refused.value.what == f"cost_false_positive can't be {cost!r}."
    assert refused.value.why == "It must be a number above 0."


def test_one_cost_alone_changes_nothing(searched):
    _, search = searched

    assert learn.ensemble(search, cost_false_negative=5).threshold is None


def test_a_limit_of_the_latency_picks_from_the_front(searched):
    _, search = searched

    generous = learn.ensemble(search, latency_ms_p95=100_000)
    impossible = learn.ensemble(search, latency_ms_p95=1e-6)

    assert generous.score.score >= learn.ensemble(search).score.score
    assert len(impossible.members) == 1
    assert any(
        note.startswith("No option predicts a row within the limit of 1e-06 ms")
        for note in impossible.notes
    )
    assert impossible.n_seeds == 1
    latencies = [option.row_latency_ms for option in impossible.latency_choice.options]
    assert min(latencies) == impossible.latency_choice.chosen.row_latency_ms
    assert "Possible models by roc_auc and latency per row" in repr(generous)


def test_why_each_trial_is_in_the_model_or_not_is_written_down(make_notebook, tmp_path):
    search = make_notebook().search(sampler="portfolio", max_trials=3, run_dir=tmp_path)
    found = learn.ensemble(search)
    assert len(found.members) > 1

    search.final_fits_s = lambda members, n_seeds=1: len(members) * 1e6
    short = learn.ensemble(search)

    told = [
        (event["evidence"]["trial"], event["choice"], event["why"])
        for event in map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
        if event["event"] == "decision" and event["about"] == "member"
    ]
    whole, rest = told[: len(found.members)], told[len(found.members) :]
    assert [number for number, _, _ in whole] == list(found.weights)
    assert {why for _, _, why in whole} == {one.reason for one in found.members}
    assert [number for number, *_ in rest][:1] == list(short.weights)
    assert {choice for _, choice, _ in rest[1:]} == {"dropped"}
    assert all("takes more than the" in why for *_, why in rest[1:])


def test_a_table_without_a_signal_needs_no_machine_learning(make_notebook):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(400, 3)), columns=list("abc"))
    frame["target"] = random.integers(0, 2, 400)
    search = make_notebook(frame=frame).search(sampler="portfolio", max_trials=3)

    found = learn.ensemble(search)

    assert found.advice[0].startswith("You might not need machine learning here: ")
    assert found.advice[0] in repr(found)


def test_balanced_members_are_calibrated_for_a_metric_of_probabilities(make_notebook, make_task):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(900, 3)), columns=list("abc"))
    frame["target"] = (frame["a"] + random.normal(size=900) > 1.8).astype(int)
    task = make_task(frame=frame, metric="log_loss", imbalance="class_weight")
    notebook = make_notebook(task=task)
    search = notebook.search(sampler="portfolio", max_trials=2)  # a forest would believe the data

    found = learn.ensemble(search)

    assert found.calibration.shift
    validated = search.rows.validated_mask
    share = task.y[search.rows.development][validated].mean()
    assert found.oof[validated][:, 1].mean() == pytest.approx(share, abs=0.02)
    recipe = learn.recipe(task, notebook.split, notebook.views, found)
    model = learn.refit(recipe, task)
    assert model.predict_proba(frame)[:, 1].mean() == pytest.approx(share, abs=0.03)


def test_a_replay_keeps_what_the_recipe_says(make_notebook, make_task, tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(900, 3)), columns=list("abc"))
    frame["target"] = (frame["a"] + random.normal(size=900) > 1.8).astype(int)

    def notebook():
        return make_notebook(
            task=make_task(frame=frame, metric="log_loss", imbalance="class_weight")
        )

    first = notebook()
    search = first.search(sampler="portfolio", max_trials=2, run_dir=tmp_path / "run")
    ensemble = learn.ensemble(search, cost_false_positive=1, cost_false_negative=9)
    recipe = learn.recipe(first.task, first.split, first.views, ensemble)
    model = learn.refit(recipe, first.task)
    learn.finish(model, search=search, ensemble=ensemble, holdout=None, run_dir=tmp_path / "run")

    second = notebook()
    again = second.search(replay=tmp_path / "run")
    repeated = learn.ensemble(again)

    assert learn.recipe(second.task, second.split, second.views, repeated) == recipe
    assert isinstance(recipe, Recipe)
    np.testing.assert_array_equal(repeated.oof, ensemble.oof)
