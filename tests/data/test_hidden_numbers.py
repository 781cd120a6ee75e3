import numpy as np
import pytest

from automl_magic.data.hidden_numbers import find_numbers, read_numbers


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


def test_the_serving_side_reads_the_same_numbers():
    from automl_magic.recipe.values import as_numbers

    for texts in (["$1,200", "-$3.50", "12 %"], ["1.234,5", "7,25 €"], ["1 234", "5\u00a0678,5"]):
        levels = np.array(texts, object)
        parse = _find(texts).parse
        np.testing.assert_array_equal(as_numbers(levels, parse), read_numbers(levels, parse))
