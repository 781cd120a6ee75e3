"""No line outside a family names one of its kinds, so that a new family is a folder and an entry.

What is looked for are the names of our own families and of their kinds, read off the list: as an
identifier (`is_` and `has_` aside) or a whole literal anywhere, and inside literals and texts where
the word is no English.
"""

import ast
import os
import re
from pathlib import Path

import pytest

from automl_magic.records.families import FAMILIES

ROOT = Path(__file__).parents[1]
TREES = ("automl_magic", "serving", "extension", "hub", "kernels", "templates")
TEXTS = (".css", ".html", ".ipynb", ".js", ".json", ".toml", ".ts", ".tsx", ".yaml")
NOT_OURS = {"__pycache__", "build", "dist", "labextension", "lib", "node_modules", "static"}

WORDS = {str(name) for family in FAMILIES for name in (family.name, *family.kinds)}
# A sentence may say them; a literal that is nothing else means the kind.
ENGLISH = {"binary", "regression"}
ROOMS = (
    "automl_magic/records/families.py",
    *(
        f"{room}/{family.name}"
        for family in FAMILIES
        for room in ("automl_magic/tasks", "automl_magic/recipe/families", "templates/notebooks")
    ),
)
# Somebody else's words: which file uses which, and whose they are.
LIBRARY_WORDS = {
    "automl_magic/batch/readers/parquet.py": ({"binary"}, "Arrow's type of bytes"),
    "automl_magic/data/sources/parquet.py": ({"binary"}, "Arrow's type of bytes"),
    "automl_magic/data/storage.py": ({"binary"}, "Arrow's type of bytes"),
    "automl_magic/learn/meta/results.json": (
        {"binary", "multiclass", "regression"},
        "data: what was found for tables of each kind",
    ),
    "automl_magic/recipe/members/catboost.py": ({"multiclass"}, "CatBoost's loss MultiClass"),
    "automl_magic/recipe/members/lightgbm.py": (
        {"binary", "multiclass", "regression"},
        "LightGBM's objectives",
    ),
    "automl_magic/recipe/members/realmlp.py": ({"tabular"}, "the title of RealMLP's paper"),
    "automl_magic/recipe/members/tabm.py": ({"tabular"}, "the title of TabM's paper"),
    "pyproject.toml": ({"binary"}, "psycopg's extra"),
    "serving/automl_magic_serving/http/infer.py": ({"binary"}, "tensors in binary, of the OIP"),
    "serving/automl_magic_serving/http/openapi/document.py": ({"binary"}, "the same, described"),
    "serving/automl_magic_serving/runtime/compiled/readers/lightgbm.py": (
        {"binary", "multiclass", "regression"},
        "LightGBM's objectives, read from a model file",
    ),
}


def named(root):
    """Yield (path, line, word) of each name of a family or a kind, outside their own rooms."""
    for path in _files(root):
        relative = path.relative_to(root).as_posix()
        if any(relative == room or relative.startswith(f"{room}/") for room in ROOMS):
            continue
        text = path.read_text("utf-8", "replace")
        for line, word in _in_python(text) if path.suffix == ".py" else _in_text(text):
            yield relative, line, word


def _files(root):
    for tree in TREES:
        for folder, folders, names in os.walk(root / tree):
            folders[:] = sorted(set(folders) - NOT_OURS)
            for name in sorted(names):
                if name.endswith((".py", *TEXTS)):
                    yield Path(folder, name)
    if (root / "pyproject.toml").exists():
        yield root / "pyproject.toml"


def _in_python(text):
    for node in ast.walk(ast.parse(text)):
        for said in _identifiers(node):
            word = said.lower().removeprefix("is_").removeprefix("has_")
            if word in WORDS:
                yield node.lineno, word
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole = node.value.strip().lower()
            if whole in WORDS:
                yield node.lineno, whole
            else:
                yield from (
                    (node.lineno, word)
                    for word in _words(node.value)
                    if word in WORDS and word not in ENGLISH
                )


def _identifiers(node):
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return [name]
        case ast.keyword(arg=str(name)):
            return [name]
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ImportFrom(module=module, names=names):
            return [*(module or "").split("."), *_imported(names)]
        case ast.Import(names=names):
            return _imported(names)
    return []


def _imported(names):
    return [part for one in names for part in (*one.name.split("."), one.asname or "")]


def _in_text(text):
    for number, line in enumerate(text.splitlines(), 1):
        yield from ((number, word) for word in _words(line) if word in WORDS)


def _words(text):
    """Return the words of a text; one with a hyphen is a word of its own, such as in CSS."""
    return [word.lower() for word in re.findall(r"[\w-]+", text)]


def is_allowed(relative, word):
    return word in LIBRARY_WORDS.get(relative, (set(), ""))[0]


@pytest.fixture(scope="module")
def of_the_tree():
    return list(named(ROOT))


def test_nothing_outside_a_family_names_it_or_one_of_its_kinds(of_the_tree):
    found = [f"{at}:{line}: {word}" for at, line, word in of_the_tree if not is_allowed(at, word)]

    assert found == []


def test_each_word_of_a_library_that_is_allowed_is_used(of_the_tree):
    used = {(at, word) for at, _, word in of_the_tree}

    assert {(at, word) for at, (words, _) in LIBRARY_WORDS.items() for word in words} <= used


def test_the_rooms_of_a_family_are_there():
    for room in ROOMS:
        if room.startswith("automl_magic/tasks") or room.endswith(".py"):
            assert (ROOT / room).exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("automl_magic/learn/planted.py", "if task == 'regression':\n    pass"),
        ("automl_magic/learn/planted.py", "ask(task=' Binary ')"),
        ("automl_magic/learn/planted.py", "of = f'{task}multiclass{task}'"),
        ("automl_magic/learn/planted.py", "if kind is TaskKind.MULTICLASS:\n    pass"),
        ("automl_magic/learn/planted.py", "def regression(rows): ..."),
        ("automl_magic/learn/planted.py", "call(binary=True)"),
        ("automl_magic/learn/planted.py", "is_binary = task.answer is Answer.TWO_CLASSES"),
        ("automl_magic/learn/planted.py", "from automl_magic.tasks.tabular import features"),
        ("automl_magic/learn/planted.py", "from automl_magic.tasks import tabular as tables"),
        ("automl_magic/learn/planted.py", "import automl_magic.tasks.tabular"),
        ("automl_magic/learn/planted.py", "path = 'notebooks/tabular/model'"),
        ("automl_magic/learn/planted.py", "fix = 'Use --task multiclass.'"),
        ("extension/src/planted.ts", 'if (kind === "binary") {'),
        ("extension/style/planted.css", ".tabular { color: red }"),
        ("templates/apps/planted.ipynb", '{"source": ["task == regression"]}'),
        ("pyproject.toml", 'kinds = ["multiclass"]'),
    ],
)
def test_a_name_that_is_planted_is_found(tmp_path, name, text):
    planted = tmp_path / name
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text)

    (found,) = named(tmp_path)
    assert found[0] == name
    assert not is_allowed(found[0], found[2])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("automl_magic/learn/planted.py", "why = 'The task is a regression: it has a number.'"),
        ("automl_magic/learn/planted.py", "large_binary = pa.large_binary()"),
        ("automl_magic/tasks/tabular/target.py", "kind = TaskKind('binary')"),
        ("automl_magic/records/families.py", "name = 'tabular'"),
        ("extension/style/planted.css", "font-variant-numeric: tabular-nums;"),
        ("extension/node_modules/planted.js", 'encoding = "binary"'),
    ],
)
def test_what_is_no_name_of_a_kind_is_not_found(tmp_path, name, text):
    planted = tmp_path / name
    planted.parent.mkdir(parents=True)
    planted.write_text(text)

    assert list(named(tmp_path)) == []
