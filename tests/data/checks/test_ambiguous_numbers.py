import pandas as pd
import pytest


def _table(texts):
    return pd.DataFrame({"x": texts * 30, "y": [1, 2] * (15 * len(texts))})


@pytest.mark.parametrize(
    ("texts", "example"),
    [
        (["1,234", "5,678"], "1,234 is read as 1234"),
        (["1.234", "5.678"], "1.234 is read as 1.234"),
        (["950 €", "1.234 €"], "1.234 is read as 1234"),
    ],
)
def test_a_column_that_reads_in_two_ways_is_reported(run_check, texts, example):
    finding = run_check(_table(texts), "AM014")

    assert finding.detail == f"Numbers can be read in two ways. In 'x', {example}."
    assert finding.columns == ("x",)


@pytest.mark.parametrize(
    "texts", [["0,125", "5,678"], ["1,234,567", "5,678"], ["1,5", "2,125"], ["1234", "5678"]]
)
def test_one_clear_value_settles_it(run_check, texts):
    assert run_check(_table(texts), "AM014") is None
