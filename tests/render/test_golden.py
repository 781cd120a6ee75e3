"""Looks, reads, stands alone: the three tests of a golden notebook that take no kernel."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from automl_magic.data import load_code
from automl_magic.flow.explaining import explain_notebook
from automl_magic.flow.monitoring import monitor_notebook
from automl_magic.recipe.registry import builtin_estimators
from automl_magic.records import TaskKind
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.render import (
    render_explore,
    render_model,
    render_search,
    to_script,
    to_text,
)
from automl_magic.render.requirements import imported_modules

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("search", "explore", "explain", "model")
RULES = "A,B,BLE,C4,E,ERA,F,FLY,FURB,I,ICN,ISC,NPY,PERF,PIE,PTH,RET,RSE,RUF,S,SIM,SLOT,T10,UP,W,YTT"
# A cell can be lifted out, so it imports what it needs (F811). A closure is called in its own round
# of the loop (B023); arrays of unequal length fail by themselves (B905); a list of one column is a
# list (FURB171); `timezone.utc` is older than Python 3.11 (UP017).
NOT_HERE = "F811,B023,B905,FURB171,UP017"


@pytest.fixture
def rendered(plan, recipe, dataset):
    return {
        "search": render_search(plan),
        "explore": render_explore(plan),
        "explain": explain_notebook(plan),
        "model": render_model(recipe, load_code(dataset)),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_looks_like_its_golden(kind, task, rendered, golden):
    golden(f"tabular/{task}/{kind}.py", to_script(rendered[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_reads_like_our_own_code(kind, rendered, tmp_path):
    check_style(rendered[kind], tmp_path / f"{kind}.ipynb")


def check_style(notebook, path):
    path.write_text(to_text(notebook), encoding="utf-8")
    ruff = [str(Path(sys.executable).parent / "ruff")]
    options = ["--isolated", "--line-length", "100", "--target-version", "py311", "--no-cache"]

    checked = subprocess.run(
        [*ruff, "check", *options, "--select", RULES, "--ignore", NOT_HERE, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    formatted = subprocess.run(
        [*ruff, "format", "--diff", *options, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.stdout, checked.returncode) == ("All checks passed!\n", 0)
    assert (formatted.stdout, formatted.returncode) == ("", 0)


@pytest.fixture
def monitors():
    return {
        "log": monitor_notebook(TaskKind("binary"), DriftThresholds()),
        "table": monitor_notebook(TaskKind("binary"), DriftThresholds(yellow=0.02), of_table=True),
    }


@pytest.mark.parametrize("source", ["log", "table"])
def test_a_monitor_notebook_looks_like_its_golden(source, monitors, golden):
    golden(f"tabular/monitor/{source}.py", to_script(monitors[source]))


@pytest.mark.parametrize("source", ["log", "table"])
def test_a_monitor_notebook_reads_like_our_own_code(source, monitors, tmp_path):
    check_style(monitors[source], tmp_path / "monitor.ipynb")


def test_a_model_notebook_imports_nothing_of_ours(rendered):
    cells = [cell["source"] for cell in rendered["model"]["cells"] if cell["cell_type"] == "code"]
    imported = {module for source in cells for module in imported_modules(source)}

    boosters = {"lightgbm", "xgboost", "catboost"}
    assert imported <= boosters | {"numpy", "pandas", "pyarrow", "sklearn", "threadpoolctl"}
    assert not any("automl" in source for source in cells)


def test_two_renders_of_one_plan_are_equal_byte_by_byte(plan, recipe, dataset, rendered):
    second_render = {
        "search": render_search(plan),
        "explore": render_explore(plan),
        "explain": explain_notebook(plan),
        "model": render_model(recipe, load_code(dataset)),
    }

    assert {kind: to_text(notebook) for kind, notebook in second_render.items()} == {
        kind: to_text(notebook) for kind, notebook in rendered.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_is_valid_and_says_what_it_is(kind, rendered):
    text = to_text(rendered[kind])
    nbformat.validate(nbformat.reads(text, as_version=4))
    metadata = json.loads(text)["metadata"]

    assert metadata["kernelspec"]["name"] == "python3"
    assert metadata["automl"]["kind"] == kind


def test_a_golden_holds_no_date_address_or_path_of_a_machine(task):
    for path in (ROOT / "tests" / "golden" / "tabular" / task).glob("*.py"):
        assert not re.search(r"https?://|/home/|/tmp/|/Users/|\b2026-", path.read_text("utf-8"))


def test_every_cell_says_which_step_it_is(rendered):
    for notebook in rendered.values():
        for cell in notebook["cells"]:
            assert f"automl:{cell['id']}" in cell["metadata"]["tags"]
            assert cell["metadata"]["automl"]["step"] == cell["id"]


def test_a_candidate_keeps_its_reasons(plan):
    cells = {cell["id"]: cell for cell in render_search(plan)["cells"]}

    assert cells["candidate-lightgbm"]["metadata"]["automl"] == {
        "step": "candidate-lightgbm",
        "why": "It is strong on small tables.",
        "evidence": {"rows": 40},
        "rejected": ["deeper trees: too few rows"],
    }


def test_the_decisions_about_the_task_stand_with_its_cell(plan, task):
    cells = {cell["id"]: cell for cell in render_search(plan)["cells"]}
    reasons = cells["task"]["metadata"]["automl"]

    assert reasons["why"].splitlines()[0].startswith(f"task: {task}. The target ")
    assert reasons["why"].splitlines()[1].startswith("metric: ")
    assert cells["split"]["metadata"]["automl"]["why"] == "Forty rows are few."
    assert cells["parameters"]["metadata"]["automl"]["why"] == "You set this."
    assert cells["candidates"]["metadata"]["automl"]["evidence"] == {"n_unique": 40}


def test_the_last_code_cell_of_a_model_prints_the_score(rendered):
    last = [cell for cell in rendered["model"]["cells"] if cell["cell_type"] == "code"][-1]

    assert "score" in last["metadata"]["tags"]
    assert [ast.unparse(node.value.func) for node in ast.parse(last["source"]).body[1:]] == [
        "print"
    ]


def test_every_estimator_can_be_a_member(recipe, dataset, changed):
    first_member = recipe.members[0]
    for estimator in builtin_estimators():
        rounds = 5 if estimator in ("lightgbm", "xgboost", "catboost") else None
        spec = changed(
            first_member,
            name=estimator,
            estimator=estimator,
            weight=1.0,
            params={},
            n_iterations=rounds,
        )
        cells = render_model(changed(recipe, members=(spec,)), load_code(dataset))["cells"]

        assert f"member-{estimator.replace('_', '_')}" in [cell["id"] for cell in cells]
