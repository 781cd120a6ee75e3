import json
import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

from automl_magic import learn
from automl_magic.errors import BudgetTooSmall, FolderNotWritable, MetricDoesNotFit, PlanError
from automl_magic.recipe.members import lightgbm
from automl_magic.records import Trial, TrialState
from automl_magic.tasks.metrics import score


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def when_trials(folder, n, act):
    """Run `act` in a thread as soon as `n` trials are written down."""

    def wait():
        while not (folder / "trials.jsonl").exists() or len(lines(folder / "trials.jsonl")) < n:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_every_development_row_is_predicted_by_models_that_did_not_see_it(make_notebook, kind):
    notebook = make_notebook(kind)

    search = notebook.search(sampler="portfolio")

    n, task = len(notebook.split.development), notebook.task
    shape = (n, task.n_classes) if task.kind.has_classes else (n,)
    assert [result.oof.shape for result in search.results] == [shape] * 4
    for result in search.results:
        assert np.isfinite(result.oof).all()
        pooled = score(task.metric.name, task.y[notebook.split.development], result.oof)
        assert result.trial.score.score == pooled
        assert len(result.trial.fold_scores) == 3


def test_the_baseline_comes_first_and_the_candidates_in_their_order(make_notebook):
    search = make_notebook().search(sampler="portfolio")

    assert [trial.candidate for trial in search.trials] == ["dummy", "linear", "lightgbm", "forest"]
    assert [trial.number for trial in search.trials] == [0, 1, 2, 3]
    assert [trial.cell_id for trial in search.trials[:2]] == ["search", "candidate-linear"]
    assert search.stopped is None
    assert search.best.trial.score.score > search.trials[0].score.score


def test_boosting_stops_early_and_says_where(make_notebook):
    trial = make_notebook().search(sampler="portfolio").trials[2]

    assert len(trial.fold_iterations) == 3
    assert all(1 <= rounds < 500 for rounds in trial.fold_iterations)
    assert min(trial.fold_iterations) <= trial.n_iterations <= 1.2 * max(trial.fold_iterations)


def test_a_candidate_that_raises_is_a_failed_trial_and_the_search_goes_on(make_notebook):
    broken = learn.candidate("lightgbm", view="tree", params={"num_leaves": -1})
    notebook = make_notebook()
    notebook.candidates = {"broken": broken, **notebook.candidates}

    search = notebook.search(sampler="portfolio")

    trials = {trial.candidate: trial for trial in search.trials}
    assert trials["broken"].state is TrialState.FAIL
    assert trials["broken"].reason.startswith("LightGBMError: Check failed")
    assert [trials[name].state for name in ("linear", "lightgbm", "forest")] == (
        [TrialState.COMPLETE] * 3
    )


def test_a_view_that_cannot_be_made_fails_its_trials_only(make_notebook):
    notebook = make_notebook()
    notebook.views["tree"] = [{"kind": "number", "columns": ["nowhere"], "params": {}}]

    search = notebook.search(sampler="portfolio")

    trials = {trial.candidate: trial for trial in search.trials}
    assert trials["lightgbm"].state is TrialState.FAIL
    assert trials["lightgbm"].reason == "DataError: The table has no column 'nowhere'."
    assert trials["linear"].state is trials["forest"].state is TrialState.COMPLETE


def test_the_number_of_trials_is_kept_beside_the_baseline(make_notebook):
    search = make_notebook().search(sampler="random", max_trials=5)

    assert len(search.trials) == 6
    assert search.stopped == "trials"


class Machine:
    """The clock of a machine on which each round of LightGBM takes as long as is said."""

    def __init__(self, round_s, monkeypatch):
        self.now = 0.0
        grow, fit = lightgbm._Growth.grow, lightgbm.LightGBM._fit

        def timed_grow(growth, rounds):
            before = growth.n_rounds
            losses = grow(growth, rounds)
            self.now += round_s * (growth.n_rounds - before)
            return losses

        def timed_fit(member, arguments, *rest):
            self.now += round_s * arguments["num_iterations"]
            return fit(member, arguments, *rest)

        monkeypatch.setattr(lightgbm._Growth, "grow", timed_grow)
        monkeypatch.setattr(lightgbm.LightGBM, "_fit", timed_fit)

    def __call__(self):
        return self.now


@pytest.mark.parametrize("round_s", [0.01, 0.05])
def test_search_and_final_fits_end_within_the_budget_on_any_machine(
    make_notebook, make_task, tmp_path, monkeypatch, round_s
):
    machine = Machine(round_s, monkeypatch)
    notebook = make_notebook(task=make_task(threads=1))
    notebook.candidates = {"lightgbm": notebook.candidates["lightgbm"]}

    search = notebook.search(sampler="random", budget_s=10.0, clock=machine)
    done = notebook.finish(search, tmp_path)

    assert search.stopped == "deadline"
    assert len(search.trials) > 2
    assert 5.0 < done.result["search_s"] <= 10.0


def test_with_no_time_at_all_the_baseline_stands(make_notebook, tmp_path):
    notebook = make_notebook()

    search = notebook.search(budget_s=0.01)
    done = notebook.finish(search, tmp_path)

    assert [trial.state.value for trial in search.trials] == ["complete", *["pruned"] * 3]
    assert search.trials[1].reason == "Not started: the time ran out before its turn."
    assert not search.trials[1].started
    assert done.result["best"] == "dummy"
    assert set(done.model.predict(notebook.task.frame)) == {1}


def test_an_interrupt_ends_the_search_and_keeps_the_best(make_notebook, tmp_path, monkeypatch):
    def interrupt(*_):
        os.kill(os.getpid(), signal.SIGINT)

    # One that arrives in a finalizer of LightGBM is lost; a person presses Ctrl-C again, and not at
    # once: within the hook, another would be lost with it.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: threading.Timer(0.1, interrupt).start())
    notebook = make_notebook()
    watcher = when_trials(tmp_path, 3, interrupt)
    search = notebook.search(
        sampler="random", budget_s=600.0, early_stopping=100_000, run_dir=tmp_path
    )
    watcher.join()
    done = notebook.finish(search, tmp_path)

    assert search.stopped == done.result["stopped"] == "interrupt"
    assert done.result["cv"]["score"] > 0.9
    ended = [trial for trial in search.trials if trial.state is TrialState.PRUNED]
    assert all("Interrupted" in one.reason or "Given up" in one.reason for one in ended)


def test_a_file_called_stop_ends_the_search(make_notebook, tmp_path):
    watcher = when_trials(tmp_path, 2, (tmp_path / "stop").touch)

    search = make_notebook().search(sampler="random", budget_s=600.0, run_dir=tmp_path)
    watcher.join()

    assert search.stopped == "interrupt"


def test_trials_and_events_are_written_as_they_end(make_notebook, tmp_path, capsys):
    search = make_notebook().search(sampler="portfolio", run_dir=tmp_path, budget_s=30.0)

    assert [Trial.from_json(line) for line in lines(tmp_path / "trials.jsonl")] == search.trials
    first, *others = lines(tmp_path / "events.jsonl")
    assert (first["event"], first["budget_s"], first["metric"]) == ("search", 30.0, "roc_auc")
    decided = [event for event in others if event["event"] == "decision"]
    assert decided[0]["about"] == "folds"
    assert set(decided[0]) == {
        "t",
        "event",
        "about",
        "name",
        "choice",
        "why",
        "evidence",
        "elapsed_s",
    }
    others = [event for event in others if event["event"] == "trial"]
    assert [event["candidate"] for event in others] == ["dummy", "linear", "lightgbm", "forest"]
    assert set(others[0]) == {
        "t", "event", "number", "candidate", "score", "best", "elapsed_s", "left_s", "state",
    }  # fmt: skip
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 4
    assert printed[1].startswith("  1  linear ")


def test_a_second_search_in_a_folder_starts_anew_and_keeps_the_supervisors_events(
    make_notebook, tmp_path
):
    (tmp_path / "events.jsonl").write_text('{"event": "run"}\n')
    (tmp_path / "result.json").write_text("{}")
    make_notebook().search(max_trials=1, run_dir=tmp_path)
    make_notebook().search(max_trials=1, run_dir=tmp_path)

    assert len(lines(tmp_path / "trials.jsonl")) == 2
    assert lines(tmp_path / "events.jsonl")[0] == {"event": "run"}
    assert not (tmp_path / "result.json").exists()


def test_the_same_seed_and_trials_give_the_same_scores(make_notebook):
    first, second = (make_notebook().search(sampler="random", max_trials=5) for _ in "ab")

    assert [trial.params for trial in first.trials] == [trial.params for trial in second.trials]
    assert [trial.score for trial in first.trials] == [trial.score for trial in second.trials]


def test_a_metric_of_labels_is_measured_at_its_best_threshold(make_task, make_notebook):
    notebook = make_notebook(task=make_task("binary", metric="f1"))

    search = notebook.search(sampler="portfolio")
    ensemble = learn.ensemble(search)

    assert 0 < ensemble.threshold < 1
    assert ensemble.score.score >= search.trials[0].score.score
    assert learn.recipe(notebook.task, notebook.split, notebook.views, ensemble).threshold == (
        ensemble.threshold
    )


def test_rows_that_only_train_have_no_out_of_fold_prediction(
    make_task, make_split, make_notebook, frame_of
):
    frame = frame_of("regression").assign(day=range(442))
    task = make_task("regression", frame=frame)
    split = make_split(task, kind="time", column="day")

    search = make_notebook(task=task, split=split).search(sampler="portfolio")

    for result in search.results:
        assert np.isnan(result.oof).tolist() == (split.fold_ids[0] == -1).tolist()
        assert result.trial.score.rows == (split.fold_ids[0] >= 0).sum()


def test_a_metric_that_cannot_be_computed_stops_the_search_at_once(
    make_task, make_notebook, frame_of
):
    frame = frame_of("regression")
    frame["target"] -= 200.0

    with pytest.raises(MetricDoesNotFit):
        make_notebook(task=make_task("regression", frame=frame, metric="rmsle")).search()


def test_a_view_that_is_not_there_is_offered_its_near_miss(make_notebook):
    notebook = make_notebook(other=learn.candidate("lightgbm", view="trees"))

    with pytest.raises(PlanError, match="Use 'tree' in the cell"):
        notebook.search()


def test_a_step_that_cannot_be_read_is_named(make_notebook):
    notebook = make_notebook()
    notebook.views["tree"] = [{"kind": "number", "column": ["x"]}]

    with pytest.raises(PlanError, match="A step of the view 'tree' is invalid"):
        notebook.search()


def test_a_folder_that_cannot_be_written_is_said_before_the_first_trial(make_notebook, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(FolderNotWritable, match="Set run_dir to a writable folder"):
        make_notebook().search(run_dir=tmp_path / "file")


def test_hostile_names_of_columns_and_candidates_survive(
    make_task, make_notebook, frame_of, tmp_path
):
    hostile = {"mean radius": "'; import os #", "mean texture": "<b>\x00\n", "mean area": "$x^$"}
    frame = frame_of("binary").rename(columns=hostile)
    notebook = make_notebook(task=make_task(frame=frame))
    notebook.candidates = {"<i>\n\ud800": notebook.candidates["linear"]}

    search = notebook.search(sampler="portfolio", run_dir=tmp_path)
    done = notebook.finish(search, tmp_path)

    assert Trial.from_json(lines(tmp_path / "trials.jsonl")[1]) == search.trials[1]
    assert done.result["best"] == "<i>\n\ud800"
    assert "<i>" not in search.leaderboard()._repr_html_()
    repr(search.leaderboard()).encode()


@pytest.mark.parametrize("budget_s", [0, -1, "60s", True, float("nan")])
def test_a_budget_that_is_no_time_is_refused(make_notebook, budget_s):
    with pytest.raises(BudgetTooSmall) as refused:
        make_notebook("binary").search(budget_s=budget_s)

    assert refused.value.fix == "Set budget_s in the parameters cell, for example to 60."
