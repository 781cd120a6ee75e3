"""A plan reads a table once more with the placeholders that it found, and its notebooks do too."""

import nbformat
import numpy as np
import pandas as pd

from automl_magic import data, flow, learn
from automl_magic.planning import read_spec
from automl_magic.render.pieces import pieces_for
from automl_magic.render.slots import fill


def _table(n=90):
    return pd.DataFrame(
        {
            "price": ["?" if i % 4 == 0 else f"{i % 50}.{i % 7}" for i in range(n)],
            "size": [i * 7 % 31 for i in range(n)],
            "y": ["-" if i % 30 == 0 else ("no", "yes")[i * 5 % 7 < 2] for i in range(n)],
        }
    )


def test_a_plan_keeps_the_placeholders_and_its_notebooks_load_the_table_with_them(tmp_path):
    _table().to_csv(tmp_path / "t.csv", index=False)

    result = flow.plan(tmp_path / "t.csv", "y", folder=tmp_path / "plan")

    plan = result.plan
    price = plan.dataset.column("price")
    # pandas reads the column as numbers, so it needs no rule.
    assert (price.kind, price.stored_as, price.parse, price.missing) == (
        "number",
        "number",
        {},
        {"?": 23},
    )
    assert plan.classes == ("no", "yes")
    assert plan.experiment.missing == plan.dataset.missing
    assert read_spec(result.spec).missing == plan.dataset.missing
    loaded = data.load(str(tmp_path / "t.csv"), missing=plan.dataset.missing)
    assert data.fingerprint(loaded) == plan.dataset.fingerprint
    # Planning the file again finds nothing more.
    again = flow.plan(result.spec, overwrite=True).plan
    assert again.dataset.missing == plan.dataset.missing


def test_a_preview_is_the_plan(tmp_path):
    _table().to_csv(tmp_path / "t.csv", index=False)
    result = flow.plan(tmp_path / "t.csv", "y", folder=tmp_path / "plan")

    preview = flow.preview(data.load(str(tmp_path / "t.csv")), "y")

    assert preview.experiment.missing == result.plan.experiment.missing
    assert preview.classes == result.plan.classes
    again = flow.preview(data.load(str(tmp_path / "t.csv")), "y", dataset=preview.dataset)
    assert again.experiment.missing == preview.experiment.missing


def test_a_target_with_decimal_commas_is_read_alike_by_the_search_and_the_standalone_notebook(
    tmp_path,
):
    n = 120
    frame = pd.DataFrame(
        {
            "x": [i * 7 % 31 for i in range(n)],
            "y": ["-" if i % 40 == 7 else f"{1 + i % 9}.{i % 10}00,{i % 8}" for i in range(n)],
        }
    )
    frame.to_csv(tmp_path / "t.csv", index=False, sep=";")
    result = flow.plan(tmp_path / "t.csv", "y", folder=tmp_path / "plan")
    assert result.plan.task == "regression"
    table = data.load(str(tmp_path / "t.csv"), missing=result.plan.dataset.missing)

    (cell,) = [
        cell["source"]
        for cell in nbformat.read(result.notebooks["search"], as_version=4)["cells"]
        if cell["id"] == "task"
    ]
    names = {"learn": learn, "table": table, "seed": 0, "threads": 1}
    exec(cell, names)
    task = names["task"]

    expected = [1000 * (1 + i % 9) + 100 * (i % 10) + (i % 8) / 10 for i in range(n) if i % 40 != 7]
    np.testing.assert_allclose(task.y, expected)
    pieces = pieces_for(result.plan.task)
    alone = {"table": table}
    for piece in ("values", "target_number"):
        values = {"target": "y", "parse": task.parse} if piece == "target_number" else {}
        exec(fill(pieces.code("model", piece), values), alone)
    np.testing.assert_array_equal(alone["y"], task.y)
    assert len(alone["table"]) == len(task.frame)
