"""The standalone notebook is the engine's model: run cell by cell, it gives the same scores."""

import contextlib
import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from automl_magic.data import load, load_code, profile, read_call
from automl_magic.data.sources.bundled import NAMES
from automl_magic.errors import RenderError
from automl_magic.recipe import encode_target, fit_recipe, select_columns
from automl_magic.recipe.combine import Blend, CalibrationMethod, Calibrator
from automl_magic.records import CellLink, Split, SplitKind
from automl_magic.records.data.missing import DEFAULT_MISSING
from automl_magic.render import render_model, to_script
from automl_magic.render.pieces import pieces_for
from automl_magic.render.slots import fill
from automl_magic.tasks.metrics import metrics_for, score
from automl_magic.tasks.splits import holdout_rows

BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0].startswith("automl_magic"):
            raise ImportError("a standalone notebook needs no " + name)
sys.meta_path.insert(0, Blocker())
exec(compile(open(sys.argv[1], encoding="utf-8").read(), "model.py", "exec"), {})
"""


def run_cells(notebook, folder):
    """Run the code cells in one namespace, and return it with what the last cell printed."""
    names = {}
    with contextlib.chdir(folder):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile(cell["source"], cell["id"], "exec"), names)
    return names, json.loads(printed.getvalue())


def the_table(recipe, dataset, folder):
    """Return the table as the notebook loads it."""
    cells = {
        cell["id"]: cell["source"] for cell in render_model(recipe, load_code(dataset))["cells"]
    }
    names = {}
    with contextlib.chdir(folder):
        exec(cells.get("parameters", ""), names)
        exec(cells["load"], names)
    return names["table"]


def engine(recipe, frame):
    """Return the holdout score of the engine, and its model of all rows."""
    frame = frame[frame[recipe.target].notna()].reset_index(drop=True)
    y = encode_target(
        select_columns(frame, [recipe.target])[recipe.target], recipe.task, recipe.classes
    )
    column = recipe.split.column
    columns = select_columns(frame, [column]) if column else {}
    development, holdout = holdout_rows(recipe.split, y, columns)
    fitted = fit_recipe(recipe, frame, rows=development)
    held_out = frame.iloc[holdout]
    classes = recipe.task.has_classes
    predicted = fitted.predict_proba(held_out) if classes else fitted.predict(held_out)
    engine_score = score(recipe.metric, y[holdout], predicted, threshold=fitted.threshold)
    expected = {"metric": recipe.metric, "score": engine_score, "rows": len(holdout)}
    return expected, fit_recipe(recipe, frame)


def test_the_notebook_predicts_new_rows_as_the_engine_does(recipe, dataset, folder_of_customers):
    names, _ = run_cells(render_model(recipe, load_code(dataset)), folder_of_customers)
    table = the_table(recipe, dataset, folder_of_customers)
    new = table.iloc[10:20].assign(city="Malmö", age=None)
    _, fitted = engine(recipe, table)

    assert names["predict"](new).tolist() == fitted.predict(new).tolist()
    # The rows of the table themselves are new rows too, once it is trained.
    assert names["predict"](names["table"]).tolist() == fitted.predict(table).tolist()


def test_the_probabilities_are_named_by_the_classes(folder_of_customers, binary):
    recipe, dataset = binary
    names, _ = run_cells(render_model(recipe, load_code(dataset)), folder_of_customers)
    probabilities = names["predict_proba"](names["table"].head(3))

    assert tuple(probabilities.columns) == recipe.classes
    assert np.allclose(probabilities.sum(axis=1), 1.0)


def test_every_metric_of_the_task_is_the_one_of_the_engine(
    recipe, dataset, folder_of_customers, changed
):
    member = changed(recipe.members[-1], weight=1.0)
    table = the_table(recipe, dataset, folder_of_customers)
    for name in metrics_for(recipe.task):
        changed_recipe = changed(recipe, metric=name, members=(member,))
        _, printed = run_cells(
            render_model(changed_recipe, load_code(dataset)), folder_of_customers
        )
        expected, _ = engine(changed_recipe, table)

        assert printed["metric"] == name
        assert printed["score"] == pytest.approx(expected["score"], abs=1e-12), name


def test_every_split_measures_on_the_rows_of_the_engine(
    recipe, dataset, folder_of_customers, changed
):
    member = changed(recipe.members[-1], weight=1.0)
    splits = [
        Split(kind=SplitKind.KFOLD, folds=3, holdout=0.3, seed=1),
        Split(kind=SplitKind.GROUPED, folds=3, holdout=0.3, seed=1, column="street"),
        Split(kind=SplitKind.TIME, folds=3, holdout=0.3, seed=1, column="since"),
    ]
    if recipe.task.has_classes:
        splits.append(Split(kind=SplitKind.STRATIFIED, folds=3, holdout=0.3, seed=1))
    for split in splits:
        changed_recipe = changed(recipe, members=(member,), split=split)
        _, printed = run_cells(
            render_model(changed_recipe, load_code(dataset)), folder_of_customers
        )
        expected, _ = engine(
            changed_recipe, the_table(changed_recipe, dataset, folder_of_customers)
        )

        assert printed == expected, split.kind


def test_without_a_holdout_there_is_no_score(recipe, dataset, folder_of_customers, changed):
    changed_recipe = changed(recipe, split=changed(recipe.split, holdout=0.0))
    notebook = render_model(changed_recipe, load_code(dataset))
    _, printed = run_cells(notebook, folder_of_customers)

    assert printed == {"metric": recipe.metric, "score": None, "rows": 0}
    ids = {cell["id"] for cell in notebook["cells"]}
    assert {"holdout", "metric"}.isdisjoint(ids)
    # Groups and the order in time are needed still, for the folds within the training rows.
    assert ("split" in ids) == (changed_recipe.split.kind in (SplitKind.GROUPED, SplitKind.TIME))


def test_rows_without_a_target_are_left_out_as_the_engine_does(
    recipe, dataset, folder_of_customers, changed
):
    path = folder_of_customers / dataset.source
    table = the_table(recipe, dataset, folder_of_customers)
    table.loc[[3, 17, 30], recipe.target] = None
    for form, write in {
        "csv": table.to_csv,
        "parquet": table.to_parquet,
        "jsonl": lambda p, index: table.to_json(p, orient="records", lines=True),
    }.items():
        if dataset.read["format"] == form:
            write(path, index=False)

    _, printed = run_cells(render_model(recipe, load_code(dataset)), folder_of_customers)
    expected, _ = engine(recipe, the_table(recipe, dataset, folder_of_customers))

    assert printed == expected


def test_the_notebook_scores_as_the_engine_where_we_are_not(recipe, dataset, folder_of_customers):
    script = folder_of_customers / "model.py"
    script.write_text(to_script(render_model(recipe, load_code(dataset))), encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-c", BLOCKED, str(script)],
        cwd=folder_of_customers,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    expected, _ = engine(recipe, the_table(recipe, dataset, folder_of_customers))
    assert json.loads(result.stdout) == expected


def dataset_at(source, **rule):
    """Return the profile of a table as a plan has it."""
    table = load(str(source), count_missing=True, **rule)
    return profile(table, name="table", source=str(source), read=read_call(table))


HARD = pd.DataFrame(
    {
        "code": ["007", "08", "9", None],
        "sold_at": ["2020-01-01", "2020-01-02", None, "x"],
        "2019": [1, 2, 3, 4],
        "ratio": [0.1, 1e-17, 0.30000000000000004, None],
        "big": [2**53 + 1, 2, 3, 4],
        "flag": [True, False, True, True],
        "text; with, signs": ['a "quote"', "two\nlines", "tab\there", "ü€"],
        "y": ["a", "b", "a", "b"],
    }
)


@pytest.mark.parametrize(
    "name", ["t.csv", "t.tsv", "t.csv.gz", "t.parquet", "t.jsonl", "t.json", "t.jsonl.gz"]
)
def test_the_notebook_reads_the_table_that_the_engine_read(name, tmp_path, binary):
    path = tmp_path / name
    if ".csv" in name or ".tsv" in name:
        HARD.to_csv(path, index=False, sep="\t" if ".tsv" in name else ";")
    elif name.endswith(".parquet"):
        HARD.to_parquet(path)
    else:
        HARD.to_json(path, orient="records", lines="jsonl" in name)
    recipe, _ = binary

    table = the_table(recipe, dataset_at(path), tmp_path)

    pd.testing.assert_frame_equal(table, load(str(path)))


WORDS = pd.DataFrame(
    {
        "city": ["NA", "", "Oslo", "None", None, "-"],
        "kind": pd.Categorical(["NA", "a", "", "b", None, "a"]),
        "paid": ["1.5", "?", "-999", "3", "NA", ""],
        "age": [31.0, -999.0, 40.5, None, 20.0, 50.0],
        "y": ["a", "b", "a", "b", "a", "b"],
    }
)
RULES = [
    {},
    {"all": [""]},
    {"all": ["", "NA", "-"]},
    {"columns": {"paid": ["NA", "?", "-999"], "age": ["-999"], "city": ["-"]}},
    {"columns": {"paid": [*DEFAULT_MISSING, "?"]}},
    {"all": ["NA"], "columns": {"age": ["-999"]}},
]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("t.csv", RULES[1]),
        ("t.csv", RULES[4]),
        ("t.csv", RULES[5]),
        ("t.parquet", RULES[3]),
        ("t.jsonl", RULES[3]),
        *(
            pytest.param(name, rule, marks=pytest.mark.long)
            for name in ("t.csv", "t.parquet", "t.jsonl", "t.json")
            for rule in RULES
        ),
    ],
)
def test_the_notebook_marks_the_missing_values_that_the_engine_marked(name, rule, tmp_path, binary):
    path = tmp_path / name
    if name == "t.csv":
        WORDS.to_csv(path, index=False)
    elif name == "t.parquet":
        WORDS.to_parquet(path)
    else:
        WORDS.to_json(path, orient="records", lines="jsonl" in name)
    recipe, _ = binary

    table = the_table(recipe, dataset_at(path, missing=rule), tmp_path)

    loaded = load(str(path), missing=rule)
    pd.testing.assert_frame_equal(table.isna(), loaded.isna())
    for column in WORDS:
        assert table[column].dropna().tolist() == loaded[column].dropna().tolist()


def test_a_column_of_words_and_numbers_is_read_as_words(tmp_path, binary):
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"x": 2.0, "y": "a"}\n{"x": "b", "y": "b"}\n{"x": null, "y": "a"}\n')
    recipe, _ = binary

    table = the_table(recipe, dataset_at(path), tmp_path)

    assert table["x"].fillna("").tolist() == load(str(path))["x"].fillna("").tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_dataset_is_loaded_as_the_engine_loads_it(name, binary, tmp_path):
    source = f"sklearn:{name}"
    recipe, _ = binary

    table = the_table(recipe, dataset_at(source), tmp_path)

    pd.testing.assert_frame_equal(table, load(source))


def test_the_notebook_lists_what_it_imports_with_the_versions_that_made_it(recipe, dataset, task):
    metadata = render_model(recipe, load_code(dataset))["metadata"]["automl"]

    assert (
        metadata["requirements"]
        == {
            "binary": [
                "catboost==1.0.0",
                "lightgbm==2.0.0",
                "numpy==3.0.0",
                "pandas==4.0.0",
                "scikit-learn==7.0.0",
                "threadpoolctl==9.0.0",
            ],
            "multiclass": [
                "numpy==3.0.0",
                "pandas==4.0.0",
                "scikit-learn==7.0.0",
                "threadpoolctl==9.0.0",
                "xgboost==8.0.0",
            ],
            "regression": [
                "lightgbm==2.0.0",
                "numpy==3.0.0",
                "pandas==4.0.0",
                "pyarrow==5.0.0",
                "scikit-learn==7.0.0",
                "threadpoolctl==9.0.0",
            ],
        }[task]
    )


def test_the_notebook_keeps_where_it_came_from(binary):
    recipe, dataset = binary
    link = CellLink(run_id="20250101-abc", notebook="output.ipynb", cell_id="candidate-lightgbm")

    notebook = render_model(recipe, load_code(dataset), trial_link=link)

    assert notebook["metadata"]["automl"]["link"] == link.to_json()


def test_a_version_that_is_none_is_refused(binary, changed):
    recipe, dataset = binary
    broken = changed(recipe, versions={**recipe.versions, "numpy": "1; rm -rf ~"})

    with pytest.raises(RenderError) as raised:
        render_model(broken, load_code(dataset))

    assert raised.value.what == "The recipe's version of numpy isn't valid."
    assert raised.value.why == "It's '1; rm -rf ~', so the recipe was changed after the search."


def test_a_metric_that_leads_out_of_the_folder_is_refused(binary, changed):
    recipe, dataset = binary
    with pytest.raises(RenderError, match="no template piece"):
        render_model(changed(recipe, metric="x/../../search/load"), load_code(dataset))


def test_names_that_no_cell_can_have_become_numbers(binary, changed, folder_of_customers):
    recipe, dataset = binary
    views = {"Größe\n": recipe.views["tree"], "x" * 100: recipe.views["dense"]}
    names = dict(zip(recipe.views, views, strict=True))
    odd = changed(
        recipe,
        views=views,
        members=tuple(
            changed(member, name=f"№ {i}", view=names[member.view])
            for i, member in enumerate(recipe.members)
        ),
    )
    notebook = render_model(odd, load_code(dataset))
    ids = {cell["id"] for cell in notebook["cells"]}
    _, printed = run_cells(notebook, folder_of_customers)
    expected, _ = engine(recipe, the_table(recipe, dataset, folder_of_customers))

    assert {f"member-{i + 1}" for i in range(len(recipe.members))} | {"view-1"} <= ids
    assert printed == expected


@pytest.mark.parametrize("blend", Blend)
@pytest.mark.parametrize(
    "calibration",
    [
        Calibrator(method=CalibrationMethod.TEMPERATURE, temperature=1.4, shift=(0.2, -0.3)),
        Calibrator(method=CalibrationMethod.ISOTONIC, x=(0.1, 0.5, 0.9), y=(0.0, 0.4, 1.0)),
    ],
    ids=lambda calibration: calibration.method,
)
def test_blends_and_calibrations_are_those_of_the_engine(
    blend, calibration, binary, folder_of_customers, changed
):
    recipe, dataset = binary
    changed_recipe = changed(recipe, blend=blend, calibration=calibration, metric="log_loss")
    notebook = render_model(changed_recipe, load_code(dataset))
    names, printed = run_cells(notebook, folder_of_customers)
    expected, fitted = engine(
        changed_recipe, the_table(changed_recipe, dataset, folder_of_customers)
    )

    assert printed == pytest.approx(expected, abs=1e-9)
    table = names["table"]
    np.testing.assert_allclose(
        names["predict_proba"](table).to_numpy(), fitted.predict_proba(table), rtol=0, atol=1e-9
    )
    ids = [cell["id"] for cell in notebook["cells"]]
    assert ids.index("combine") < ids.index("calibrate") < ids.index("blend")


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl"])
def test_the_notebook_marks_words_that_the_planned_table_lacks(name, tmp_path, binary):
    path, recipe = tmp_path / name, binary[0]

    def write(table):
        if name == "t.parquet":
            table.to_parquet(path)
        else:
            table.to_json(path, orient="records", lines=True)

    write(WORDS.assign(city="Oslo", kind="a", paid="1"))
    dataset = dataset_at(path)
    write(WORDS)

    table = the_table(recipe, dataset, tmp_path)

    pd.testing.assert_frame_equal(table.isna(), load(str(path)).isna())


@pytest.mark.parametrize(
    ("kind", "rule", "value"),
    [
        ("label", None, 1.2345678901234568e18),
        ("number", {"decimal": "."}, "1,5"),
        ("boolean", ["True", "False"], "maybe"),
        ("date", "%d.%m.%Y", "01/31/2024"),
    ],
)
def test_a_column_in_another_notation_stops_the_notebook(recipe, kind, rule, value):
    pieces = pieces_for(recipe.task)
    names = {"table": pd.DataFrame({"code": [value] * 20})}
    exec(pieces.code("model", "values"), names)

    with pytest.raises(ValueError, match="'code'"):
        exec(fill(pieces.code("model", "check"), {"columns": [["code", kind, rule]]}), names)
