"""A new estimator is one file, beside its candidate and its piece of the standalone notebook.

The toy stands in `toy/`; the three folders are put where ours lie, and no line elsewhere names it:
it is planned, searched, varied, written out, measured, kept, read and served.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow, learn
from automl_magic.data import load_code
from automl_magic.errors import PlanError
from automl_magic.files.templates import templates_folder
from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import estimators, load_model, member, members, registry, save_model
from automl_magic.render import render_model, to_script
from automl_magic.tasks.search_steps import search_steps
from automl_magic.tasks.tabular import candidates
from automl_magic.tasks.tabular.family import TabularFamily
from automl_magic_serving.runtime.compiled.inference_plan import InferencePlan

TOY = Path(__file__).parent / "toy"
ALONE = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0].startswith("automl_magic"):
            raise ImportError("a standalone notebook needs no " + name)
sys.meta_path.insert(0, Blocker())
exec(compile(open(sys.argv[1], encoding="utf-8").read(), "model.py", "exec"), {})
"""


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """This process, with three more files in three folders."""
    shutil.copytree(Path(registry.__file__).parent / "members", tmp_path / "members")
    shutil.copytree(TOY / "estimator", tmp_path / "members", dirs_exist_ok=True)
    shutil.copytree(templates_folder() / "notebooks" / "tabular", tmp_path / "pieces")
    shutil.copytree(TOY / "piece", tmp_path / "pieces" / "model" / "members")
    monkeypatch.setattr(registry, "MEMBERS_FOLDER", tmp_path / "members")
    monkeypatch.setattr(members, "__path__", [*members.__path__, str(TOY / "estimator")])
    monkeypatch.setattr(candidates, "__path__", [*candidates.__path__, str(TOY / "candidate")])
    monkeypatch.setattr(TabularFamily, "templates", tmp_path / "pieces")
    registry.builtin_estimators.cache_clear()
    candidates._modules.cache_clear()
    yield
    registry.builtin_estimators.cache_clear()
    candidates._modules.cache_clear()


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    x, z = random.normal(size=(2, 300))
    y = np.where(x > 0, 3.0, 0.0) + 0.5 * z + random.normal(scale=0.3, size=300)
    return pd.DataFrame({"x": x, "z": z, "y": y})


@pytest.mark.usefixtures("installed")
def test_a_file_is_an_estimator_and_its_candidate_comes_last(table):
    plan = flow.preview(table, "y", task="regression")

    assert "small_tree" in estimators()
    assert plan.candidates[-1].name == "small_tree"


def test_without_the_file_there_is_none():
    with pytest.raises(PlanError, match="small_tree"):
        member("small_tree")


@pytest.mark.usefixtures("installed")
def test_it_is_searched_and_written_out_and_kept_and_served(table, tmp_path):
    table.to_csv(tmp_path / "table.csv", index=False)
    asked = {"task": "regression", "metric": "rmse", "holdout": 0.2, "trials": 3, "threads": 1}
    made = flow.plan(
        tmp_path / "table.csv", "y", candidates=["small_tree"], folder=tmp_path / "p", **asked
    ).plan
    offered = made.candidates[0]
    known = {
        "table": table,
        "views": made.views,
        "candidates": {
            "small_tree": learn.candidate(
                offered.estimator, view=offered.view, params=offered.params
            )
        },
        "seed": 0,
        "threads": 1,
        "budget_s": 60.0,
        "run_dir": tmp_path / "run",
        "replay": "",
    }
    for step in search_steps(made):
        inputs = [known[name] for name in step.inputs]
        parameters = {name: known[name] for name in step.parameters}
        known[step.output] = getattr(learn, step.call)(*inputs, **step.values, **parameters)

    # searched, and varied in its space
    trials = [trial for trial in known["search"].trials if trial.estimator == "small_tree"]
    assert len({trial.params["min_samples_leaf"] for trial in trials}) == len(trials) == 3

    # written out: the same score without us
    script = to_script(render_model(known["recipe"], load_code(made.dataset)))
    (tmp_path / "model.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "model.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["score"] == pytest.approx(known["holdout"].score.score, abs=1e-9)

    # kept and read again
    save_model(known["model"], tmp_path / "model")
    read = load_model(tmp_path / "model")
    own = known["model"].predict(table)
    assert read.predict(table).tolist() == own.tolist()

    # served, a row at a time and many at once
    schema = input_schema(read.recipe, table)
    served = InferencePlan(read, schema)
    rows = table[[column.name for column in schema.columns]].to_numpy().tolist()
    assert served.predict(rows) == pytest.approx(own, abs=1e-6)
    assert [served.predict_row(row) for row in rows[:20]] == pytest.approx(own[:20], abs=1e-6)
