import pytest

from automl_magic.display.numbers import (
    format_file_size,
    format_milliseconds,
    format_score_interval,
    format_score_on_rows,
)
from automl_magic.records import Score


@pytest.mark.parametrize(
    ("n_bytes", "shown"),
    [
        (None, "–"),
        (0, "0 kB"),
        (3_900, "4 kB"),
        (2.4e6, "2.4 MB"),
        (310e6, "310 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_sizes_are_readable(n_bytes, shown):
    assert format_file_size(n_bytes) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.0731, "0.073 ms"), (12.3, "12 ms"), (1234.0, "1.2 s")]
)
def test_latencies_are_readable(value, shown):
    assert format_milliseconds(value) == shown


def test_a_score_is_shown_with_its_rows_or_with_why_it_is_undefined():
    defined = Score(metric="roc_auc", score=0.9, rows=20, low=0.8, high=0.95)
    undefined = Score(metric="roc_auc", score=None, rows=1, undefined="all rows have one class")

    assert format_score_on_rows(defined) == "0.9000 [0.8000, 0.9500] on 20 rows"
    assert format_score_on_rows(undefined) == (
        "undefined on 1 row, because all rows have one class"
    )
    assert format_score_interval(undefined) == "undefined, because all rows have one class"
