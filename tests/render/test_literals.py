import ast
import math
from collections import OrderedDict
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.errors import RenderError
from automl_magic.render import literal

TEXT = st.text(alphabet=st.characters(codec=None), max_size=30)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


class Loud(str):
    __slots__ = ()

    def __repr__(self):
        return "__import__('os').system('touch canary')"


class Fraction(float):
    def __repr__(self):
        return "exit()"


class Word(StrEnum):
    ONE = "one"


@given(JSON, st.integers(0, 8), st.integers(0, 120))
def test_a_literal_is_read_back_as_the_same_value(value, indent, before):
    text = literal(value, indent=4 * indent, before=before)

    assert text.isascii()
    assert ast.literal_eval(text) == value
    assert repr(ast.literal_eval(text)) == repr(value)


@given(TEXT)
def test_text_is_one_line_of_ascii(value):
    text = literal(value)

    assert text.isprintable()
    assert text.isascii()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("plain", '"plain"'),
        ("a\r\u2028b\x00", r'"a\r\u2028b\x00"'),
        ("\ud800", r'"\ud800"'),
        (-0.0, "-0.0"),
        (1e-5, "1e-05"),
        (10**25, "10000000000000000000000000"),
        ([], "[]"),
        ({}, "{}"),
        ({"a": [1, None, True]}, '{"a": [1, None, True]}'),
    ],
)
def test_a_value_is_written_as_a_person_would(value, text):
    assert literal(value) == text


def test_a_long_list_gets_a_line_for_each_element():
    columns = [f"column_{i}" for i in range(8)]

    assert literal(columns, before=90).splitlines() == [
        "[",
        *(f'    "column_{i}",' for i in range(8)),
        "]",
    ]


def test_only_the_parts_that_are_too_long_are_broken():
    value = {"short": [1, 2], "long": ["x" * 60, "y" * 60]}

    assert literal(value, indent=4).splitlines() == [
        "{",
        '        "short": [1, 2],',
        '        "long": [',
        f'            "{"x" * 60}",',
        f'            "{"y" * 60}",',
        "        ],",
        "    }",
    ]


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (math.nan, "it isn't finite"),
        (math.inf, "it isn't finite"),
        ([-math.inf], "it isn't finite"),
        ((1, 2), "it isn't a JSON type"),
        ({1, 2}, "it isn't a JSON type"),
        (b"bytes", "it isn't a JSON type"),
        (Path("x"), "it isn't a JSON type"),
        (1j, "it isn't a JSON type"),
        (object(), "it isn't a JSON type"),
        (Loud("x"), "it isn't a JSON type"),
        ([Loud("x")], "it isn't a JSON type"),
        (Fraction(1), "it isn't a JSON type"),
        (Word.ONE, "it isn't a JSON type"),
        (OrderedDict(a=1), "it isn't a JSON type"),
        ({1: "a"}, "one of its keys has type int"),
        ({Loud("x"): 1}, "one of its keys has type Loud"),
        (10**5000, "it has too many digits"),
        (nested(51), "it's nested more than 50 deep"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_value_is_refused(value, why):
    with pytest.raises(RenderError) as raised:
        literal(value)

    assert raised.value.what.endswith(" into a notebook.")
    assert raised.value.why == f"Values become Python literals, but {why}."
    assert raised.value.fix.startswith("Use None, a boolean, a finite number")


def test_fifty_brackets_are_not_too_deep():
    assert ast.literal_eval(literal(nested(49))) == nested(49)
