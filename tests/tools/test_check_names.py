"""Names that say nothing are found wherever they are bound, and the code has none of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.tools.check_names import bindings, main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "for one in range(3): pass",
        "def run(said): pass",
        "def _shown(): pass",
        "[told for told in range(3)]",
        "(asked := 1)",
        "match 1:\n    case kept: pass",
        "with open('f') as found: pass",
    ],
)
def test_a_name_that_says_nothing_is_found(source):
    assert [line for line, _ in bindings(ast.parse(source))] == [source.count("\n") + 1]


@pytest.mark.parametrize("source", ["run = 1", "x.found", "f(one=1)", "is_known = True"])
def test_other_names_pass(source):
    assert list(bindings(ast.parse(source))) == []


def test_the_code_has_no_such_name(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    assert main(["automl_magic", "extension", "serving"]) == 0, capsys.readouterr().out
