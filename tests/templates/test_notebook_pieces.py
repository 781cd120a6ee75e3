"""Every piece of a notebook is valid, whole, used, and (in a model) free of us."""

import ast
import re

import pytest

from automl_magic.data.sources.bundled import NAMES
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.registry import BUILT_IN
from automl_magic.files.templates import templates_folder
from automl_magic.recipe import member
from automl_magic.recipe.registry import builtin_estimators
from automl_magic.recipe.steps import code_pieces, step_class
from automl_magic.recipe.steps.base import STEP_CLASSES
from automl_magic.records import SplitKind
from automl_magic.records.families import kinds
from automl_magic.render.requirements import imported_modules
from automl_magic.render.slots import find_slots
from automl_magic.secrets import standalone_code
from automl_magic.tasks.metrics import METRICS

NOTEBOOKS = templates_folder() / "notebooks"
PIECES = sorted(path.relative_to(NOTEBOOKS).as_posix() for path in NOTEBOOKS.rglob("*.py"))
PROSE = sorted(path.relative_to(NOTEBOOKS).as_posix() for path in NOTEBOOKS.rglob("*.md"))
MODEL = [piece for piece in PIECES if "sources/" in piece or piece.split("/")[1] == "model"]


def names(pattern):
    shared = f"shared/model/{pattern}.py"
    return {found[1] for piece in MODEL if (found := re.fullmatch(shared, piece))}


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_is_python_with_named_slots(piece):
    for slot in find_slots((NOTEBOOKS / piece).read_text("utf-8")):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", slot.name)


@pytest.mark.parametrize("piece", MODEL)
def test_a_piece_of_a_model_imports_public_packages_alone(piece):
    source = (NOTEBOOKS / piece).read_text("utf-8")

    public = {
        "numpy",
        "pandas",
        "pyarrow",
        "sklearn",
        "threadpoolctl",
        "torch",
        *builtin_estimators(),
    }
    assert imported_modules(source) <= public
    assert "automl" not in source


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_holds_no_decision_of_its_own_about_slots(piece):
    """The plan chose the pieces: a slot never stands in the condition of an `if`."""
    tree = ast.parse((NOTEBOOKS / piece).read_text("utf-8"))
    tests = [ast.unparse(node.test) for node in ast.walk(tree) if isinstance(node, ast.If)]

    assert not [test for test in tests if "slot(" in test]


@pytest.mark.parametrize("piece", PROSE)
def test_prose_is_static(piece):
    text = (NOTEBOOKS / piece).read_text("utf-8")

    assert "slot(" not in text
    assert "{" not in text


def test_there_is_a_piece_for_every_kind_of_step():
    assert names(r"steps/((?!folds_)\w+)") == set(code_pieces([*STEP_CLASSES, "select"]))
    assert names(r"view_(\w+)") == {*STEP_CLASSES, "select"}


@pytest.mark.parametrize("kind", STEP_CLASSES)
def test_a_view_fills_every_parameter_of_a_step(kind):
    slots = {
        slot.name
        for slot in find_slots((NOTEBOOKS / f"shared/model/view_{kind}.py").read_text("utf-8"))
    }
    more = {"n_classes"} if step_class(kind).reads_target else set()

    assert slots == {"columns", *step_class(kind).defaults, *more}


def test_there_is_a_piece_for_every_member_and_task():
    pieces = {
        member(name).template_piece(task) for name in builtin_estimators() for task in kinds()
    }

    assert names(r"members/(\w+)") == {piece.removesuffix(".py") for piece in pieces}


def test_there_is_a_piece_for_every_metric():
    assert names(r"metric_(\w+)") == set(METRICS)


def test_there_is_a_piece_for_every_split():
    assert names(r"split_(\w+)") == {kind.value for kind in SplitKind}


def test_training_rows_are_divided_again_as_each_split_keeps_them_apart():
    assert names(r"steps/folds_(\w+)") == {"grouped", "time"}


def test_there_is_a_piece_for_every_source_and_every_place_of_a_secret():
    sources = {path.stem for path in (NOTEBOOKS / "sources").iterdir()}
    files = {source.name for source in BUILT_IN if isinstance(source, FileSource)}
    places = {"env:NAME": "env", "file:/run/secret": "file", "file:/run/secret#key": "file_key"}

    assert {standalone_code(place)[0] for place in places} == {
        f"credential_{name}" for name in places.values()
    }
    assert sources == {
        *files,
        "excel",
        "zip",
        "parquet_index",
        "parquet_exact",
        "jsonl_exact",
        "jsonl_mixed",
        "missing_default",
        "missing_more",
        "missing_rule",
        *(f"sklearn_{name}" for name in NAMES),
        *(f"credential_{name}" for name in places.values()),
    }
