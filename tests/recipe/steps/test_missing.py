"""The count and the pattern of missing cells."""

import numpy as np

from automl_magic.recipe import fit_view
from automl_magic.records import StepSpec, TaskKind


def fit(table, **params):
    spec = StepSpec(kind="missing", columns=tuple(table), params=params)
    return fit_view([spec], table, None, TaskKind("binary"))


def test_the_most_frequent_pattern_is_0_and_rare_ones_share_a_number():
    a = [None] * 5 + ["x"] * 15
    b = [1.0] * 2 + [np.nan] * 3 + [1.0] * 14 + [np.nan]
    view, matrix = fit({"a": np.array(a, dtype=object), "b": np.array(b)}, min_share=0.1)

    assert view.names == ("missing cells", "missing pattern")
    assert matrix.tolist() == [[1, 2]] * 2 + [[2, 1]] * 3 + [[0, 0]] * 14 + [[1, 3]]
    assert view.transform_row({"a": "x", "b": 1}) == [0.0, 0.0]
    assert view.transform_row({}) == [2.0, 1.0]


def test_the_count_tells_two_patterns_apart():
    view, _ = fit({"a": np.array([np.nan, 1.0]), "b": np.array(["NaT", "2020"], dtype="M8[D]")})

    assert view.names == ("missing cells",)


def test_one_column_with_gaps_says_it_by_itself():
    view, matrix = fit({"a": np.array([np.nan, 1.0]), "b": np.array([1, 2])})

    assert view.names == ()
    assert matrix.shape == (2, 0)
