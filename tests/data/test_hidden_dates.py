from datetime import UTC, datetime

import numpy as np
import pytest

from automl_magic.data.hidden_dates import FORMATS, find_dates, read_dates

MOMENTS = [
    datetime(2000 + i % 25, 1 + i % 12, 1 + i * 5 % 28, i % 24, i % 60, 7 * i % 60, 250_000, UTC)
    for i in range(40)
]


def _find(texts, counts=None):
    counts = np.ones(len(texts), int) if counts is None else np.array(counts)
    return find_dates(np.array(texts, object), counts)


@pytest.mark.parametrize("date_format", FORMATS)
def test_every_format_of_the_list_is_found_in_its_own_dates(date_format):
    texts = [moment.strftime(date_format) for moment in MOMENTS]
    dates = _find(texts)
    assert dates.share == 1.0
    # Two formats may write the same text (May is its own abbreviation); the dates are what counts.
    expected = read_dates(np.array(texts, object), date_format)
    assert read_dates(np.array(texts, object), dates.date_format).tolist() == expected.tolist()
    assert not np.isnat(expected).any()


def test_values_above_twelve_decide_the_order():
    day = _find(["03/04/2020", "25/12/2020"])
    assert day.date_format == "%d/%m/%Y"
    assert day.order_reason == "Day first, because there are values above 12."
    month = _find(["03/04/2020", "12/25/2020"])
    assert (month.date_format, month.is_ambiguous) == ("%m/%d/%Y", False)


def test_without_such_values_month_first_is_assumed():
    dates = _find(["03/04/2020", "05/06/2021"])
    assert (dates.date_format, dates.is_ambiguous) == ("%m/%d/%Y", True)
    assert dates.order_reason == "Month first is assumed, because no day is above 12."


def test_dots_mean_day_first():
    assert _find(["03.04.2020", "05.06.2021"]).date_format == "%d.%m.%Y"


def test_iso_with_zone_becomes_utc():
    texts = np.array(["2020-01-01T00:00:00+02:00", "2020-06-01T12:30:00Z"], object)
    assert _find(texts).date_format == "%Y-%m-%dT%H:%M:%S%z"
    assert read_dates(texts, "%Y-%m-%dT%H:%M:%S%z").astype(str).tolist() == [
        "2019-12-31T22:00:00.000000",
        "2020-06-01T12:30:00.000000",
    ]


def test_a_format_that_a_server_cannot_read_is_not_chosen():
    # pandas reads it, Python's strptime doesn't.
    assert _find(["2020-01-01 00:00:00+01", "2020-01-02 00:00:00+01"]) is None


@pytest.mark.parametrize(
    "texts",
    [
        ["a", "b"],
        ["1-2-3 apples", "4-5-6 pears"],
        ["2020-13-45", "2020-99-99"],
        ["12", "31"],
        [""],
        ["555-01-2345", "555-44-1234"],
        ["may", "june"],
    ],
)
def test_other_text_is_no_date(texts):
    assert _find(texts) is None


def test_five_percent_of_other_text_is_the_most():
    dates = [f"2020-01-{day:02d}" for day in range(1, 20)]
    assert _find([*dates, "unknown"]).n_unread == 1
    assert _find([*dates, "unknown"], [*[1] * 19, 3]) is None


def test_the_serving_side_reads_the_same_dates():
    from automl_magic.recipe.values import as_dates

    for date_format in ("%m/%d/%y %H:%M", "%d %b %Y", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %I:%M %p"):
        texts = np.array([moment.strftime(date_format) for moment in MOMENTS] + ["x", ""], object)
        np.testing.assert_array_equal(as_dates(texts, date_format), read_dates(texts, date_format))
