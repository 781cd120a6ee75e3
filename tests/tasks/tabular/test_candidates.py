"""Who proposes itself for which table, and with which settings."""

import importlib
import json

import numpy as np
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe import member
from automl_magic.recipe.registry import builtin_estimators
from automl_magic.records import ColumnKind, TaskKind
from automl_magic.records.families import kinds
from automl_magic.tasks.tabular.candidates import (
    TabularContext,
    candidate_names,
    propose_all,
    rejected,
)

BINARY = TaskKind("binary")


def a_context(n_rows=5_000, n_columns=20, task=BINARY, **more):
    return TabularContext(
        n_rows=n_rows,
        n_columns=n_columns,
        kinds={ColumnKind.NUMBER: n_columns},
        task=task,
        n_classes=more.pop("n_classes", 2),
        budget_s=more.pop("budget_s", 60.0),
        threads=more.pop("threads", 2),
        **more,
    )


def names(context):
    return [candidate.name for candidate in propose_all(context)]


def test_cheap_and_different_ones_come_first():
    assert names(a_context())[:4] == ["linear", "lightgbm", "catboost", "mlp"]


def test_few_rows_prefer_the_smooth_and_the_simple():
    assert names(a_context(400))[:3] == ["linear", "catboost", "mlp"]


def test_a_forest_that_cannot_finish_does_not_propose_itself():
    context = a_context(200_000, 100)

    assert not {"extra_trees", "random_forest"} & set(names(context))
    assert any(reason.startswith("extra_trees: if 50 trees") for reason in rejected(context))


def test_a_long_budget_adds_deep_candidates():
    assert "catboost_deep" in names(a_context(budget_s=600.0))
    assert "catboost_deep" not in names(a_context())


def test_combined_columns_are_seen_where_the_plan_has_a_view_of_them():
    assert "lightgbm_rich" in names(a_context(views=("tree", "dense", "rich")))
    assert "lightgbm_rich" not in names(a_context(views=("tree", "dense")))


def test_catboost_reads_every_level_where_the_plan_has_a_view_of_them():
    def view(*views):
        proposed = propose_all(a_context(views=("tree", "dense", *views)))
        return next(one.view for one in proposed if one.name == "catboost")

    assert (view("levels"), view()) == ("levels", "tree")


def test_what_is_not_proposed_is_rejected_with_its_condition():
    context = a_context(300, budget_s=10.0)

    left = {reason.split(":")[0] for reason in rejected(context)}

    assert left == set(candidate_names()) - set(names(context))


def rate(name, context):
    return next(c.params["learning_rate"] for c in propose_all(context, [name]))


@pytest.mark.parametrize("name", ["lightgbm", "lightgbm_extra", "xgboost", "catboost"])
def test_a_shorter_budget_raises_the_learning_rate(name):
    assert rate(name, a_context(50_000, budget_s=20.0)) > rate(
        name, a_context(50_000, budget_s=600.0)
    )


def test_more_classes_raise_the_learning_rate():
    many = a_context(20_000, task=TaskKind("multiclass"), n_classes=20)

    assert rate("lightgbm", many) > rate("lightgbm", a_context(20_000))


@pytest.mark.parametrize("task", kinds())
@pytest.mark.parametrize("n_rows", [10, 1_000, 300_000])
@pytest.mark.parametrize("budget_s", [5.0, 60.0, 3_600.0])
def test_every_candidate_can_be_asked_for_on_every_table(task, n_rows, budget_s):
    context = a_context(n_rows, task=task, n_classes=3, budget_s=budget_s, threads=1)

    for candidate in propose_all(context, candidate_names()):
        assert candidate.estimator in builtin_estimators()
        assert candidate.view in ("tree", "dense")
        assert json.loads(json.dumps(candidate.params)) == candidate.params
        assert candidate.decision.why


@pytest.mark.parametrize("name", candidate_names())
@pytest.mark.parametrize("task", kinds())
def test_the_member_of_each_candidate_takes_its_parameters(name, task):
    if name in ("realmlp", "tabm"):
        pytest.importorskip("torch", reason="the extra `deep` is not installed")
    random = np.random.default_rng(0)
    X = np.column_stack([random.normal(size=(90, 3)), random.integers(0, 4, 90)])
    y = random.normal(size=90) if task is TaskKind("regression") else np.arange(90) % 3
    y = y % 2 if task is TaskKind("binary") else y
    (candidate,) = propose_all(a_context(90, 4, task=task, n_classes=3), [name])
    of_forest = {"n_estimators": 5} if "n_estimators" in candidate.params else {}

    model = member(candidate.estimator).fit(
        {**candidate.params, **of_forest},
        X,
        y,
        task=task,
        n_classes={TaskKind("binary"): 2, TaskKind("multiclass"): 3}.get(task, 0),
        categorical=[3] if candidate.view == "tree" else [],
        n_iterations=5 if member(candidate.estimator).has_iterations else None,
        class_weight=False,
        seed=0,
        threads=1,
    )

    assert np.isfinite(member(candidate.estimator).predict(model, X)).all()


def test_each_candidate_is_a_file_of_its_name():
    for name in candidate_names():
        module = importlib.import_module(f"automl_magic.tasks.tabular.candidates.{name}")
        assert module.make(a_context()).name == name
        assert module.__doc__.startswith(f"{name}: ")
        assert module.WHEN


@pytest.mark.parametrize(
    ("asked", "fix"),
    [
        (["lightgb"], "Use lightgbm."),
        (["zzz"], "Use one of these names, or omit candidates."),
        ([], "List each candidate once, such as linear and lightgbm, or omit candidates."),
        (
            ["linear", "linear"],
            "List each candidate once, such as linear and lightgbm, or omit candidates.",
        ),
    ],
)
def test_a_list_that_cannot_be_tried_is_refused(asked, fix):
    with pytest.raises(PlanError) as refused:
        propose_all(a_context(), asked)

    assert refused.value.fix == fix
