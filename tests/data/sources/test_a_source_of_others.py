"""The whole way with a source of another package; its credential is written nowhere."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
WITHOUT_US = """
import json, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("automl_magic", "toy_counts"):
            raise ImportError("a standalone notebook needs no " + name)
sys.meta_path.insert(0, Blocker())
names = {}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("others")


@pytest.fixture(scope="module")
def typed(place, install, token):
    site = install(place.parent / f"{place.name}-site")

    def call(*words):
        environment = {
            **os.environ,
            "AUTOML_MAGIC_HOME": str(place / "home"),
            "COUNTS_TOKEN": token,
            "PYTHONPATH": str(site),
        }
        environment.pop("MLFLOW_TRACKING_URI", None)
        done = subprocess.run(
            [*AUTOML, *words], capture_output=True, text=True, check=False, cwd=place,
            env=environment, timeout=250,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="module")
def fitted(typed, orders):
    return json.loads(typed("fit", orders, "--target", "busy", "--budget", "8s", "--json"))


def run_without_us(notebook, **environment):
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_US, notebook], capture_output=True, text=True, check=False,
        env={**plain, **environment}, timeout=250,
    )  # fmt: skip


def test_the_notebook_that_stands_alone_asks_the_environment_and_gives_the_score(
    typed, fitted, place, token
):
    typed("notebook", fitted["run_id"], "-o", "model.ipynb")

    done = run_without_us(place / "model.ipynb", COUNTS_TOKEN=token)

    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout.splitlines()[-1])
    assert printed["score"] == pytest.approx(fitted["holdout"]["score"], abs=1e-6)
    assert "KeyError: 'COUNTS_TOKEN'" in run_without_us(place / "model.ipynb").stderr


def test_rows_of_the_source_are_predicted_as_those_of_a_file_are(typed, fitted, place, orders):
    typed("predict", fitted["run_id"], orders, "-o", "a.parquet", "--keep-all")
    found = pd.read_parquet(place / "a.parquet")
    found[["weekday", "rain", "shop"]].to_csv(place / "same.csv", index=False)
    typed("predict", fitted["run_id"], "same.csv", "-o", "b.parquet")

    both = found[["prediction", "probability_no", "probability_yes"]]
    assert len(found) == 420
    pd.testing.assert_frame_equal(both, pd.read_parquet(place / "b.parquet"))


def test_a_rerun_reads_the_source_again_and_gives_the_same_numbers(typed, fitted):
    assert json.loads(typed("rerun", fitted["run_id"], "--json"))["equal"] is True


def test_no_plan_notebook_run_or_tag_holds_the_credential(typed, fitted, place, token):
    typed("notebook", fitted["run_id"], "-o", "again.ipynb")
    files = [path for path in place.rglob("*") if path.is_file()]
    names = {path.name for path in files}

    assert {"experiment.automl.yaml", "output.ipynb", "mlflow.db", "again.ipynb"} <= names
    assert not [path for path in files if token.encode() in path.read_bytes()]
