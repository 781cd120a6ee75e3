"""A placeholder among numbers, dates, or yes and no stands for a missing value."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.data.placeholders import lone_placeholders

NUMBERS = [f"{i},5" for i in range(20)]
DATES = [f"{1 + i:02}.03.2024" for i in range(20)]


def _find(*levels):
    return lone_placeholders(np.array(levels, object), np.ones(len(levels), int))


@pytest.mark.parametrize("rest", [NUMBERS, DATES, ["yes", "no"], ["0", "1"], ["7", "9"]])
@pytest.mark.parametrize("words", [["?"], ["-", "n/a"], [" Unknown "], ["#DIV/0!"], ["—"]])
def test_known_placeholders_are_found(rest, words):
    assert set(_find(*rest, *words, "")) == set(words)


@pytest.mark.parametrize("rest", [NUMBERS, DATES])
def test_a_lone_word_among_numbers_or_dates_is_a_placeholder(rest):
    assert _find(*rest, "zugesagt") == ("zugesagt",)
    assert _find(*rest, "zugesagt", "?") == ("?",)
    assert _find(*rest, "one", "two") == ()


@pytest.mark.parametrize(
    "levels",
    [
        ["red", "green", "unknown"],
        ["yes", "no", "maybe"],
        ["male", "female", "-"],
        ["1", "2", "3", "many"],
        ["007", "008", "?"],
        ["?"],
        ["5", "?"],
        NUMBERS,
    ],
)
def test_a_label_is_no_placeholder(levels):
    assert _find(*levels) == ()


def _frame(n=120):
    return pd.DataFrame(
        {
            "price": ["?" if i % 4 == 0 else f"{i % 50},{i % 7}" for i in range(n)],
            "active": ["-" if i % 30 == 7 else ("yes", "no")[i % 2] for i in range(n)],
            "city": [("Oslo", "-", "Lima")[i % 3] for i in range(n)],
            "y": [("no", "yes")[i * 5 % 7 < 2] if i % 30 else "-" for i in range(n)],
        }
    )


def test_the_profile_completes_the_rule_and_counts(profiled):
    dataset = profiled(_frame(), target="y")

    kinds = {column.name: (str(column.kind), dict(column.missing)) for column in dataset.columns}
    assert kinds == {
        "price": ("number", {"?": 30}),
        "active": ("boolean", {"-": 4}),
        "city": ("category", {}),
        "y": ("boolean", {"-": 4}),
    }
    assert dataset.column("y").summary["classes"] == ["no", "yes"]
    assert dataset.column("price").n_missing == 30
    assert {name: words[-1] for name, words in dataset.missing.columns.items()} == {
        "price": "?",
        "active": "-",
        "y": "-",
    }
    (finding,) = [f for f in dataset.findings if f.code == "AM016"]
    assert finding.severity == "warning"
    assert finding.detail == (
        "Text is read as missing: 'y' has '-' in 4 rows; 'price' has '?' in 30 rows; 'active' has "
        "'-' in 4 rows."
    )


def test_a_column_with_a_list_or_a_kind_of_its_own_has_no_other_placeholder(profiled):
    frame = _frame()

    listed = profiled(frame, missing=profiled(frame).missing.with_words({"city": ["Oslo"]}))
    assert listed.column("price").missing == {}
    as_label = profiled(frame, kinds={"price": "category"}).column("price")
    assert (as_label.missing, as_label.n_missing) == ({}, 0)
