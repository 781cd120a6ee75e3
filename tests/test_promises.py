"""What is promised is checked: light imports, arrows, tested errors, decisions, a clean tree."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from automl_magic import errors

ROOT = Path(__file__).resolve().parents[1]
VERBS = (
    "data",
    "planning",
    "render",
    "execute",
    "learn",
    "explain",
    "track",
    "register",
    "monitor",
)


def modules_after(*arguments: str) -> set[str]:
    code = (
        "import sys, runpy\n"
        "try:\n    exec(sys.argv[1])\n"
        "except SystemExit:\n    pass\n"
        "print('\\n' + '\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


HEAVY = {
    "numpy",
    "pandas",
    "sklearn",
    "mlflow",
    "lightgbm",
    "xgboost",
    "catboost",
    "matplotlib",
    "papermill",
    "nbformat",
    "IPython",
}


def test_importing_the_package_loads_nothing_heavy():
    assert modules_after("import automl_magic") & HEAVY == set()


def test_the_help_of_the_command_loads_nothing_heavy():
    code = "import sys; sys.argv = ['automl', '--help']; from automl_magic.cli import main; main()"

    assert modules_after(code) & HEAVY == set()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_package_begins_with_its_arrow(verb):
    first = (ROOT / "automl_magic" / verb / "__init__.py").read_text("utf-8").splitlines()[0]

    assert re.match(rf'"""{verb}: .+ → .+', first)


def test_every_error_is_raised_somewhere():
    source = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "automl_magic").rglob("*.py")
        if path.name != "errors.py"
    )
    leaves = [
        kind.__name__
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.AutomlMagicError) and not kind.__subclasses__()
    ]

    assert [name for name in leaves if not re.search(rf"\b{name}\(", source)] == []


def test_every_error_is_tested_somewhere():
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    leaves = [
        kind.__name__
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.AutomlMagicError) and not kind.__subclasses__()
    ]

    assert [name for name in leaves if name not in tests] == []


def test_every_error_stands_in_the_drawing_of_the_tree():
    names = [
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if kind.__module__ == errors.__name__
    ]

    assert [name for name in names if name not in (errors.__doc__ or "")] == []


def test_every_decision_names_a_test_that_exists():
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    named = {
        path.name: re.findall(
            r"`((?:tests|\.ci)/[^`]*)`", path.read_text("utf-8").split("**Tests.**")[1]
        )
        for path in records
    }

    assert records
    assert {
        name: [p for p in paths if not (ROOT / p).exists()] for name, paths in named.items()
    } == {name: [] for name in named}
    assert all(named.values())


def tracked_files() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).exists()]


def test_no_tracked_file_names_a_package_registry_or_a_machine():
    # Written in two parts, so that this file does not find itself.
    forbidden = re.compile(
        r'"resolved": *"http|https?://[^ /"]+/(simple|packages/[0-9a-f]{2})/|(?<![\w.])/(wo'
        "rk|fa"
        "rm)/"
    )
    found = []
    for path in tracked_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match.group()}" for match in forbidden.finditer(text)
        ]

    assert found == []


def test_the_constraints_hold_exact_versions_alone():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert [line for line in lines if not re.match(r"^[A-Za-z0-9._-]+==[^ ]+( ; .*)?$", line)] == []
