"""The command from a table to predictions, as a person would type it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE_S

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def typed(place):
    def call(*words):
        completed = subprocess.run(
            [*AUTOML, *words],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            cwd=place,
            env={**os.environ, "AUTOML_MAGIC_HOME": str(place / "home")},
        )
        return completed.returncode, completed.stdout, completed.stderr

    return call


@pytest.fixture(scope="module")
def fitted(typed):
    code, out, err = typed(
        *["fit", "sklearn:diabetes", "--target", "target", "--budget", "8s", "-o", "plan", "--json"]
    )
    assert code == 0, err
    return json.loads(out)


def test_fit_answers_in_the_fixed_words(fitted):
    assert {"run_id", "model_uri", "search_s", "wall_s", "n_trials"} < set(fitted)
    assert {"cv", "holdout", "best", "notebook", "experiment"} < set(fitted)
    assert set(fitted["holdout"]) == {"metric", "score", "low", "high", "rows"}


def test_the_leaderboard_links_every_row(typed, fitted):
    code, out, _ = typed("leaderboard", "--json")

    leaderboard = json.loads(out)
    assert code == 0
    assert leaderboard["run_id"] == fitted["run_id"]
    assert all(row["link"]["cell_id"] for row in leaderboard["rows"])


def test_a_unique_beginning_of_a_run_id_is_enough(typed, fitted):
    assert typed("leaderboard", fitted["run_id"][:-1])[0] == 0


def test_a_model_is_exported_registered_and_predicts(typed, fitted, place):
    assert typed("notebook", "last", "-o", "model.ipynb")[0] == 0
    assert typed("register", "last", "--name", "sugar")[0] == 0
    code, out, err = typed("predict", "models:/sugar@candidate", "sklearn:diabetes", "-o", "p.csv")

    assert code == 0, err
    assert out.startswith("Wrote p.csv: 442 rows, ")
    assert len((place / "p.csv").read_text().splitlines()) == 443


def test_an_edited_budget_is_run_as_edited(typed, fitted, place):
    spec = place / "plan" / "experiment.automl.yaml"
    spec.write_text(spec.read_text().replace("budget_s: 8.0", "budget_s: 6.0"))

    code, out, err = typed("run", "plan", "--json")

    assert code == 0, err
    run_id = json.loads(out)["run_id"]
    run = json.loads((place / "home" / "runs" / run_id / "plan.json").read_text())
    assert run["plan"]["experiment"]["budget_s"] == 6.0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("plan nothing.csv --target y", "Do: "),
        ("plan sklearn:iris --target targett", "Do: Use --target 'target'."),
        ("plan sklearn:iris --target target --budget 0", "Why: "),
        ("plan sklearn:iris --target target --metric accuracyx", "accuracy"),
        ("plan sklearn:iris --target target --metric r2", "Why: "),
        ("leaderboard nope", "Do: "),
    ],
)
def test_a_clear_error_ends_with_one_and_writes_nothing(typed, place, words, line):
    before = sorted(path.name for path in place.iterdir())

    code, out, err = typed(*words.split())

    assert (code, out, len(err.splitlines())) == (1, "", 3)
    assert line in err
    assert sorted({path.name for path in place.iterdir()} - {"home"}) == [
        name for name in before if name != "home"
    ]


def test_ctrl_c_in_the_search_keeps_the_best_so_far(place):
    argv = "fit sklearn:breast_cancer --target target --budget 300s -o interrupted --json"
    process = subprocess.Popen(
        [*AUTOML, *argv.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=place,
        env={**os.environ, "AUTOML_MAGIC_HOME": str(place / "home")},
    )
    while "2 trials" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, err
    assert json.loads(out)["stopped"] == "interrupt"
