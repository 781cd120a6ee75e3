import json

import numpy as np
import pytest

from automl_magic import learn
from automl_magic.errors import FolderNotWritable, RunError
from automl_magic.learn.leaderboard import leaderboard_table
from automl_magic.recipe import Recipe, load_model
from automl_magic.records import Leaderboard, Score
from automl_magic.tasks.metrics import score


@pytest.fixture(scope="module")
def found(make_notebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finish") / "run-1"
    notebook = make_notebook()
    search = notebook.search(sampler="portfolio", run_dir=folder)
    done = notebook.finish(search, folder)
    return notebook, search, done, folder


def test_everything_a_run_needs_is_written(found):
    notebook, _, done, folder = found

    names = {path.name for path in folder.iterdir()}
    assert names == {
        "events.jsonl", "trials.jsonl", "recipe.json", "leaderboard.json", "oof.npz",
        "holdout.npz", "model", "result.json",
    }  # fmt: skip
    assert Recipe.from_json(json.loads((folder / "recipe.json").read_text())) == done.recipe
    frame = notebook.task.frame
    loaded = load_model(folder / "model")
    assert np.array_equal(loaded.predict_proba(frame), done.model.predict_proba(frame))


def test_the_result_says_what_the_run_came_to(found):
    _, search, done, folder = found
    result = dict(done.result)

    assert Score.from_json(result.pop("cv")) == done.ensemble.score
    holdout = Score.from_json(result.pop("holdout"))
    assert (holdout.metric, holdout.rows) == ("roc_auc", 114)
    assert holdout.low < holdout.score <= holdout.high
    assert result.pop("row_latency_ms") > 0
    files = [path for path in (folder / "model").rglob("*") if path.name != "manifest.json"]
    written = sum(path.stat().st_size for path in files if path.is_file())
    assert result.pop("size_bytes") == written
    assert result.pop("search_s") == pytest.approx(search.budget.elapsed_s, abs=0.001)
    assert result == {
        "data_fingerprint": "",
        "kind": "search",
        "metric": "roc_auc",
        "best": done.ensemble.name,
        "n_trials": 4,
        "only_baseline": False,
        "stopped": None,
        "replayed": False,
        "advice": list(done.ensemble.advice),
        "trial_scores": {str(trial.number): trial.score.score for trial in search.trials},
    }


def test_every_number_of_the_leaderboard_leads_to_its_cell(found):
    _, _, done, folder = found

    board = Leaderboard.from_json(json.loads((folder / "leaderboard.json").read_text()))

    assert {row.name: row.link.cell_id for row in board.rows} == {
        "ensemble": "ensemble",
        "linear": "candidate-linear",
        "lightgbm": "candidate-lightgbm",
        "forest": "candidate-forest",
        "dummy": "search",
    }
    assert {row.link.run_id for row in board.rows} == {"run-1"}
    assert board.holdout_link.cell_id == "holdout"
    assert [row.rank for row in board.rows] == [1, 2, 3, 4, 5]
    scores = [row.score.score for row in board.rows]
    assert scores == sorted(scores, reverse=True)
    assert {row.trial: row.weight for row in board.rows if row.weight} == done.ensemble.weights


def test_the_leaderboard_says_what_the_model_and_its_members_cost(found):
    _, _, done, folder = found

    board = Leaderboard.from_json(json.loads((folder / "leaderboard.json").read_text()))

    measured = {row.trial: row for row in board.rows if row.row_latency_ms is not None}
    assert measured.keys() == {None, *done.ensemble.weights}
    assert all(row.size_bytes > 0 for row in measured.values())
    assert measured[None].on_front
    assert {row.on_front for row in board.rows if row.trial not in measured} == {None}
    shown = leaderboard_table(board, 455)
    assert shown.headings[6:9] == ("Row ms (p95)", "Size", "Pareto front")


def test_further_metrics_of_a_row_are_columns_of_the_table(found):
    _, _, _, folder = found
    document = json.loads((folder / "leaderboard.json").read_text())
    assert all("also" not in row for row in document["rows"])  # its family has none
    document["rows"][0]["also"] = {"f1": 0.75}

    shown = leaderboard_table(Leaderboard.from_json(document), 455)

    assert shown.headings[5:8] == ("Fit (s)", "f1", "Row ms (p95)")
    assert [row[6] for row in shown.rows] == ["0.7500", *[""] * (len(shown.rows) - 1)]
    assert {3, 6, 7, 8} <= shown.right


def test_the_kept_predictions_have_the_score_of_the_folds(found):
    _, _, done, folder = found

    with np.load(folder / "oof.npz") as kept:
        assert score("roc_auc", kept["y"], kept["ensemble"]) == done.ensemble.score.score


def test_the_kept_predictions_of_the_holdout_have_its_score(found):
    notebook, _, done, folder = found

    with np.load(folder / "holdout.npz") as kept:
        assert kept["rows"].tolist() == notebook.split.holdout.tolist()
        assert score("roc_auc", kept["y"], kept["predicted"]) == done.result["holdout"]["score"]
        assert kept["fit_s"] > 0


def test_a_holdout_is_used_once(found):
    notebook, _, done, _ = found

    with pytest.raises(RunError) as refused:
        learn.evaluate_once(done.recipe, notebook.task, notebook.split)

    assert refused.value.what == "The holdout was already used."
    assert refused.value.fix == "Rerun the notebook from its first cell."
    assert len(notebook.split.holdout_uses) == 1


def test_without_a_holdout_the_folds_are_all_there_is(
    make_notebook, make_task, make_split, tmp_path
):
    task = make_task()
    notebook = make_notebook(task=task, split=make_split(task, holdout=0))
    search = notebook.search(sampler="portfolio")

    done = notebook.finish(search, tmp_path)

    assert done.result["holdout"] is None
    nothing = learn.evaluate_once(done.recipe, task, notebook.split)
    assert repr(nothing) == "No holdout: the only score is out of fold."


def test_a_folder_that_cannot_be_written_leaves_no_end_mark(found, tmp_path):
    _, search, done, _ = found
    (tmp_path / "file").touch()

    with pytest.raises(FolderNotWritable, match="rerun this cell"):
        learn.finish(
            done.model,
            search=search,
            ensemble=done.ensemble,
            holdout=None,
            run_dir=tmp_path / "file",
        )


def test_two_variations_of_a_candidate_are_two_members(make_notebook):
    notebook = make_notebook("regression")
    search = notebook.search(sampler="random", max_trials=8)

    recipe = learn.recipe(notebook.task, notebook.split, notebook.views, learn.ensemble(search))

    names = [member.name for member in recipe.members]
    assert len(set(names)) == len(names)
    assert recipe.columns == dict.fromkeys(
        [name for name in notebook.task.frame if name != "target"], "number"
    )
    assert recipe.versions.keys() >= {"python", "numpy", "pandas", "scikit-learn"}
    assert set(recipe.views) == {"baseline", "tree", "dense"}
