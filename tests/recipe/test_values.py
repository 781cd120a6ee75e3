"""One value, an array of values and a pandas column are read alike, whatever they hold."""

# ruff: noqa: DTZ001 - a moment is kept in UTC without a zone

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from automl_magic.recipe.values import (
    as_dates,
    as_numbers,
    as_text,
    category_text,
    is_missing_value,
    missing_mask,
    to_float,
    to_utc_datetime,
)
from tests.number_texts import RULES as NUMBER_RULES
from tests.number_texts import TEXTS

RULES = [
    None,
    {"decimal": "."},
    {"decimal": ".", "thousands": ","},
    {"decimal": ",", "thousands": "."},
    {"decimal": ",", "thousands": " "},
    {"thousands": "'"},
]
FORMATS = [
    None,
    "%d/%m/%Y",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y%m%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%z",
    "%b %d, %Y",
]

any_text = st.text(st.characters(), max_size=12)
number_like = st.from_regex(r"\A[ $€+-]{0,2}[0-9., ']{0,8}(e[0-9]{1,4})?[ %€]?\Z")
date_like = st.one_of(
    st.datetimes().map(str),
    st.dates().map(str),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=30)))).map(str),
    st.dates().map(lambda day: f"{day.day}/{day.month}/{day.year}"),
    st.dates().map(lambda day: f" {day.year}{day.month:02d}{day.day:02d}\n"),
)
values = st.one_of(
    any_text,
    number_like,
    date_like,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.floats(width=32).map(np.float32),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.booleans().map(np.bool_),
    st.decimals(),
    st.binary(max_size=6),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.timedeltas(),
    st.sampled_from(
        [pd.NA, pd.NaT, np.datetime64("NaT"), np.str_("a"), 10**5000, [1], {}, (1, "a")]
    ),
    st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(pd.Timestamp),
)


ABSURD = category_text(10**5000)


def objects(items):
    return np.fromiter(items, dtype=object, count=len(items))


def same(one, other):
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@given(st.lists(values, max_size=8), st.sampled_from(RULES))
def test_numbers_one_by_one_and_together(items, rule):
    one_by_one = [to_float(item, rule) for item in items]
    same(as_numbers(objects(items), rule), one_by_one)
    assert all(math.isnan(number) or abs(number) < 3.5e38 for number in one_by_one)


@given(st.lists(values, max_size=8))
@example([Decimal("NaN"), np.float32("nan"), np.timedelta64("NaT"), pd.NaT, "", "nan"])
def test_missing_values_are_those_of_pandas(items):
    items = [item for item in items if not (isinstance(item, Decimal) and item.is_snan())]
    assert missing_mask(objects(items)).tolist() == [is_missing_value(item) for item in items]
    assert [is_missing_value(item) for item in items] == [pd.isna(item) is True for item in items]


@given(st.lists(values, max_size=8))
def test_texts_one_by_one_and_together(items):
    assert as_text(objects(items)) == [category_text(item) for item in items]


@given(st.lists(values, max_size=8), st.sampled_from(FORMATS))
def test_dates_one_by_one_and_together(items, date_format):
    one_by_one = [to_utc_datetime(item, date_format) for item in items]
    same(as_dates(objects(items), date_format), np.array(one_by_one, dtype="datetime64[us]"))


@given(st.lists(values, max_size=8), st.sampled_from(RULES), st.sampled_from(FORMATS))
@example([Decimal("NaN"), 10**400, float("inf"), 1e39], None, None)
@example(["1e39", "-1e-400", "٣", "1_000", "nan", "+.5", "5."], None, None)
@settings(max_examples=300)
def test_the_readers_of_a_standalone_notebook_read_the_same(readers, items, rule, date_format):
    # These are in no file that a notebook reads.
    absurd = (np.datetime64, np.timedelta64)
    items = [
        item for item in items if not isinstance(item, absurd) and category_text(item) != ABSURD
    ]
    items = [item for item in items if not (isinstance(item, Decimal) and item.is_snan())]
    column = pd.Series(objects(items), dtype=object)

    same(readers["as_numbers"](column, rule), as_numbers(objects(items), rule))
    assert readers["as_text"](column) == as_text(objects(items))
    same(readers["as_dates"](column, date_format), as_dates(objects(items), date_format))


@pytest.mark.parametrize("rule", [None, *NUMBER_RULES], ids=str)
def test_the_readers_of_a_standalone_notebook_read_the_same_number_texts(readers, rule):
    texts = np.array(TEXTS[::5], object)

    same(readers["as_numbers"](pd.Series(texts), rule), as_numbers(texts, rule))


TYPED = {
    "float": pd.Series([1.0, 2.5, -0.0, np.nan, np.inf, 1e300, 2.0**53, 1e22]),
    "float32": pd.Series([0.1, np.nan, 3.0], dtype="float32"),
    "int": pd.Series([1, -7, 2**53 + 1, 2**62]),
    "uint8": pd.Series([0, 255], dtype="uint8"),
    "bool": pd.Series([True, False]),
    "str": pd.Series(["1", "1.50", None, "", "x"], dtype="str"),
    "category": pd.Series(["b", None, "a"], dtype="category"),
    "category of numbers": pd.Series([3, 1, None], dtype="category"),
    "Int64": pd.Series([1, None, 2**60], dtype="Int64"),
    "Float64": pd.Series([1.5, None], dtype="Float64"),
    "boolean": pd.Series([True, None, False], dtype="boolean"),
    "datetime ns": pd.Series(pd.to_datetime(["2024-02-29 12:00:00.123456789", None])),
    "datetime s": pd.Series(np.array(["1600-01-01", "NaT", "2500-06-01"], dtype="datetime64[s]")),
    "datetime with zone": pd.Series(
        pd.to_datetime(["2024-03-31 01:30:00+01:00", None], utc=True)
    ).dt.tz_convert("Europe/Oslo"),
    "timedelta": pd.Series(pd.to_timedelta(["1 days", None, "-1.5s"])),
    "timedelta objects": pd.Series([timedelta(1), None], dtype=object),
    "decimal": pd.Series([Decimal("1.50"), None, Decimal(2**62 + 1)], dtype=object),
    "uint64": pd.Series([2**64 - 1, 2**64 - 2], dtype="uint64"),
    "datetime s out of range": pd.Series(np.array(["20000-01-01"], dtype="datetime64[s]")),
    "mixed": pd.Series([1, 1.0, "1", True, None, 2.5, "a"], dtype=object),
}


@pytest.mark.parametrize("kind", TYPED)
def test_every_type_of_column_is_read_as_its_values_are(kind, readers):
    from automl_magic.recipe import select_columns

    column = TYPED[kind]
    array = select_columns({"x": column}, ["x"])["x"]
    items = list(column)

    same(as_numbers(array), [to_float(item) for item in items])
    assert as_text(array) == [category_text(item) for item in items]
    dates = np.array([to_utc_datetime(item) for item in items], dtype="datetime64[us]")
    same(as_dates(array), dates)
    assert missing_mask(array).tolist() == column.isna().tolist()
    same(readers["as_numbers"](column), as_numbers(array))
    assert readers["as_text"](column) == as_text(array)
    same(readers["as_dates"](column), as_dates(array))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1", "1"),
        (np.int8(1), "1"),
        (np.float32(1), "1"),
        (Decimal("1.0"), "1"),
        (True, "True"),
        (np.False_, "False"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e22, "1e+22"),
        (2**53 + 1, "9007199254740993"),
        ("", ""),
        (" a\x00", " a\x00"),
        ("\ud800", "\ud800"),
        (b"a", "a"),
        (float("inf"), "inf"),
        (None, None),
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (Decimal("NaN"), None),
        (date(2024, 1, 31), "2024-01-31T00:00:00"),
        (pd.Timestamp("2024-01-31 05:00:00+05:00"), "2024-01-31T00:00:00"),
        (np.datetime64("2024-01-31"), "2024-01-31T00:00:00"),
        (pd.Timedelta("1 days"), "86400"),
        (np.timedelta64(1500, "ms"), "1.5"),
        (Decimal(1234567890123456789), "1234567890123456789"),
        (Decimal("1234567890123456789.00"), "1234567890123456789"),
        (np.uint64(2**64 - 1), "18446744073709551615"),
    ],
)
def test_the_text_of_a_category(value, text):
    assert category_text(value) == text


@pytest.mark.parametrize(
    ("value", "rule", "number"),
    [
        (" $1,200.50 ", RULES[2], 1200.5),
        ("-€ 5", None, -5.0),
        ("-€5", None, -5.0),
        ("12 %", None, 12.0),
        ("1.200,5", RULES[3], 1200.5),
        ("1 200,5", RULES[4], 1200.5),
        ("1\u202f200,5", RULES[4], 1200.5),
        ("1.5", RULES[4], math.nan),
        ("1'200", RULES[5], 1200.0),
        ("12,5", RULES[2], math.nan),
        ("1,23", RULES[2], math.nan),
        ("1,2345", RULES[2], math.nan),
        ("12,34,567.5", RULES[2], 1234567.5),
        ("1.200.000", RULES[3], 1200000.0),
        ("1.5,2", RULES[3], math.nan),
        ("(1,234)", RULES[2], -1234.0),
        ("($ 12.50)", None, -12.5),
        ("(-3)", None, math.nan),
        ("−4", None, -4.0),
        ("1e3,000", RULES[2], math.nan),
        ("1e3", None, 1000.0),
        ("1_000", None, math.nan),
        ("٣", None, math.nan),
        ("nan", None, math.nan),
        ("inf", None, math.nan),
        ("1e999", None, math.nan),
        ("", None, math.nan),
        (True, None, 1.0),
        (np.True_, None, 1.0),
        (float("-inf"), None, math.nan),
        (1e300, None, math.nan),
        (10**400, None, math.nan),
        (None, None, math.nan),
        (pd.NA, None, math.nan),
        (b"5", None, math.nan),
        (1j, None, math.nan),
        (np.datetime64("2024-01-01"), None, math.nan),
        (timedelta(1), None, 86_400.0),
        (pd.Timedelta("1.5s"), None, 1.5),
        (np.timedelta64("NaT"), None, math.nan),
    ],
)
def test_the_number_in_a_value(value, rule, number):
    same(to_float(value, rule), number)


@pytest.mark.parametrize(
    ("value", "date_format", "moment"),
    [
        ("2024-02-29", None, datetime(2024, 2, 29)),
        (" 2024-02-29T23:59:59.5Z ", None, datetime(2024, 2, 29, 23, 59, 59, 500_000)),
        ("2024-01-01 05:00:00+05:00", None, datetime(2024, 1, 1)),
        ("31/01/2024", "%d/%m/%Y", datetime(2024, 1, 31)),
        ("30/02/2024", "%d/%m/%Y", None),
        (
            "2024-02-29 10:00:00.1234567",
            "%Y-%m-%d %H:%M:%S.%f",
            datetime(2024, 2, 29, 10, 0, 0, 123_456),
        ),
        ("2024-02-29T10:00:00.123456789Z", None, datetime(2024, 2, 29, 10, 0, 0, 123_456)),
        ("2024-01-31", "%d/%m/%Y", datetime(2024, 1, 31)),
        ("2024-01-31 10:30", "%d.%m.%Y %H:%M", datetime(2024, 1, 31, 10, 30)),
        ("20240131", "%d/%m/%Y", None),
        (20240131, "%Y%m%d", datetime(2024, 1, 31)),
        (20240131.0, "%Y%m%d", datetime(2024, 1, 31)),
        (20240131, None, None),
        ("\ud800", None, None),
        (np.datetime64("20000-01-01"), None, None),
        (np.datetime64("2024-01-31T01"), None, datetime(2024, 1, 31, 1)),
        (pd.NaT, None, None),
        ("0001-01-01T00:00:00+05:00", None, None),
    ],
)
def test_the_date_in_a_value(value, date_format, moment):
    assert to_utc_datetime(value, date_format) == moment
