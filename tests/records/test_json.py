"""Every JSON that the product writes is standard: no NaN and no infinity."""

import ast
import json
import math
from pathlib import Path

import pytest

import automl_magic
from automl_magic.records.codec import digest_of, dumps, find_non_finite, json_text

ROOT = Path(automl_magic.__file__).parents[1]
PACKAGES = ("automl_magic", "serving", "extension/automl_magic_lab", "hub", "kernels")


def read_strictly(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} isn't JSON"))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_becomes_null(number):
    document = {"a": [1.5, number, {"b": (number, 2)}], "c": number, "d": "NaN"}

    expected = {"a": [1.5, None, {"b": [None, 2]}], "c": None, "d": "NaN"}
    assert read_strictly(dumps(document)) == expected
    assert read_strictly(json_text(document, separators=(",", ":"))) == expected
    assert digest_of(document) == digest_of(expected)


def test_finite_numbers_are_written_exactly():
    assert read_strictly(dumps([0.1, 1e308, -0.0, 5e-324, 10**30])) == [
        0.1, 1e308, -0.0, 5e-324, 10**30,
    ]  # fmt: skip


def test_a_circular_document_is_an_error_and_not_an_endless_loop():
    document = []
    document.append(document)

    with pytest.raises((ValueError, RecursionError)):
        dumps(document)


def test_the_first_number_that_is_not_finite_is_found_by_its_path():
    assert find_non_finite({"a": [1.0, {"b": math.nan}]}) == ("a", 1, "b")
    assert find_non_finite({"a": [1.0, None, "NaN", True]}) is None


def modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not {"node_modules", "tests"} & set(path.relative_to(ROOT).parts):
                yield path


def is_json_writer(node):
    """Whether a node is a call of `json.dump` or `json.dumps`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("dump", "dumps")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "json"
    )


def test_no_code_writes_json_that_could_hold_nan():
    unsafe = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if is_json_writer(node) and "allow_nan" not in {keyword.arg for keyword in node.keywords}
    ]

    assert unsafe == [], "use json_text or dumps of records.codec, or allow_nan=False"
