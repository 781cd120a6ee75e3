"""The search notebook and `flow.search` take the same steps: they are written once."""

import ast

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow, learn
from automl_magic.render import render_search
from automl_magic.tasks.search_steps import search_steps

# What only a notebook gives the engine: a picture that moves, and the fingerprint of its data.
ONLY_IN_A_NOTEBOOK = {"live", "data_fingerprint"}
# What only the engine alone gives it: of a notebook, the process was told its workspace.
ONLY_ALONE = {"home"}
ASKED = {"task": "binary", "metric": "log_loss", "budget_s": 20.0, "seed": 3, "holdout": 0.25,
         "trials": 1, "candidates": ["linear"], "threads": 1, "cost_false_positive": 1.0,
         "cost_false_negative": 4.0}  # fmt: skip


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    x = random.normal(size=120)
    return pd.DataFrame({"x": x, "y": np.where(x + random.normal(size=120) > 0, "yes", "no")})


def calls_in(notebook, names):
    """Return what the cells call of the engine, in order: name, inputs, values, other keywords."""
    calls = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
                keywords = {k.arg: k.value for k in node.keywords}
                values = {
                    name: ast.literal_eval(value)
                    for name, value in keywords.items()
                    if not isinstance(value, ast.Name | ast.Call)
                }
                inputs = tuple(ast.unparse(call) for call in node.args)
                others = set(keywords) - set(values) - ONLY_IN_A_NOTEBOOK
                calls.append((ast.unparse(node.func), inputs, values, others))
    return calls


def test_the_cells_of_the_notebook_and_the_engine_alone_take_the_same_steps(table, monkeypatch):
    plan = flow.preview(table, "y", **ASKED)
    steps = search_steps(plan)
    called = []
    for step in steps:
        real = getattr(learn, step.call)

        def spy(*inputs, step=step, real=real, **keywords):
            keywords_of_both = {name: v for name, v in keywords.items() if name not in ONLY_ALONE}
            values = {n: v for n, v in keywords_of_both.items() if n not in step.parameters}
            called.append((f"learn.{step.call}", values, set(keywords_of_both) - set(values)))
            return real(*inputs, **keywords)

        monkeypatch.setattr(learn, step.call, spy)

    model = flow.search(table, "y", **ASKED)

    in_the_notebook = calls_in(render_search(plan), {f"learn.{step.call}" for step in steps})
    assert [(call, values, rest) for call, _, values, rest in in_the_notebook] == called
    assert [inputs for _, inputs, _, _ in in_the_notebook] == [step.inputs for step in steps]
    assert model.recipe.threshold is not None  # the costs of mistakes reach the engine alone too
