import json
from pathlib import Path

import pytest

from automl_magic.records import RunStatus, TrialState, dumps
from automl_magic.track import RunDiff, compare_runs

RECIPE = {
    "task": "binary",
    "target": "churn",
    "metric": "accuracy",
    "columns": {"age": "number", "city": "category"},
    "split": {"kind": "stratified", "folds": 5, "holdout": 0.2, "seed": 0, "column": None},
}


@pytest.fixture
def write():
    def write(run, *, cells=None, recipe=None):
        folder = Path(run.folder)
        document = {"cells": [{"id": k, "source": v} for k, v in (cells or {}).items()]}
        (folder / "input.ipynb").write_text(json.dumps(document))
        (folder / "recipe.json").write_text(dumps(recipe or RECIPE))
        return folder

    return write


def sentences(difference):
    return [change.sentence for change in difference.changes]


def test_two_equal_runs_differ_in_nothing(make_run, write):
    a, b = make_run("a"), make_run("b")
    difference = compare_runs(a, write(a), b, write(b))

    assert difference == RunDiff(before="a", after="b")
    assert str(difference) == "From run a to run b:\n- Nothing changed."


OVERLAP = "The 95% intervals overlap, so this may be chance."
APART = "The 95% intervals don't overlap."
UNLIKE = "so the scores on the folds can't be compared."


def cv(score, low, high, metric="accuracy"):
    return {"cv": {"metric": metric, "score": score, "low": low, "high": high, "rows": 9}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            cv(0.9, 0.85, 0.95),
            cv(0.92, 0.87, 0.97),
            "accuracy on the folds changed from 0.9 to 0.92 (+0.02, better). " + OVERLAP,
        ),
        (
            cv(0.9, 0.89, 0.91),
            cv(0.8, 0.79, 0.81),
            "accuracy on the folds changed from 0.9 to 0.8 (-0.1, worse). " + APART,
        ),
        (
            cv(0.9, None, None),
            cv(0.8, None, None),
            "accuracy on the folds changed from 0.9 to 0.8 (-0.1, worse).",
        ),
        (
            cv(0.9, None, None),
            cv(0.3, None, None, "log_loss"),
            "The metric changed from accuracy to log_loss, " + UNLIKE,
        ),
    ],
)
def test_a_score_that_moved_is_told_in_words(make_run, write, before, after, said):
    a, b = make_run("a", result=before), make_run("b", result=after)

    assert sentences(compare_runs(a, write(a), b, write(b))) == [said]


def test_what_was_asked_is_told_when_it_changed(make_run, write, make_trial):
    a = make_run("a", trials=[make_trial(0), make_trial(1, candidate="linear")])
    changed_plan = {
        **RECIPE,
        "metric": "f1",
        "columns": {"age": "text", "town": "category"},
        "split": {**RECIPE["split"], "folds": 3},
    }
    slower = make_trial(0, params={"learning_rate": 0.05, "num_leaves": 31})
    varied = make_trial(2, params={"learning_rate": 0.7, "num_leaves": 3})
    b = make_run(
        "b",
        trials=[slower, make_trial(1, candidate="forest"), varied],
        parameters={"seed": 1, "budget_s": 120.0},
        inputs={
            **a.inputs,
            "data": "sha256:ff",
            "threads": 4,
            "code": "sha256:ee",
            "environment": {"python": "3.11.9", "packages": {"numpy": "2.4.1"}},
        },
        result={**a.result, "best": "forest"},
    )

    assert sentences(compare_runs(a, write(a), b, write(b, recipe=changed_plan))) == [
        "The best model changed from boosting to forest.",
        "The data changed: it has another fingerprint.",
        "Columns were added: town.",
        "Columns were removed: city.",
        "The kind of column age changed from number to text.",
        "The budget in seconds changed from 60.0 to 120.0.",
        "The seed changed from 0 to 1.",
        "The number of threads changed from 2 to 4.",
        "The metric changed from accuracy to f1.",
        "The split's folds changed from 5 to 3.",
        "Candidates were added: forest.",
        "Candidates were removed: linear.",
        "The learning_rate of boosting changed from 0.1 to 0.05.",
        "The version of numpy changed from 2.4.0 to 2.4.1.",
        "The code of automl-magic changed.",
    ]


def test_the_plan_says_what_the_recipe_does_not(make_run, write):
    def plan(budget_s, data, kind):
        column = {"name": "age", "kind": kind}
        return {
            "experiment": {"budget_s": budget_s, "data": data},
            "dataset": {"name": "churn", "columns": [column]},
        }

    a = make_run("a", plan=plan(60.0, "old.csv", "number"), parameters={})
    b = make_run("b", plan=plan(30.0, "new.csv", "category"), parameters={})

    assert sentences(compare_runs(a, write(a), b, write(b))) == [
        "The kind of column age changed from number to category.",
        "The budget in seconds changed from 60.0 to 30.0.",
        "The data source changed from old.csv to new.csv.",
    ]


def test_cells_are_compared_by_their_id(make_run, write):
    a, b = make_run("a"), make_run("b")
    difference = compare_runs(
        a,
        write(a, cells={"load": "a = 1\nb = 2", "plot": "plot()", "task": "same"}),
        b,
        write(b, cells={"task": "same", "load": "a = 1\nb = 3", "refit": "refit()"}),
    )

    assert str(difference).splitlines() == [
        "From run a to run b:",
        "- Notebook cells were added: refit.",
        "- Notebook cells were removed: plot.",
        "- Notebook cells were changed: load.",
        "",
        "Cell load was changed:",
        "--- before",
        "+++ after",
        "@@ -1,2 +1,2 @@",
        " a = 1",
        "-b = 2",
        "+b = 3",
        "",
        "Cell plot was removed:",
        "--- before",
        "+++ after",
        "@@ -1 +0,0 @@",
        "-plot()",
        "",
        "Cell refit was added:",
        "--- before",
        "+++ after",
        "@@ -0,0 +1 @@",
        "+refit()",
    ]


def test_a_difference_survives_json(make_run, write):
    a, b = make_run("a"), make_run("b", parameters={"seed": 1, "budget_s": 60.0})
    difference = compare_runs(a, write(a, cells={"x": "1"}), b, write(b, cells={"x": "2"}))

    assert RunDiff.from_json(json.loads(json.dumps(difference.to_json()))) == difference


def test_runs_that_left_no_files_are_compared_by_their_records(make_run, tmp_path):
    a, b = make_run("a"), make_run("b", parameters={"seed": 1, "budget_s": 60.0})

    assert sentences(compare_runs(a, tmp_path / "no", b, tmp_path / "no")) == [
        "The seed changed from 0 to 1."
    ]


def test_a_hostile_name_moves_no_cursor(make_run, write, make_trial):
    name = "\x1b[2J\n\u202e\ud800<b>"
    a, b = make_run("a"), make_run("b", trials=[make_trial(0, candidate=name)])
    text = str(compare_runs(a, write(a), b, write(b)))

    assert len(text.splitlines()) == 3
    text.encode()
    assert "\x1b" not in text


@pytest.fixture
def search_of(make_run, make_trial, write):
    """A search of three candidates, of which it tried some."""

    def make(run_id, tried, *, candidates=("boosting", "linear", "forest"), **changes):
        trials = [make_trial(i, candidate=name) for i, name in enumerate(tried)]
        run = make_run(run_id, trials=trials, **changes)
        event = {"event": "search", "candidates": list(candidates)}
        (write(run) / "events.jsonl").write_text(json.dumps(event) + '\n{"event": "tri')
        return run

    return make


STOP = {"cv": None, "best": "boosting", "stopped": "interrupt"}


@pytest.mark.parametrize(
    "changes",
    [{"result": STOP}, {"status": RunStatus.CANCELLED}, {"status": RunStatus.LOST}],
    ids=["stopped", "cancelled", "killed"],
)
def test_candidates_that_a_stopped_run_never_tried_were_not_removed(search_of, changes):
    whole = search_of("whole", ["boosting", "linear", "forest"])
    stopped = search_of("stopped", ["boosting"], **changes)

    there, back = (
        [change for change in compare_runs(x, Path(x.folder), y, Path(y.folder)).changes
         if change.about.startswith("candidates")]
        for x, y in ((whole, stopped), (stopped, whole))
    )  # fmt: skip

    assert [change.sentence for change in there] == [
        "Not tried in run stopped, which ended early: linear, forest."
    ]
    assert there == back
    assert there[0].after == ["linear", "forest"]


def test_a_candidate_that_only_one_run_had_was_added(search_of):
    a = search_of("a", ["boosting"], candidates=("boosting", "linear"), result=STOP)
    b = search_of("b", ["boosting", "forest"], candidates=("boosting", "forest"))

    said = sentences(compare_runs(a, Path(a.folder), b, Path(b.folder)))

    assert "Candidates were added: forest." in said
    assert "Candidates were removed: linear." in said


def test_a_trial_that_was_skipped_is_not_one_that_was_tried(make_run, make_trial, write):
    skipped = make_trial(1, None, candidate="linear", state=TrialState.PRUNED, started=False)
    a = make_run("a", trials=[make_trial(0), make_trial(1, candidate="linear")])
    b = make_run("b", trials=[make_trial(0), skipped])
    for run in (a, b):
        line = json.dumps({"event": "search", "candidates": ["boosting", "linear"]})
        (write(run) / "events.jsonl").write_text(line + "\n")

    assert "Not tried in run b: linear." in sentences(
        compare_runs(a, Path(a.folder), b, Path(b.folder))
    )
