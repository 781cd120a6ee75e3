import re

import numpy as np
import pytest

from automl_magic.data.hidden_numbers import find_numbers, read_numbers
from automl_magic.recipe.values import to_float
from tests.number_texts import RULES, TEXTS


def _find(texts, counts=None):
    counts = np.ones(len(texts), int) if counts is None else np.array(counts)
    return find_numbers(np.array(texts, object), counts)


@pytest.mark.parametrize(
    ("texts", "parse", "numbers"),
    [
        (["29.85", "1889.5", " 7 ", "-3"], {"decimal": "."}, [29.85, 1889.5, 7, -3]),
        (["1,234", "12,345,678.9", "5"], {"decimal": ".", "thousands": ","}, [1234, 12345678.9, 5]),
        (["1.234,5", "7,25"], {"decimal": ",", "thousands": "."}, [1234.5, 7.25]),
        (["0,5", "1,25"], {"decimal": ","}, [0.5, 1.25]),
        (["1 234", "5\u00a0678,5"], {"decimal": ",", "thousands": " "}, [1234, 5678.5]),
        (["$1,200", "-$3.50", "$-4"], {"decimal": ".", "thousands": ","}, [1200, -3.5, -4]),
        (["45%", "7.5 %"], {"decimal": "."}, [45, 7.5]),
        (["12 €", "3,5 €"], {"decimal": ","}, [12, 3.5]),
        (["1e3", "2.5E-4"], {"decimal": "."}, [1000, 2.5e-4]),
        (["1'234", "2'345.5"], {"decimal": ".", "thousands": "'"}, [1234, 2345.5]),
        (["1,234", "5,678"], {"decimal": ".", "thousands": ","}, [1234, 5678]),
        (["0,125", "0,9", "5,678"], {"decimal": ","}, [0.125, 0.9, 5.678]),
        (["(56.00)", "7.5", "($ 1.25)"], {"decimal": "."}, [-56, 7.5, -1.25]),
        (["\u22125", "3.5"], {"decimal": "."}, [-5, 3.5]),
        (
            ["1,23,456", "12,34,567.5", "9"],
            {"decimal": ".", "thousands": ","},
            [123456, 1234567.5, 9],
        ),
        (["1\u00a0234", "5\u2009678"], {"decimal": ".", "thousands": " "}, [1234, 5678]),
        (["1\u2019234.5", "2'000"], {"decimal": ".", "thousands": "'"}, [1234.5, 2000]),
        (["1'234,5", "2'000"], {"decimal": ",", "thousands": "'"}, [1234.5, 2000]),
        (["950 €", "1.234 €"], {"decimal": ",", "thousands": "."}, [950, 1234]),
        (["1.234 €", "1.659 €"], {"decimal": "."}, [1.234, 1.659]),
    ],
)
def test_the_rule_that_reads_all_values_is_found(texts, parse, numbers):
    rule = _find(texts)
    assert rule.parse == parse
    assert read_numbers(np.array(texts, object), parse).tolist() == numbers


def test_blanks_do_not_count_against_a_rule():
    rule = _find([" ", "", "1.5", "2.5"], [30, 30, 20, 20])
    assert (rule.parse, rule.share, rule.n_unread) == ({"decimal": "."}, 1.0, 60)


def test_five_percent_of_other_text_is_the_most():
    assert _find(["?", "1", "2"], [5, 50, 45]).share == 0.95
    assert _find(["?", "1", "2"], [6, 50, 44]) is None


@pytest.mark.parametrize(
    "texts",
    [
        ["00501", "10001"],
        ["a", "b"],
        ["1-2", "3-4"],
        ["1.2.3", "4.5.6"],
        ["12,34,56", "1,2"],
        ["2020-01-01"],
        [""],
        ["١٢", "٣٤"],
        ["+", "-"],
    ],
)
def test_codes_and_versions_are_no_numbers(texts):
    assert _find(texts) is None


def test_what_a_rule_cannot_read_is_missing():
    read = read_numbers(np.array(["1,5", "x", "", "2.5"], object), {"decimal": ","})
    np.testing.assert_array_equal(read, [1.5, np.nan, np.nan, np.nan])


@pytest.mark.parametrize("rule", [rule for rule in RULES if len(set(rule.values())) > 1], ids=str)
def test_what_is_found_is_what_is_read(rule):
    for text in TEXTS[:: 1 if rule == {"decimal": ".", "thousands": ","} else 11]:
        number, rule_found = to_float(text, rule), _find([text])
        if rule_found is None:
            # Leading zeros are codes, although the reader reads them.
            assert np.isnan(number) or re.match("[^0-9.,]*0[0-9]", text), text
        else:
            assert not np.isnan(to_float(text, rule_found.parse)), text
