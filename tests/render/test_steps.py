"""A standalone notebook with every kind of feature step gives the engine's score and reads well."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic.data import load, load_code, read_call
from automl_magic.recipe import MemberSpec, encode_target, fit_recipe, select_columns
from automl_magic.records import Split, SplitKind, StepSpec
from automl_magic.render import render_model, to_text
from automl_magic.tasks.metrics import score
from automl_magic.tasks.splits import holdout_rows

N = 400
NUMBERS, LABELS = ("paid", "height", "width"), ("city", "street", "active")
PARSE = {"paid": {"decimal": ",", "thousands": "."}}
EVERY_STEP = (
    StepSpec(kind="number", columns=("height", "width")),
    StepSpec(kind="number", columns=("paid",), params={"parse": PARSE["paid"]}),
    StepSpec(kind="boolean", columns=("active",), params={"true": "yes", "false": "no"}),
    StepSpec(kind="one_hot", columns=("city",)),
    StepSpec(kind="date", columns=("sent", "since"), params={"date_format": "%Y-%m-%d"}),
    StepSpec(
        kind="elapsed",
        columns=("since", "sent"),
        params={"date_formats": {"since": "%Y-%m-%d", "sent": "%Y-%m-%d"}},
    ),
    StepSpec(kind="category", columns=("city",)),
    StepSpec(kind="target_mean", columns=("street",)),
    StepSpec(kind="text", columns=("note",), params={"components": 2, "forecast": True}),
    StepSpec(
        kind="text",
        columns=("note",),
        params={"analyzer": "char_wb", "components": 2, "forecast": True, "n_folds": 3},
    ),
    StepSpec(kind="interaction", columns=NUMBERS, params={"parse": PARSE}),
    StepSpec(kind="cross", columns=LABELS),
    StepSpec(
        kind="group", columns=(*LABELS, *NUMBERS), params={"by": list(LABELS), "parse": PARSE}
    ),
    StepSpec(kind="missing", columns=("paid", "note", "city")),
)
SELECTIONS = {
    "all": (),
    "mutual information": (StepSpec(kind="select", columns=(), params={"most": 12}),),
    "boruta": (
        StepSpec(kind="select", columns=(), params={"method": "boruta", "most": None, "rows": 200}),
    ),
}


@pytest.fixture
def many_customers():
    rng = np.random.default_rng(0)

    def pick(words):
        return rng.choice(np.array(words, dtype=object), N)

    frame = pd.DataFrame(
        {
            "paid": [f"{n // 1000}.{n % 1000:03},5" for n in rng.integers(1000, 9000, N)],
            "height": rng.normal(size=N).round(3),
            "width": rng.normal(size=N).round(3),
            "active": pick(["yes", "no"]),
            "city": pick(["Oslo", "Rom", "Paris"]),
            "street": pick([f"Street {i}" for i in range(40)]),
            "since": pd.Series(rng.integers(0, 900, N)).map(
                lambda day: str(np.datetime64("2020-01-01") + day)
            ),
            "note": [
                " ".join(pick(["wine", "red", "dear", "late", "cheap"])[:4]) for _ in range(N)
            ],
        }
    )
    frame["sent"] = pd.Series(rng.integers(0, 900, N)).map(
        lambda day: str(np.datetime64("2022-06-01") + day)
    )
    for name in ("paid", "note", "city"):
        frame.loc[rng.random(N) < 0.1, name] = None
    value = (
        3.0 * frame["height"] * frame["width"]
        + 2.0 * ((frame["city"] == "Rom") == (frame["active"] == "yes"))
        + 1.5 * frame["note"].str.contains("late", na=False)
    )
    return frame.assign(
        churn=np.where(value > value.median(), "yes", "no"),
        plan=np.array(["basic", "plus", "pro"])[np.searchsorted(value.quantile([0.3, 0.7]), value)],
        spent=value,
    )


def with_steps(recipe, dataset, changed, selection, path):
    split = Split(
        kind=SplitKind.STRATIFIED if recipe.task.has_classes else SplitKind.KFOLD,
        folds=3,
        holdout=0.25,
        seed=7,
    )
    member = MemberSpec(
        name="line",
        estimator="lightgbm",
        view="every",
        n_iterations=15,
        params={"learning_rate": 0.2, "num_leaves": 7},
    )
    views = {"every": (*EVERY_STEP, *SELECTIONS[selection])}
    changed_recipe = changed(recipe, views=views, members=(member,), split=split)
    return changed_recipe, changed(dataset, source=str(path), read=read_call(load(str(path))))


def agrees(recipe, there):
    notebook = render_model(recipe, load_code(there))
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec(compile(cell["source"], cell["id"], "exec"), names)
    table = names["table"]
    y = encode_target(
        select_columns(table, [recipe.target])[recipe.target], recipe.task, recipe.classes
    )
    development, holdout = holdout_rows(recipe.split, y, {})
    fitted = fit_recipe(recipe, table, rows=development)
    held_out = table.iloc[holdout]
    classes = recipe.task.has_classes
    predicted = fitted.predict_proba(held_out) if classes else fitted.predict(held_out)
    expected = score(recipe.metric, y[holdout], predicted, threshold=fitted.threshold)

    last = json.loads(printed.getvalue().splitlines()[-1])
    assert last["score"] == pytest.approx(expected, abs=1e-9)
    # What only two columns say together is found in the notebook too, or the score would differ.
    assert any("height * width" in name for name in fitted.views["every"].names)
    row = held_out.iloc[0].to_dict()
    prediction = fitted.predict_proba_row(row) if classes else fitted.predict_row(row)
    np.testing.assert_allclose(prediction, predicted[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("selection", ["all", "mutual information"])
def test_every_step_gives_the_score_of_the_engine(
    selection, recipe, dataset, many_customers, tmp_path, changed
):
    path = tmp_path / "customers.csv"
    many_customers.to_csv(path, index=False)
    agrees(*with_steps(recipe, dataset, changed, selection, path))


def test_what_a_forest_selects_gives_the_score_of_the_engine(
    binary, many_customers, tmp_path, changed
):
    path = tmp_path / "customers.csv"
    many_customers.to_csv(path, index=False)
    agrees(*with_steps(*binary, changed, "boruta", path))


def test_every_step_reads_like_our_own_code(binary, many_customers, tmp_path, changed):
    recipe, dataset = binary
    customers = tmp_path / "customers.csv"
    many_customers.to_csv(customers, index=False)
    changed_recipe, there = with_steps(recipe, dataset, changed, "boruta", customers)
    notebook = render_model(changed_recipe, load_code(there))
    path = tmp_path / "model.ipynb"
    path.write_text(to_text(notebook), encoding="utf-8")
    ruff = [str(Path(sys.executable).parent / "ruff")]
    options = ["--isolated", "--line-length", "100", "--target-version", "py311", "--no-cache"]
    rules = ["--select", "A,B,C4,E,ERA,F,I,PERF,PIE,RET,RUF,SIM,UP,W", "--ignore"]

    # For the exceptions see test_golden.
    checked = subprocess.run(
        [*ruff, "check", *options, *rules, "F811,B023,B905,UP017", str(path)],
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
    assert formatted.stdout == ""


def test_a_cell_comes_before_the_cell_that_calls_it(binary, changed):
    recipe, dataset = binary
    views = {"tree": (*EVERY_STEP, *SELECTIONS["boruta"])}
    member = changed(recipe.members[0], weight=1.0)
    notebook = render_model(changed(recipe, views=views, members=(member,)), load_code(dataset))
    ids = [cell["id"] for cell in notebook["cells"]]

    assert ids.count("step-relevance") == ids.count("step-target-mean") == 1
    for helper, step in (("relevance", "text"), ("strength", "cross"), ("target-mean", "strength")):
        assert ids.index(f"step-{helper}") < ids.index(f"step-{step}")
