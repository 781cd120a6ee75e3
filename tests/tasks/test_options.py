"""What a family asks besides: a value for each of its options, and a clear word about any other."""

import pytest

from automl_magic.errors import PlanError
from automl_magic.tasks.options import Option, fill_options

STEPS = Option(
    name="horizon",
    doc="How many steps are forecast.",
    expected="a whole number above 0",
    allows=lambda value: isinstance(value, int) and value > 0,
    default=1,
)


def test_what_is_left_out_has_its_usual_value():
    assert fill_options({}, [STEPS]) == {"horizon": 1}
    assert fill_options({"horizon": 12}, [STEPS]) == {"horizon": 12}


def test_a_value_that_may_not_be_is_said_with_what_may():
    with pytest.raises(PlanError) as caught:
        fill_options({"horizon": 0}, [STEPS])
    assert caught.value.why == "It must be a whole number above 0. How many steps are forecast."


def test_an_unknown_option_is_named_with_the_near_miss():
    with pytest.raises(PlanError) as caught:
        fill_options({"horizont": 3}, [STEPS])
    assert caught.value.fix == "Use horizon."


def test_a_kind_without_options_takes_none():
    with pytest.raises(PlanError) as caught:
        fill_options({"horizon": 3}, [])
    assert caught.value.why == "It has no options."
