"""The product on one page, walked from end to end with real kernels and a real MLflow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import automl_magic
from automl_magic import flow
from automl_magic.errors import (
    ArtifactTampered,
    DataNotReadable,
    FolderTaken,
    PlanError,
    RunError,
    RunFailed,
    RunNotFound,
    WrongType,
)
from automl_magic.flow.scoring import predict
from automl_magic.records import RunStatus


def test_a_plan_writes_notebooks_and_runs_nothing(tmp_path, home):
    before = set(home.rglob("*"))

    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris")

    assert sorted(path.name for path in planned.folder.iterdir()) == [
        ".automl",
        "experiment.automl.yaml",
        "explore.ipynb",
        "search.ipynb",
    ]
    for notebook in planned.notebooks.values():
        cells = json.loads(notebook.read_text())["cells"]
        assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
    assert set(home.rglob("*")) == before


def test_a_preview_decides_what_the_plan_decides_and_writes_nothing(tmp_path, customers):
    planned = flow.plan(customers, "churn", folder=tmp_path / "churn", budget_s=30)
    before = sorted(tmp_path.rglob("*"))

    preview = flow.preview(customers, "churn", budget_s=30)

    assert preview.decisions == planned.plan.decisions
    assert preview.estimate == planned.plan.estimate
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("cost_false_positive", -1.0, "--cost-false-positive"),
        ("cost_false_negative", float("nan"), "--cost-false-negative"),
        ("latency_ms_p95", 0.0, "--latency-ms"),
    ],
)
def test_a_cost_or_a_latency_out_of_range_is_named(customers, option, value, named):
    with pytest.raises(WrongType) as caught:
        flow.preview(customers, "churn", **{option: value})

    assert caught.value.what.startswith(f"{named} can't be")


def test_a_verb_stays_a_verb_once_it_was_called(tmp_path):
    """A module of the package's own under that name would take its place when it is imported."""
    for name in ("one", "two"):
        assert automl_magic.plan("sklearn:iris", "target", folder=tmp_path / name).folder.is_dir()


def test_a_fit_reports_both_scores_with_their_intervals(fitted):
    outcome = fitted.outcome

    assert outcome.run.status is RunStatus.SUCCEEDED
    assert outcome.cv.low <= outcome.cv.score <= outcome.cv.high
    assert outcome.holdout.low <= outcome.holdout.score <= outcome.holdout.high
    assert outcome.holdout.rows == 80
    assert set(outcome.to_json()) >= {
        "run_id",
        "model_uri",
        "search_s",
        "wall_s",
        "n_trials",
        "cv",
        "holdout",
        "best",
        "notebook",
        "experiment",
    }


def test_every_number_of_a_leaderboard_leads_to_a_cell_that_ran(fitted):
    leaderboard = flow.leaderboard(fitted.run_id)
    links = [row.link for row in leaderboard.rows] + [leaderboard.holdout_link]

    for link in links:
        notebook = json.loads((Path(fitted.outcome.run.folder) / link.notebook).read_text())
        cell = next(cell for cell in notebook["cells"] if cell["id"] == link.cell_id)
        assert link.run_id == fitted.run_id
        assert cell["execution_count"] is not None


def test_a_rerun_gives_the_same_metrics_to_the_last_digit(fitted):
    again = flow.rerun(fitted.run_id)

    assert (again.equal, again.differs) == (True, ())
    for score in ("cv", "holdout"):
        assert again.outcome.run.result[score] == fitted.outcome.run.result[score]


def test_a_rerun_on_changed_data_names_the_data(binary, tmp_path):
    kept = binary.source.read_text()
    try:
        lines = kept.splitlines()
        binary.source.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
        again = flow.rerun(binary.run_id)
    finally:
        binary.source.write_text(kept)

    assert (again.equal, again.differs) == (False, ("data",))


def test_a_rerun_without_its_data_names_the_data(binary, tmp_path):
    moved = shutil.move(binary.source, tmp_path / "elsewhere.csv")
    try:
        again = flow.rerun(binary.run_id)
    finally:
        shutil.move(moved, binary.source)

    assert (again.equal, again.differs) == (False, ("data",))


def test_a_standalone_notebook_prints_the_score_of_the_run(fitted, tmp_path):
    notebook = flow.notebook(fitted.run_id, output=tmp_path / "model.ipynb")

    executed = flow.run(notebook)

    cells = json.loads(executed.notebook.read_text())["cells"]
    last = [cell for cell in cells if cell["cell_type"] == "code"][-1]
    printed = json.loads(
        last["outputs"][0]["text"]
        if isinstance(last["outputs"][0]["text"], str)
        else "".join(last["outputs"][0]["text"])
    )
    assert "score" in last["metadata"]["tags"]
    assert printed["rows"] == fitted.outcome.holdout.rows
    assert printed["score"] == pytest.approx(fitted.outcome.holdout.score, abs=1e-6)


def test_a_single_trial_leaves_as_a_notebook_too(binary, tmp_path):
    leaderboard = flow.leaderboard(binary.run_id)
    number = next(
        row.trial for row in leaderboard.rows if row.trial is not None and row.score is not None
    )

    notebook = flow.notebook(binary.run_id, trial=number, output=tmp_path / "trial.ipynb")

    assert flow.run(notebook).run.status is RunStatus.SUCCEEDED


def test_a_trial_that_does_not_exist_is_refused_with_those_that_do(binary, tmp_path):
    with pytest.raises(RunError, match="no complete trial 999"):
        flow.notebook(binary.run_id, trial=999, output=tmp_path / "trial.ipynb")


def test_an_edited_notebook_runs_as_it_was_edited(tmp_path):
    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris", budget_s=6)
    path = planned.notebooks["search"]
    notebook = json.loads(path.read_text())
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if not cell["id"].startswith("candidate-") or cell["id"] == "candidate-linear"
    ]
    path.write_text(json.dumps(notebook))

    outcome = flow.run(planned.folder)

    tried = {
        row.name.split()[0]
        for row in flow.leaderboard(outcome.run.run_id).rows
        if row.trial is not None
    }
    assert tried <= {"dummy", "baseline", "linear"} | {
        name for name in tried if name.startswith("linear")
    }


def test_an_edited_experiment_file_is_planned_anew(tmp_path):
    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris", budget_s=6)
    planned.spec.write_text(
        planned.spec.read_text().replace("objective: log_loss", "objective: accuracy")
    )

    outcome = flow.run(planned.folder)

    assert outcome.cv.metric == "accuracy"


def test_two_edits_at_once_are_not_guessed_at(tmp_path):
    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris", budget_s=6)
    planned.spec.write_text(
        planned.spec.read_text().replace("objective: log_loss", "objective: accuracy")
    )
    path = planned.notebooks["search"]
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] += "\nprint('mine')"
    path.write_text(json.dumps(notebook))

    with pytest.raises(FolderTaken) as caught:
        flow.run(planned.folder)

    assert "--overwrite" in caught.value.fix


def test_a_difference_between_runs_is_said_in_words_first(binary):
    second = flow.fit(
        str(binary.source),
        binary.target,
        budget_s=6,
        metric="accuracy",
        folder=binary.folder.parent / "other",
    )

    difference = flow.diff(binary.run_id, second.run.run_id)

    assert "accuracy" in str(difference).split("\n\n")[0]


def test_a_registered_model_predicts_what_the_run_predicts(fitted, tmp_path):
    import mlflow

    version = flow.register(fitted.run_id, f"model-{fitted.target}")
    table = pd.read_csv(fitted.source)
    loaded = mlflow.pyfunc.load_model(f"models:/model-{fitted.target}@candidate")

    path = predict(fitted.run_id, fitted.source, tmp_path / "p.parquet").path

    assert version.aliases == ("candidate",)
    assert list(loaded.predict(table)) == list(pd.read_parquet(path)["prediction"])


def test_predictions_have_a_probability_for_each_class(binary, tmp_path):
    path = predict(binary.run_id, binary.source, tmp_path / "p.csv").path

    table = pd.read_csv(path)
    assert list(table.columns) == ["prediction", "probability_no", "probability_yes"]
    assert len(table) == 400


def test_a_changed_artifact_is_refused(binary):
    path = Path(binary.outcome.run.folder) / "recipe.json"
    kept = path.read_bytes()
    try:
        path.write_bytes(kept.replace(b"lightgbm", b"lightgbn") + b" ")
        with pytest.raises(ArtifactTampered, match="recipe.json"):
            flow.notebook(binary.run_id, output=path.parent / "never.ipynb")
    finally:
        path.write_bytes(kept)
    assert not (path.parent / "never.ipynb").exists()


def test_a_run_can_be_named_by_the_beginning_of_its_id(binary):
    assert flow.find_run(binary.run_id[:-1]).run_id == binary.run_id


def test_an_unknown_run_is_answered_with_what_to_type():
    with pytest.raises(RunNotFound) as caught:
        flow.leaderboard("20000101-000000-zzzz")

    assert "no run" in caught.value.what


def test_a_dataframe_is_planned_from_a_file_of_its_own(tmp_path):
    table = pd.DataFrame({"x": [i % 7 for i in range(60)], "y": ["a", "b"] * 30})

    planned = flow.plan(table, "y", folder=tmp_path / "frame")

    assert (planned.folder / "table.parquet").exists()
    assert planned.plan.experiment.data == str(planned.folder / "table.parquet")


def test_a_plan_that_fails_leaves_nothing_behind(tmp_path):
    table = pd.DataFrame({"x": range(60), "y": ["a"] * 60})

    with pytest.raises(Exception, match="'y'"):
        flow.plan(table, "y", folder=tmp_path / "frame")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_a_plan_is_not_written_over(tmp_path):
    flow.plan("sklearn:iris", "target", folder=tmp_path / "iris")

    with pytest.raises(FolderTaken, match="already has a plan"):
        flow.plan("sklearn:wine", "target", folder=tmp_path / "iris")


def test_a_missing_target_says_what_to_add():
    with pytest.raises(PlanError) as caught:
        flow.plan("sklearn:iris")

    assert caught.value.fix == "Add --target COLUMN."


def test_an_option_out_of_range_is_named_as_it_was_typed(tmp_path):
    with pytest.raises(WrongType) as caught:
        flow.plan("sklearn:iris", "target", folds=1, folder=tmp_path / "iris")

    assert caught.value.what == "--folds can't be 1."


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataNotReadable, match="nowhere.csv"):
        flow.plan(tmp_path / "nowhere.csv", "y")


def test_a_failing_cell_is_named_by_its_id(tmp_path):
    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris", budget_s=6)
    path = planned.notebooks["search"]
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["id"] == "split")["source"] = "1 / 0"
    path.write_text(json.dumps(notebook))

    with pytest.raises(RunFailed) as caught:
        flow.run(path)

    assert (caught.value.cell_id, "ZeroDivisionError" in caught.value.why) == ("split", True)


def test_the_bare_engine_predicts_without_a_notebook():
    from sklearn.datasets import load_diabetes

    table = load_diabetes(as_frame=True).frame

    model = flow.search(table, "target", task="regression", metric="rmse", budget_s=6, seed=0)

    assert model.predict(table).shape == (442,)
    assert model.predict_row(table.iloc[0].to_dict()) == pytest.approx(
        model.predict(table.head(1))[0]
    )
