"""Axes have round, distinct ticks for any values."""

import math

import pytest

from automl_magic.pages.axes import Scale, area, fit_scale, format_tick, path, ticks


@pytest.mark.parametrize(
    "values",
    [
        (0.0, 1.0),
        (0.9952, 0.9956),
        (-1e9, 1e9),
        (1e-12, 2e-12),
        (5.0, 5.0),
        (0.0, 0.0),
        (-3.0,),
        (1e300, 1.0),
        (math.nan, 2.0, math.inf),
        (),
    ],
)
def test_there_are_a_few_ticks_and_no_two_look_alike(values):
    scale = fit_scale(values, 0, 100)
    found, decimals = ticks(scale)
    shown = [format_tick(tick, decimals, scale) for tick in found]

    assert 2 <= len(found) <= 12
    assert len(set(shown)) == len(shown)
    ends = (scale.low, scale.high)
    assert all(scale.contains(t) or any(math.isclose(t, end) for end in ends) for t in found)


@pytest.mark.parametrize("values", [(0.01, 300.0), (0.09, 0.5), (2.0, 2.0), (1.0, 1.1), ()])
def test_a_scale_in_factors_has_ticks_too(values):
    scale = fit_scale(values, 0, 100, is_log=True)
    found, _ = ticks(scale)

    assert len(found) >= 2
    assert [scale.to_pixel(tick) for tick in found] == sorted(
        scale.to_pixel(tick) for tick in found
    )


def test_equal_steps_are_equally_far_apart_in_factors():
    scale = Scale(0.1, 1000, 0, 400, is_log=True)

    assert [scale.to_pixel(value) for value in (0.1, 1, 10, 100, 1000)] == [0, 100, 200, 300, 400]


def test_a_value_beyond_the_scale_stays_at_its_edge():
    scale = Scale(0, 1, 10, 110)

    assert (scale.to_pixel(-5), scale.to_pixel(0.5), scale.to_pixel(7)) == (10, 60, 110)


def test_zero_has_no_sign():
    assert format_tick(-1e-17, 1, Scale(-1, 1, 0, 1)) == "0.0"


def test_lines_and_areas_are_paths():
    assert (
        path([(0, 1), (2, 3.5)], class_="x")
        == '<path d="M0 1 L2 3.5" fill="none" class="x"></path>'
    )
    assert area([(0, 1), (2, 1)], [(0, 5), (2, 5)]) == '<path d="M0 1 L2 1 L2 5 L0 5 Z"></path>'
