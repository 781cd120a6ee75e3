"""Optuna draws from a space; nothing is kept between two draws."""

import logging

import pytest

from automl_magic.learn.strategies.sampling import ObservedTrial, draw, random_sampler, tpe_sampler
from automl_magic.recipe import Range

SPACE = {"x": Range(0.0, 1.0), "n": Range(1, 50, log=True, integer=True)}


def results(losses):
    return [ObservedTrial({"x": x, "n": n}, loss) for (x, n), loss in losses.items()]


GOOD_BELOW = {(x / 20, 1 + x % 5): (x / 20 - 0.2) ** 2 for x in range(20)}


@pytest.mark.parametrize("sampler", [random_sampler, tpe_sampler])
def test_the_same_seed_draws_the_same(sampler):
    known = results(GOOD_BELOW)

    assert draw(sampler(3), SPACE, known) == draw(sampler(3), SPACE, known)
    assert draw(sampler(3), SPACE, known) != draw(sampler(4), SPACE, known)


@pytest.mark.parametrize("sampler", [random_sampler, tpe_sampler])
def test_what_is_drawn_lies_in_the_space(sampler):
    for seed in range(10):
        assert ObservedTrial(draw(sampler(seed), SPACE, results(GOOD_BELOW)), 0.0).is_in(SPACE)


def test_tpe_draws_where_results_were_good():
    drawn = [draw(tpe_sampler(seed), SPACE, results(GOOD_BELOW))["x"] for seed in range(30)]

    assert sum(abs(x - 0.2) < 0.2 for x in drawn) > 20


def test_what_was_given_up_counts_as_bad():
    given_up = {place: None if place[0] > 0.5 else 1.0 for place in GOOD_BELOW}

    drawn = [draw(tpe_sampler(seed), SPACE, results(given_up))["x"] for seed in range(30)]

    assert sum(x <= 0.5 for x in drawn) > 20


def test_a_result_outside_a_part_of_the_space_does_not_lie_in_it():
    assert not ObservedTrial({"x": 0.9, "n": 5}, 1.0).is_in({"x": Range(0.0, 0.5)})
    assert not ObservedTrial({"n": 5}, 1.0).is_in(SPACE)


def test_nothing_is_logged_and_the_users_own_level_stays(capfd):
    from optuna import logging as optuna_logging

    optuna_logging.set_verbosity(logging.DEBUG)
    try:
        draw(tpe_sampler(0), SPACE, results(GOOD_BELOW))
        assert optuna_logging.get_verbosity() == logging.DEBUG
    finally:
        optuna_logging.set_verbosity(logging.INFO)
    assert capfd.readouterr() == ("", "")
