"""Hostile parameters: whatever comes, what reaches the notebook is a name and a literal."""

from __future__ import annotations

import ast
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.errors import RunError
from automl_magic.execute.parameters import check_parameters, parameters_of, parse_parameter
from automl_magic.execute.translation import LiteralTranslator

KNOWN = ("seed", "budget_s", "data_source", "run_dir")

NASTY = st.one_of(
    st.text(st.characters(codec=None), max_size=30),
    st.sampled_from(
        [
            "'",
            '"',
            "\\",
            "'''",
            "\r",
            "\n",
            "\x00",
            "\ud800",
            "\u2028",
            "it's",
            "${x}",
            "{x}",
            "\\N{DASH}",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NASTY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NASTY, inner, max_size=4),
    max_leaves=12,
)
OTHERS = st.one_of(
    st.binary(max_size=4),
    st.tuples(NASTY),
    st.sets(st.integers(), min_size=1, max_size=2),
    st.complex_numbers(),
    st.builds(Path, st.just("x")),
    st.builds(object),
    st.dictionaries(st.tuples(st.integers()), st.none(), min_size=1, max_size=1),
)
NAMES = st.one_of(
    st.sampled_from(KNOWN),
    NASTY,
    st.sampled_from(["seed = 1; import os", "seed\nimport os", "Seed", "__class__", "seed ", "pm"]),
)


@settings(max_examples=400, deadline=None)
@given(name=NAMES, value=VALUES | OTHERS)
def test_a_parameter_is_refused_or_becomes_a_literal(name: str, value: Any) -> None:
    try:
        checked = check_parameters({name: value}, KNOWN)
    except RunError:
        return

    [assignment] = ast.parse(LiteralTranslator.codify(checked)).body
    assert isinstance(assignment, ast.Assign)
    [target] = assignment.targets
    assert isinstance(target, ast.Name)
    assert target.id in KNOWN
    assert ast.literal_eval(assignment.value) == json.loads(json.dumps(value))


@settings(max_examples=300, deadline=None)
@given(text=NASTY)
def test_any_text_is_read_or_refused_with_three_lines(text: str) -> None:
    try:
        name, _ = parse_parameter(text)
    except RunError:
        name = "refused"
    assert name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seed=7", 7),
        ("seed=1e-3", 0.001),
        ("seed=true", True),
        ("seed=null", None),
        ('seed=[1, {"a": 2}]', [1, {"a": 2}]),
        ("seed=a b=c", "a b=c"),
        ("seed=NaN", "NaN"),
        ("seed=-Infinity", "-Infinity"),
        ('seed="7"', "7"),
        ("seed=", ""),
    ],
)
def test_a_value_is_json_or_else_text(text: str, value: object) -> None:
    assert parse_parameter(text) == ("seed", value)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    name, value = parse_parameter("seed=1e400")

    assert math.isinf(value)
    with pytest.raises(RunError, match="Can't set the parameter"):
        check_parameters({name: value}, KNOWN)


def test_a_wrong_name_gets_the_near_miss() -> None:
    with pytest.raises(RunError) as caught:
        check_parameters({"budget": 3}, KNOWN)

    assert (caught.value.what, caught.value.why, caught.value.fix) == (
        "The notebook has no parameter 'budget'.",
        "Its parameters are: seed, budget_s, data_source.",
        "Use -p budget_s=…",
    )


def test_the_folder_of_a_run_is_not_for_anybody_to_set() -> None:
    with pytest.raises(RunError, match="no parameter 'run_dir'"):
        check_parameters({"run_dir": "/"}, KNOWN)


def test_a_notebook_without_parameters_says_so() -> None:
    with pytest.raises(RunError) as caught:
        check_parameters({"seed": 1}, ())

    assert "no cell tagged 'parameters'" in caught.value.why


def test_names_are_read_from_the_parameters_cell_alone() -> None:
    source = """
%matplotlib inline
seed: int = 7  # the seed
budget_s = 60
a = b = 1
text = '''
hidden = 1
'''
(x, y) = 1, 2
folder.attribute = 3
BIG = 4
annotated: int
if seed:
    inner = 5
"""
    cells = [
        {"cell_type": "code", "source": "other = 1", "metadata": {}},
        {
            "cell_type": "code",
            "source": source.splitlines(keepends=True),
            "metadata": {"tags": ["parameters"]},
        },
    ]

    assert parameters_of({"cells": cells}) == ("seed", "budget_s", "a", "b", "text")


@pytest.mark.parametrize("source", ["seed = ", "\x00", "(" * 500])
def test_a_parameters_cell_that_is_no_python_has_no_names(source: str) -> None:
    cell = {"cell_type": "code", "source": source, "metadata": {"tags": ["parameters"]}}

    assert parameters_of({"cells": [cell]}) == ()


def test_another_language_has_no_parameters_that_we_could_write() -> None:
    cell = {"cell_type": "code", "source": "seed = 1", "metadata": {"tags": ["parameters"]}}
    metadata = {"kernelspec": {"name": "ir", "language": "R"}}

    assert parameters_of({"cells": [cell], "metadata": metadata}) == ()
