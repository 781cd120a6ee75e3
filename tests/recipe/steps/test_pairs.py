"""interaction, cross, group and elapsed by hand."""

import numpy as np
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe import fit_view
from automl_magic.recipe.steps.interaction import combine_columns, combine_numbers
from automl_magic.recipe.steps.relevance import centred_ranks, even_rows, relevance
from automl_magic.records import StepSpec, TaskKind


@pytest.mark.parametrize("sign", "+-*/")
def test_a_result_that_is_not_finite_is_missing(sign):
    edge = [0.0, -0.0, 1.0, -2.5, 3e38, 1e-300, np.nan]
    left, right = (grid.ravel() for grid in np.meshgrid(edge, edge))
    results = combine_columns(left, sign, right)

    one_by_one = [
        combine_numbers(a, sign, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(results, one_by_one)
    assert not np.isinf(results).any()
    assert np.isnan(combine_numbers(1.0, "/", 0.0))


def test_noise_has_no_interactions():
    rng = np.random.default_rng(0)
    table = {f"x{i}": rng.normal(size=2_000) for i in range(10)}
    names = []
    for seed in range(5):
        y = np.random.default_rng(seed).integers(0, 2, 2_000)
        spec = StepSpec(kind="interaction", columns=tuple(table))
        names += fit_view([spec], table, y, TaskKind("binary"))[0].names

    assert len(names) < 10  # of 900


def test_a_sum_of_two_effects_is_no_interaction():
    rng = np.random.default_rng(0)
    table = {"a": rng.normal(size=3_000), "b": rng.normal(size=3_000) + 10.0}
    spec = StepSpec(kind="interaction", columns=("a", "b"))
    names = fit_view([spec], table, table["a"] + table["b"], TaskKind("regression"))[0].names

    assert names == ("a + b",)


def test_columns_without_any_value_are_no_trouble():
    table = {"a": np.full(50, np.nan), "b": np.full(50, 3.0), "c": np.array([None] * 50)}
    y = np.arange(50.0)
    specs = [
        StepSpec(kind="interaction", columns=("a", "b", "c")),
        StepSpec(kind="cross", columns=("a", "b", "c")),
        StepSpec(kind="group", columns=("c", "b", "a"), params={"by": ["c", "b"]}),
    ]
    for spec in specs:
        view, matrix = fit_view([spec], table, y, TaskKind("regression"))

        assert view.names == ()
        assert matrix.shape == (50, 0)
        assert view.transform_row({"a": 1.0}) == []


def test_two_levels_together_have_the_mean_of_their_rows():
    table = {
        "a": np.array(["u", "v"] * 100, dtype=object),
        "b": np.array(["x", "x", "y", "y"] * 50, dtype=object),
    }
    y = ((table["a"] == "u") == (table["b"] == "x")).astype(int)
    spec = StepSpec(kind="cross", columns=("a", "b"), params={"smoothing": 2.0})
    view, matrix = fit_view([spec], table, y, TaskKind("binary"))

    assert view.names == ("a and b: mean target", "a and b: log count")
    assert view.transform_row({"a": "u", "b": "x"}) == pytest.approx([51 / 52, np.log(51)])
    assert view.transform_row({"a": "u"}) == view.transform_row({"a": "w", "b": "x"}) == [0.5, 0.0]
    # Out of fold: the mean that a training row sees is not the one that a new row sees.
    assert (matrix[:, 0] != view.transform(table)[:, 0]).all()


def test_a_number_is_measured_against_its_category():
    rng = np.random.default_rng(0)
    city = np.array(["low", "high"] * 300, dtype=object)
    above = rng.normal(size=600)
    table = {"city": city, "rent": above + 50.0 * (city == "high")}
    spec = StepSpec(kind="group", columns=("city", "rent"), params={"by": ["city"]})
    view, _ = fit_view([spec], table, above, TaskKind("regression"))

    assert view.names == ("rent - mean of city", "mean rent of city")
    difference, mean = view.transform_row({"city": "high", "rent": 53.0})
    assert (difference, mean) == pytest.approx((3.0, 50.0), abs=0.3)
    assert view.transform_row({"city": "new", "rent": 25.0}) == pytest.approx([0.0, 25.0], abs=0.3)
    assert np.isnan(view.transform_row({"city": "high"})[0])


def test_a_category_that_is_no_column_is_refused():
    spec = StepSpec(kind="group", columns=("a",), params={"by": ["b"]})
    with pytest.raises(PlanError) as caught:
        fit_view([spec], {"a": np.array([1.0])}, np.array([1.0]), TaskKind("regression"))
    assert caught.value.why == "'b' isn't one of its columns."


def test_the_days_from_one_date_to_another():
    table = {
        "ordered": np.array(["2024-02-28", "2024-03-01", "NaT"], dtype="M8[s]"),
        "sent": np.array(["2024-03-01T12:00:00", "2024-02-29", "2024-01-01"], dtype=object),
        "paid": np.array(["01.03.2024", None, "x"], dtype=object),
    }
    spec = StepSpec(
        kind="elapsed",
        columns=("ordered", "sent", "paid"),
        params={"date_formats": {"paid": "%d.%m.%Y"}, "most": 2},
    )
    view, matrix = fit_view([spec], table, None, TaskKind("binary"))

    assert view.names == ("days from ordered to sent", "days from ordered to paid")
    np.testing.assert_array_equal(matrix, [[2.5, 2.0], [-1.0, np.nan], [np.nan, np.nan]])


def test_ranks_are_those_of_pandas(train):
    import pandas as pd

    X = np.column_stack([train["age"], train["children"], train["empty"], np.ones(len(train))])
    ranks = pd.DataFrame(X).rank()

    np.testing.assert_array_equal(centred_ranks(X), (ranks - ranks.mean()).fillna(0.0))


def test_two_classes_may_be_seen_as_a_number_or_as_classes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 3)).round(1), rng.integers(0, 2, 500)

    np.testing.assert_allclose(
        relevance(X, y, TaskKind("binary"), 2),
        relevance(X, y, TaskKind("multiclass"), 2),
        atol=1e-9,
    )


def test_even_rows_reach_from_end_to_end():
    assert even_rows(5, 10).tolist() == [0, 1, 2, 3, 4]
    rows = even_rows(100_001, 11)
    assert rows.tolist() == list(range(0, 100_001, 10_000))
