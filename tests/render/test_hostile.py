"""Data never becomes code: whatever a column or a value is called, only constants change."""

import ast
import json
import subprocess
import sys
import warnings

import pandas as pd
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from automl_magic.data import load, load_code, profile, read_call
from automl_magic.files.templates import templates_folder
from automl_magic.render import (
    code_cell,
    fill,
    render_explore,
    render_model,
    render_search,
    to_text,
)
from automl_magic.render.notebook import assemble
from automl_magic.render.slots import find_slots

NOTEBOOKS = templates_folder() / "notebooks"
PIECES = {
    path.relative_to(NOTEBOOKS).as_posix(): path.read_text("utf-8")
    for path in sorted(NOTEBOOKS.rglob("*.py"))
}
WITH_SLOTS = {name: text for name, text in PIECES.items() if find_slots(text)}
TO_PYTHON = TransformerManager()


def parsed(source):
    """Return the tree of a cell as IPython would run it, and the constants in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "a" in [] and the like are odd, and no matter here
        tree = ast.parse(TO_PYTHON.transform_cell(source))
    constants = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            constants.append(node.value)
            node.value, node.kind = None, None
    return ast.dump(tree), constants


def put_into(piece, value):
    return fill(piece, {slot.name: value for slot in find_slots(piece)})


def check_pieces(names):
    benign = {
        piece: parsed(put_into(text, {"plain": ["plain"]})) for piece, text in WITH_SLOTS.items()
    }
    differing = []
    for name in names:
        for piece, text in WITH_SLOTS.items():
            skeleton, constants = benign[piece]
            tree, values = parsed(put_into(text, {name: [name]}))
            expected = [name if value == "plain" else value for value in constants]
            if (tree, values) != (skeleton, expected):
                differing.append((piece, name))
    return differing


def test_no_name_changes_the_code_of_any_piece(nasty_names):
    assert check_pieces(nasty_names(60)) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_none_of_two_thousand_names_changes_the_code_of_any_piece(nasty_names):
    assert check_pieces(nasty_names(2_000)) == []


COLUMNS = ("customer", "age", "paid", "active", "city", "street", "since", "note")
VALUES = ("yes", "no", "basic", "plus", "pro", "spent", "churn", "plan")


def new_names(pool, i):
    """Return other names for all columns and values, all different, the i-th of the pool first."""
    new_name_of = {}
    for k, old in enumerate((*COLUMNS, *VALUES)):
        name = pool[(i + k) % len(pool)]
        new_name_of[old] = name if name not in new_name_of.values() else f"{name}{k}"
    return new_name_of


def notebooks(plan, recipe, dataset):
    return {
        "search": render_search(plan),
        "explore": render_explore(plan),
        "model": render_model(recipe, load_code(dataset)),
    }


def check_notebooks(pool, plan, recipe, dataset, rename):
    def trees(names):
        rendered = notebooks(rename(plan, names), rename(recipe, names), rename(dataset, names))
        return {
            (kind, cell["id"]): parsed(cell["source"])
            if cell["cell_type"] == "code"
            else (cell["source"], [])
            for kind, notebook in rendered.items()
            for cell in notebook["cells"]
        }

    # The benign names are longer than a line, as the nasty ones may be: order is all that counts.
    benign = {old: f"plain name {i}" for i, old in enumerate((*COLUMNS, *VALUES))}
    expected = trees(benign)
    differing = []
    for i in range(0, len(pool), len(COLUMNS)):
        names = new_names(pool, i)
        back = {benign[old]: name for old, name in names.items()}
        for key, (skeleton, constants) in trees(names).items():
            values = [back.get(value, value) for value in expected[key][1]]
            if (skeleton, constants) != (expected[key][0], values):
                differing.append((key, names))
    return differing


def test_no_name_changes_the_code_of_a_notebook(nasty_names, plan, recipe, dataset, rename):
    assert check_notebooks(nasty_names(200), plan, recipe, dataset, rename) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_none_of_two_thousand_names_changes_the_code_of_a_notebook(
    nasty_names, plan, recipe, dataset, rename
):
    assert check_notebooks(nasty_names(2_000), plan, recipe, dataset, rename) == []


def test_data_stands_in_no_comment_or_prose(nasty_names, plan, recipe, dataset, rename):
    word = "zanzibar"
    names = {old: f"{word} {i}" for i, old in enumerate((*COLUMNS, *VALUES))}
    rendered = notebooks(rename(plan, names), rename(recipe, names), rename(dataset, names))
    for notebook in rendered.values():
        for cell in notebook["cells"]:
            assert word not in cell["id"]
            assert word not in "".join(cell["metadata"]["tags"])
            if cell["cell_type"] == "markdown":
                assert word not in cell["source"]
            else:
                # What is left after the parser has seen it has no comments.
                assert cell["source"].count(word) == ast.unparse(ast.parse(cell["source"])).count(
                    word
                )


# Runs notebooks as a kernel would, and reports what touched the canary.
RUNNER = """
import json, os, sys, traceback
from IPython.core.interactiveshell import InteractiveShell

fired = []
def watch(event, arguments):
    if event in ("os.system", "subprocess.Popen", "socket.connect", "os.exec", "os.posix_spawn"):
        if "canary" in repr(arguments):
            fired.append((event, repr(arguments)))
    elif event == "open" and str(arguments[0]).endswith("canary"):
        fired.append((event, repr(arguments)))
sys.addaudithook(watch)

failed = []
for path in sys.argv[1:]:
    os.chdir(os.path.dirname(path))
    shell = InteractiveShell.instance()
    shell.reset()
    for cell in json.load(open(path, encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            result = shell.run_cell("".join(cell["source"]), silent=True)
            if not result.success:
                error = result.error_in_exec or result.error_before_exec
                failed.append([path, cell["id"], repr(error)])
                break
    shell.reset()
open(os.environ["REPORT"], "w").write(json.dumps({"fired": fired, "failed": failed}))
"""


def run_watched(paths, folder):
    """Run notebooks, and return which of them failed and what touched the canary."""
    report = folder / "report.json"
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNER, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        env={"REPORT": str(report), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    assert report.exists(), result.stderr[-3000:]
    return json.loads(report.read_text("utf-8"))


def test_the_watch_sees_a_canary(tmp_path):
    cells = [
        code_cell("shell", "!touch canary"),
        code_cell("open", "open('canary', 'w').close()"),
    ]
    path = tmp_path / "bad.ipynb"
    path.write_text(to_text(assemble(cells, kind="model")), encoding="utf-8")

    assert {event for event, _ in run_watched([path], tmp_path)["fired"]} >= {"open"}
    assert (tmp_path / "canary").exists()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_of_fifty_hostile_tables_none_fires_a_canary(
    nasty_names, customers, plan, recipe, dataset, rename, changed, tmp_path, task
):
    pool = [name for name in nasty_names(600, whole_characters=True) if name.strip()]
    paths = []
    for i in range(17):  # times three kinds of task
        names = new_names(pool, i * len(COLUMNS) * 2)
        folder = tmp_path / str(i)
        folder.mkdir()
        table = customers.rename(columns=names)
        for column in table:
            if pd.api.types.is_string_dtype(table[column]):
                table[column] = table[column].replace(names)
        source = str(folder / "table.parquet")
        table.to_parquet(source)
        loaded = load(source)
        there = profile(loaded, name="table", source=source, read=read_call(loaded))
        hostile = changed(rename(plan, names), dataset=there)
        rendered = {
            "explore": render_explore(hostile),
            "model": render_model(rename(recipe, names), load_code(there)),
        }
        for kind, notebook in rendered.items():
            paths.append(folder / f"{kind}.ipynb")
            paths[-1].write_text(to_text(notebook), encoding="utf-8")

    assert run_watched(paths, tmp_path) == {"fired": [], "failed": []}
    assert list(tmp_path.rglob("canary*")) == []
