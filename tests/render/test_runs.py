"""The golden notebooks run: in a real kernel, on forty rows."""

import json
import os

import nbclient
import pytest

from automl_magic.data import load_code
from automl_magic.recipe import Recipe
from automl_magic.render import render_explore, render_model, render_search


def execute(notebook, folder):
    """Run a notebook in a kernel that works in the folder; return the outputs of its cells."""
    client = nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env={**os.environ, "PYTHONWARNINGS": "ignore"})
    return {cell["id"]: cell.get("outputs", []) for cell in notebook["cells"]}


def test_a_model_notebook_ends_with_one_line_of_json(recipe, dataset, folder_of_customers):
    outputs = execute(render_model(recipe, load_code(dataset)), folder_of_customers)
    (printed,) = outputs["score"]
    document = json.loads(printed["text"])

    assert printed["text"].count("\n") == 1
    assert document["metric"] == recipe.metric
    assert list(document) == ["metric", "score", "rows"]


def test_an_explore_notebook_shows_columns_and_pictures(plan, folder_of_customers):
    outputs = execute(render_explore(plan), folder_of_customers)

    assert "customers: 40 rows, 11 columns" in outputs["profile"][0]["data"]["text/plain"]
    assert all("image/png" in outputs[step][0]["data"] for step in ("missing", "target", "columns"))


@pytest.mark.long
def test_what_a_search_finds_leaves_with_its_score(plan, dataset, folder_of_customers):
    execute(render_search(plan), folder_of_customers)
    run_dir = folder_of_customers / "search-output"
    result = json.loads((run_dir / "result.json").read_text("utf-8"))
    trials = (run_dir / "trials.jsonl").read_text("utf-8").splitlines()
    recipe = Recipe.from_json(json.loads((run_dir / "recipe.json").read_text("utf-8")))

    outputs = execute(render_model(recipe, load_code(dataset)), folder_of_customers)
    printed = json.loads(outputs["score"][-1]["text"])

    assert {json.loads(line)["candidate"] for line in trials} >= {"lightgbm", "linear"}
    assert printed == {key: result["holdout"][key] for key in ("metric", "score", "rows")}
