"""What may be varied, and how far."""

import pytest

from automl_magic.learn.candidate import CandidateSpec
from automl_magic.learn.strategies.spaces import learning_rates, position_of, space_of
from automl_magic.recipe import Range, member
from automl_magic.recipe.registry import builtin_estimators

SPACES = {name: member(name).space for name in builtin_estimators() if member(name).space}


def test_boosters_forests_and_the_linear_model_are_varied():
    varied = {"catboost", "extra_trees", "lightgbm", "linear", "random_forest", "xgboost"}

    assert set(SPACES) == varied


@pytest.mark.parametrize("values", [one for space in SPACES.values() for one in space.values()])
def test_a_usual_value_has_a_place_in_its_range(values):
    assert values.low < values.high
    assert values.default is None or values.low <= values.clip(values.default) <= values.high


def test_near_is_a_part_of_the_range_about_a_value():
    assert Range(0.0, 1.0).narrow(0.5, 0.2) == Range(0.3, 0.7)
    assert Range(0.0, 1.0).narrow(0.9, 0.2) == Range(0.7, 1.0)
    assert Range(1.0, 100.0, log=True).narrow(10.0, 0.25) == Range(3.162, 31.62, log=True)


def test_near_a_whole_number_there_is_always_another():
    narrow = Range(4, 8, integer=True).narrow(8, 0.01)

    assert (narrow.low, narrow.high) == (7, 8)
    narrow = Range(1, 8, log=True, integer=True).narrow(1, 0.1)
    assert (narrow.low, narrow.high) == (1, 2)


def test_a_value_outside_a_range_is_brought_to_its_edge():
    assert Range(0.001, 2.0, log=True).clip(0.0) == 0.001
    assert Range(0.0, 1.0).clip(0.123456) == 0.1235


def test_the_learning_rate_stays_near_those_of_the_cells():
    cells = [
        CandidateSpec("lightgbm", "tree", {"learning_rate": rate, "num_leaves": 31})
        for rate in (0.05, 0.1)
    ]

    space = space_of("lightgbm", cells[0].params, learning_rates(cells))

    assert (space["learning_rate"].low, space["learning_rate"].high) == (0.0333, 0.15)


def test_what_only_some_models_have_is_varied_only_where_it_is_given():
    assert set(space_of("linear", {"C": 1.0}, {})) == {"C"}
    assert "cat_smooth" not in space_of("lightgbm", {}, {})
    assert "num_leaves" in space_of("lightgbm", {}, {})


def test_what_is_left_out_stands_where_the_library_puts_it():
    space = space_of("xgboost", {"max_depth": 4}, {})

    assert position_of({"max_depth": 4}, space) == {
        "max_depth": 4,
        "min_child_weight": 1.0,
        "subsample": 1.0,
        "colsample_bylevel": 1.0,
        "reg_lambda": 1.0,
        "reg_alpha": 0.001,
    }
    assert (
        position_of({"max_features": "sqrt"}, space_of("random_forest", {}, {}))["max_features"]
        == 0.3
    )
