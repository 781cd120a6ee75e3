"""The toy family, from a plan to the wizard, in this process; no line of ours names it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from automl_magic import flow
from automl_magic.cli.command import automl
from automl_magic.data import load_code
from automl_magic.errors import PlanError, TargetNotUsable, UnknownMetric
from automl_magic.planning import format_spec, parse_spec
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.recipe.model_io import load_model, save_model
from automl_magic.records import Answer, Metric, RecordProblem, TaskKind
from automl_magic.render import render_explore, render_model, render_search, to_script
from automl_magic.tasks.families import family_for
from automl_magic.tasks.metrics import FamilyMetric, metrics_for
from automl_magic.wizard.answers import Answers
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.steps import build_view
from automl_magic.workspace import default_workspace

from .conftest import TOY

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture
def plan(calls):
    return flow.preview(calls, "calls", task="count", metric="mae", source="calls.csv")


@pytest.fixture
def recipe(plan):
    of_cell = plan.candidates[0]
    member = MemberSpec(
        name=of_cell.name, estimator=of_cell.estimator, view=of_cell.view, params=of_cell.params
    )
    return Recipe(
        task=plan.task,
        target="calls",
        metric=plan.metric,
        columns={"region": "category"},
        views=plan.views,
        members=(member,),
        split=plan.split,
    )


def test_its_kind_is_one_like_ours():
    kind = TaskKind("count")

    assert (kind.family, kind.answer, kind.has_classes) == ("counts", "number", False)
    assert family_for(kind).name == "counts"


def test_without_it_nobody_knows_its_kind(monkeypatch):
    monkeypatch.undo()  # it is no longer on the path
    from automl_magic.records.families import installed_families

    installed_families.cache_clear()
    with pytest.raises(RecordProblem) as caught:
        TaskKind("count")
    assert "one of binary, multiclass, regression" in str(caught.value)


def test_a_plan_holds_what_the_family_decides(plan):
    assert plan.task == "count"
    assert [candidate.name for candidate in plan.candidates] == ["group_mean", "group_mean_shrunk"]
    assert {name: steps[0].columns for name, steps in plan.views.items()} == {"group": ("region",)}
    assert plan.split.kind == "kfold"
    assert plan.estimate.n_trials > 1


def test_what_it_asks_besides_stands_in_the_experiment_file(plan, calls):
    assert "options:\n  group: region\n" in format_spec(plan.experiment)
    assert parse_spec(format_spec(plan.experiment), "calls") == plan.experiment

    hours = flow.preview(
        calls, "calls", task="count", kinds={"hour": "category"}, options={"group": "hour"}
    )
    assert hours.views["group"][0].columns == ("hour",)
    with pytest.raises(PlanError) as caught:
        flow.preview(calls, "calls", task="count", options={"groups": "hour"})
    assert caught.value.fix == "Use group."
    with pytest.raises(PlanError) as caught:
        flow.preview(calls, "calls", task="count", options={"group": 3})
    assert caught.value.why.startswith("It must be the name of a column.")


def test_the_family_says_what_is_no_count(calls):
    with pytest.raises(TargetNotUsable) as caught:
        flow.preview(calls.assign(calls=-calls["calls"]), "calls", task="count")
    assert caught.value.what == "The target 'calls' holds no counts."


def test_its_candidates_are_asked_for_by_name(calls):
    made = flow.preview(calls, "calls", task="count", candidates=["group_mean_shrunk"])
    assert [candidate.name for candidate in made.candidates] == ["group_mean_shrunk"]

    with pytest.raises(PlanError) as caught:
        flow.preview(calls, "calls", task="count", candidates=["group_means"])
    assert caught.value.fix == "Use group_mean."


def test_notebooks_are_made_of_shared_pieces_and_its_own(plan, recipe):
    search = to_script(render_search(plan))
    model = to_script(render_model(recipe, load_code(_from_a_file(plan))))

    assert 'kind="count"' in search
    assert '"group_mean",' in search
    assert "plots.draw_target" in to_script(render_explore(plan))
    for piece in ("target", "predict", "members/group_mean"):
        (first, *_) = [
            line
            for line in (TOY / "pieces" / "model" / f"{piece}.py").read_text().splitlines()
            if line and "slot(" not in line
        ]
        assert first in model


def test_the_standalone_notebook_says_what_the_recipe_says(plan, recipe, calls, tmp_path):
    calls.to_csv(tmp_path / "calls.csv", index=False)
    script = to_script(render_model(recipe, load_code(_from_a_file(plan))))
    check = "\nprint(json.dumps(predict(table).tolist()))\n"
    (tmp_path / "model.py").write_text(script + check)
    assert not any("automl" in line or "toy" in line for line in _imports(script))

    done = subprocess.run(
        [sys.executable, "model.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    score, predicted = map(json.loads, done.stdout.splitlines())
    assert score["metric"] == "mae"
    assert predicted == pytest.approx(fit_recipe(recipe, calls).predict(calls).tolist(), abs=1e-9)


def test_a_model_is_kept_and_read_again(recipe, calls, tmp_path):
    fitted = fit_recipe(recipe, calls)
    save_model(fitted, tmp_path / "model")
    read = load_model(tmp_path / "model")
    new = pd.DataFrame({"region": ["west", "east", "nowhere", None]})

    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    assert read.predict(new).tolist() == fitted.predict(new).tolist()
    assert [read.predict_row({"region": region}) for region in new["region"]] == pytest.approx(
        fitted.predict(new).tolist()
    )


def test_it_may_bring_a_metric_of_its_own(calls, tmp_path, monkeypatch):
    def deviance(y, predicted):
        from sklearn.metrics import mean_poisson_deviance

        return mean_poisson_deviance(y, np.maximum(predicted, 1e-6))

    words = "How unlikely the counts are, if the predictions are their means: 0 is perfect."
    metric = Metric(
        name="poisson_deviance",
        higher_is_better=False,
        needs="values",
        fits=(Answer.NUMBER,),
        in_words=words,
        lowest=0.0,
    )
    monkeypatch.setattr(
        type(family_for(TaskKind("count"))), "metrics", (FamilyMetric(metric, deviance),)
    )

    fitted = flow.search(
        calls, "calls", task="count", metric="poisson_deviance", budget_s=5, holdout=0.2
    )

    assert fitted.recipe.metric == "poisson_deviance"
    assert "poisson_deviance" in metrics_for(TaskKind("count"))
    assert "poisson_deviance" not in metrics_for(TaskKind("regression"))
    with pytest.raises(UnknownMetric):
        flow.preview(calls, "calls", task="regression", metric="poisson_deviance")


def test_a_family_whose_planning_is_broken_is_named_where_its_kind_is_asked_for(
    calls, tmp_path, monkeypatch
):
    (tmp_path / "toy_family.py").write_text("import not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "toy_family", raising=False)

    with pytest.raises(PlanError) as caught:
        flow.preview(calls, "calls", task="count")
    assert caught.value.what == "Can't use the task family 'counts'."
    assert "No module named 'not_there'" in caught.value.why
    assert flow.preview(calls, "calls").task == "regression"


def test_the_command_offers_its_kind():
    said = CliRunner().invoke(automl, ["plan", "--help"])

    assert "count" in said.output.split("--task")[1].split("--metric")[0]


def test_the_wizard_has_its_words(calls, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    session = WizardSession(
        folder=tmp_path,
        names=lambda: {"calls": calls},
        changed=lambda: None,
        drafts=Drafts(tmp_path, default_workspace().home),
        workspace=default_workspace(),
        answers=Answers(source="frame:calls", target="calls", task=TaskKind("count"), step="goal"),
    )
    session.wait()
    (asked,) = [one for one in build_view(session)["blocks"] if one.get("name") == "task"]

    assert asked["value"] == "count"
    assert [one["label"] for one in asked["options"]] == [
        "Yes or no (binary classification)",
        "One of several classes",
        "A number",
        "How many",
    ]
    assert asked["options"][-1]["note"] == "How many calls will come in?"


def _from_a_file(plan):
    """Return the plan's dataset as if it had been read from a file of CSV."""
    from dataclasses import replace

    options = {
        "sep": ",",
        "encoding": "utf-8",
        "float_precision": "round_trip",
        "low_memory": False,
    }
    return replace(plan.dataset, read={"format": "csv", "options": options})


def _imports(script):
    tree = ast.parse(script)
    return [
        ast.unparse(one) for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom)
    ]
