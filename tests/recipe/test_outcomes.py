"""The same label, written in another way, is the same class; anything else isn't guessed."""

import decimal

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import UNREAD

YES = (1, 1.0, "1", "1.0", " 1 ", "1e0", True, "True", "true", "TRUE", "yes", "Yes", "y", "t")
NO = (0, 0.0, "0", "0.0", False, "False", "false", "no", "No", "N", "f")


@pytest.mark.parametrize(
    "classes",
    [(0, 1), (0.0, 1.0), ("0", "1"), (False, True), ("no", "yes"), ("N", "Y"), ("yes", "no")],
    ids=str,
)
def test_yes_and_no_are_the_same_in_every_spelling(classes):
    reader = OutcomeReader(classes)
    no, yes = classes[::-1] if classes == ("yes", "no") else classes

    for value in (*YES, np.True_, np.int64(1), np.float32(1), decimal.Decimal(1)):
        assert reader.read(value) is yes, value
    for value in (*NO, np.False_, np.int8(0), decimal.Decimal("0.0")):
        assert reader.read(value) is no, value
    for value in ("maybe", 2, "2", -1, 0.5, "1 2", "", [], {"a": 1}):
        assert reader.read(value) is UNREAD, value


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT], ids=str)
def test_a_missing_outcome_is_none_yet(missing):
    assert OutcomeReader((0, 1)).read(missing) is None
    assert OutcomeReader(()).read(missing) is None


def test_texts_for_a_missing_value_are_no_outcome():
    assert OutcomeReader((0, 1), missing=("", "-")).read("-") is None
    assert OutcomeReader((0, 1)).read("-") is UNREAD


def test_labels_are_compared_as_text_then_without_case_and_blanks_then_as_numbers():
    reader = OutcomeReader(("gold", "Silver", 3))

    assert [reader.read(value) for value in ("gold", " GOLD", "silver", 3.0, "3", "3.00")] == [
        "gold",
        "gold",
        "Silver",
        3,
        3,
        3,
    ]
    assert reader.read("yes") is UNREAD
    assert OutcomeReader(("a", "A")).read(" a") is UNREAD  # it could be either
    assert OutcomeReader(("a", "A")).read("A") == "A"


def test_codes_stay_codes():
    reader = OutcomeReader(("007", "7a", "1234567890123456789"))

    assert reader.read("007") == "007"
    assert reader.read(7) is UNREAD
    assert reader.read(1234567890123456789) == "1234567890123456789"
    assert reader.read(1234567890123456788) is UNREAD


def test_words_mean_yes_and_no_only_if_the_classes_do():
    assert OutcomeReader(("churned", "stayed")).read("yes") is UNREAD
    assert OutcomeReader(("1", "2")).read(True) is UNREAD
    assert OutcomeReader(("0", "1", "2")).read("yes") is UNREAD


def test_numbers_are_read_by_the_rules_of_the_target():
    plain, commas = OutcomeReader(()), OutcomeReader((), {"decimal": ",", "thousands": "."})

    assert [plain.read(v) for v in (3, 2.5, "2.5", "-1e3", "$4", "(5)")] == [
        3.0,
        2.5,
        2.5,
        -1000.0,
        4.0,
        -5.0,
    ]
    assert commas.read("1.234,5") == 1234.5
    for value in ("1,5", "n/a", True, "yes", float("inf"), "", [1]):
        assert plain.read(value) is UNREAD, value


def test_the_valid_values_are_named():
    assert OutcomeReader(("no", "yes")).expected == "one of 'no', 'yes'"
    assert OutcomeReader(()).expected == "a number"
    assert OutcomeReader(range(12)).expected.endswith("8, 9 or 2 others")


def test_the_classes_of_several_versions_are_read_together():
    reader = OutcomeReader.of_all([("no", "yes"), ("maybe", "no", "yes")])

    assert reader.classes == ("no", "yes", "maybe")
