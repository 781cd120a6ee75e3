import numpy as np

from automl_magic.learn.pareto import ModelOption, choose_option, on_front, pareto_mask
from automl_magic.learn.pareto_table import front_table
from automl_magic.tasks.metrics import METRICS

AUC = METRICS["roc_auc"]
BLEND = ModelOption("the blend", {1: 0.6, 2: 0.4}, 0.91, row_latency_ms=4.0, size_bytes=900)
STRONG = ModelOption("trial 1 (boosting)", {1: 1.0}, 0.90, row_latency_ms=1.0, size_bytes=500)
WEAK = ModelOption("trial 2 (forest)", {2: 1.0}, 0.88, row_latency_ms=3.0, size_bytes=400)
SLOW = ModelOption("trial 3 (slow)", {3: 1.0}, 0.89, row_latency_ms=9.0, size_bytes=950)
UNMEASURED = ModelOption("trial 4 (unknown)", {4: 1.0}, 0.95)


def test_what_nothing_beats_is_on_the_front():
    costs = np.array([[1, 4], [2, 2], [4, 1], [3, 3], [2, 2]])

    assert pareto_mask(costs).tolist() == [True, True, True, False, True]


def test_what_was_not_measured_beats_nothing_by_it():
    assert pareto_mask(np.array([[1.0, np.nan], [2.0, 1.0]])).tolist() == [True, True]
    assert pareto_mask(np.array([[2.0, np.nan], [2.0, 1.0]])).tolist() == [False, True]


def test_an_option_is_on_the_front_by_score_latency_and_size_together():
    options = [BLEND, STRONG, WEAK, SLOW, UNMEASURED]

    assert on_front(AUC, options) == [True, True, True, False, False]


def test_the_best_that_is_quick_enough_is_chosen():
    chosen, why = choose_option(AUC, [BLEND, STRONG, WEAK, UNMEASURED], 3.5)

    assert chosen is STRONG
    assert why == "The best of 2 out of 3 options that predict a row within 3.5 ms (p95)."


def test_where_nothing_is_quick_enough_the_quickest_is_chosen_and_it_is_said():
    chosen, why = choose_option(AUC, [BLEND, STRONG, WEAK], 0.5)

    assert chosen is STRONG
    assert why == (
        "No option predicts a row within the limit of 0.5 ms (p95). This one is the fastest, "
        "with 1 ms."
    )


def test_the_table_shows_the_front_with_the_best_score_first():
    shown = repr(front_table(AUC, [WEAK, BLEND, UNMEASURED], WEAK)).splitlines()

    assert shown[3].split("  ")[0] == "trial 4 (unknown)"
    assert shown[4].split() == ["the", "blend", "1,", "2", "0.9100", "4", "yes"]
    assert shown[5].split() == ["trial", "2", "(forest)", "2", "0.8800", "3", "yes", "chosen"]
