"""Variations are given up where others were better; what is only compared with is not."""

import math

from automl_magic.learn.pruning import SuccessiveHalvingPruner


def halving_of(*curves):
    """Return a halving that has seen whole curves, none of which it may prune."""
    halving = SuccessiveHalvingPruner()
    for number, losses in enumerate(curves):
        for share, loss in zip((0.1, 0.2, 0.4, 1.2), losses, strict=True):
            assert halving.report(f"portfolio {number}", share, loss, may_prune=False) is None
    return halving


STEADY = [(0.9, 0.8, 0.6, 0.5), (0.8, 0.7, 0.5, 0.4), (0.7, 0.6, 0.4, 0.3)]


def test_a_curve_that_is_not_among_the_best_third_is_given_up():
    halving = halving_of(*STEADY)

    assert halving.report("worst", 0.08, 0.9) is None, "before the first rung nothing is said"
    assert halving.report("worst", 0.12, 0.89) == (
        "Stopped after 11% of the expected rounds: rank 4 of the 4 trials that reached this point. "
        "Only the best third continues."
    )


def test_a_curve_among_the_best_third_goes_on():
    halving = halving_of(*STEADY)

    assert [halving.report("best", share, loss) for share, loss in ((0.1, 0.6), (0.4, 0.3))] == [
        None,
        None,
    ]


def test_a_curve_may_fall_behind_at_a_later_rung():
    halving = halving_of(*STEADY)
    halving.report("flat", 0.1, 0.6)

    assert halving.report("flat", 0.3, 0.59) is None
    assert halving.report("flat", 0.36, 0.59).startswith("Stopped after 33% ")


def test_three_others_are_needed_for_a_verdict():
    halving = halving_of(*STEADY[:2])

    assert halving.report("third", 0.12, 5.0) is None
    assert halving.report("fourth", 0.12, 6.0) is not None


def test_losses_are_compared_at_the_rung_and_not_beyond_it():
    halving = SuccessiveHalvingPruner()
    for number in range(3):  # at a ninth they are at 0.5 and a bit
        halving.report(str(number), 0.1, 0.5, may_prune=False)
        halving.report(str(number), 0.3, 0.1, may_prune=False)

    halving.report("same", 0.1, 0.5)
    assert halving.report("same", 0.12, 0.46) is None


def test_a_curve_that_begins_far_beyond_a_rung_says_nothing_about_it():
    halving = halving_of(*STEADY)

    assert halving.report("quick", 0.25, 9.0) is None


def test_the_best_round_so_far_counts():
    halving = halving_of(*STEADY)
    halving.report("early", 0.1, 0.2)

    assert halving.report("early", 0.4, 0.9) is None, "early stopping goes back to its best"


def test_a_trial_that_stopped_early_stands_on_the_later_rungs():
    halving = SuccessiveHalvingPruner()
    for number in range(3):
        halving.report(str(number), 0.1, 0.2, may_prune=False)
        halving.report(str(number), 0.2, 0.1, may_prune=False)
        halving.end(str(number))

    assert [halving.report("slow", share, 0.15) for share in (0.1, 0.2)] == [None, None]
    assert halving.report("slow", 0.4, 0.15).startswith("Stopped after 33% ")


def test_the_end_of_a_trial_that_never_reported_is_no_result():
    halving = SuccessiveHalvingPruner()
    halving.end("nobody")

    assert halving.report("first", 0.12, 1.0) is None


def test_a_loss_that_is_no_number_is_the_worst():
    halving = halving_of(*STEADY)

    assert halving.report("broken", 0.12, math.nan).startswith("Stopped")
