"""What a group column and a time column say, whatever their values are."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe.order import group_codes, n_earlier


@pytest.mark.parametrize(
    "values",
    [
        ["b", "a", "b", None, float("nan"), "c"],
        [2, 1, 2, 3],
        [2.5, float("nan"), 2.5, 0.0],
        [True, False, None, True],
        np.array(["2020-01-01", "NaT", "2020-01-01"], dtype="datetime64[s]"),
        pd.array([1, None, 2, 1], dtype="Int64"),
    ],
)
def test_groups_are_numbered_as_pandas_does_and_rows_without_one_come_last(values):
    theirs, names = pd.factorize(pd.Series(values))
    alone = theirs < 0
    theirs[alone] = len(names) + np.arange(alone.sum())

    assert group_codes(values).tolist() == theirs.tolist()


def test_rows_without_a_group_are_groups_of_their_own():
    assert group_codes(["a", None, "b", float("nan"), "a", None]).tolist() == [0, 2, 1, 3, 0, 4]


@pytest.mark.parametrize(
    ("values", "earlier"),
    [
        ([3, 1, 2, 1], [3, 0, 2, 0]),
        ([1.0, float("nan"), 0.5], [2, 0, 1]),
        (["2021", "2020-06", "2020-06-01", None], [3, 1, 1, 0]),
        ([date(2020, 1, 2), datetime(2020, 1, 1, 12, tzinfo=UTC), pd.NaT], [2, 1, 0]),
        ([" 2020-01-02", "2020-01-01T00:00:00Z ", "x"], [2, 1, 0]),
        (np.array(["2020-01-02", "NaT"], dtype="datetime64[D]"), [1, 0]),
    ],
)
def test_rows_are_counted_that_are_strictly_earlier(values, earlier):
    assert n_earlier(values, None).tolist() == earlier


def test_a_format_reads_dates_hidden_in_text():
    assert n_earlier(["02/01/2020", "01/02/2020", "31/12/2019"], "%d/%m/%Y").tolist() == [1, 2, 0]


def test_a_column_without_times_is_refused_with_the_form_that_was_expected():
    with pytest.raises(PlanError) as refused:
        n_earlier(["a", "b"], "%d/%m/%Y")

    assert refused.value.why == (
        "None of its 2 values is a number, a date, or text in the format '%d/%m/%Y'."
    )
