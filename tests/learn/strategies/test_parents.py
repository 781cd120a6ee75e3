"""Whose turn it is: the strong and the cheap first, and every family now and then."""

import dataclasses
from collections import Counter

import pytest

from automl_magic.learn.strategies.parents import distinct, next_parents
from automl_magic.tasks.metrics import METRICS

AUC = METRICS["roc_auc"]


@pytest.fixture
def history(make_trial):
    def make(*cells, low=None):
        trials = [make_trial(0, "dummy", "dummy", score=0.5)]
        for name, estimator, score, rounds in cells:
            trials.append(
                make_trial(len(trials), name, estimator, score=score, n_iterations=rounds)
            )
        if low is not None:
            trials = [
                dataclasses.replace(
                    trial,
                    score=dataclasses.replace(
                        trial.score, low=trial.score.score - low, high=trial.score.score + low
                    ),
                )
                for trial in trials
            ]
        return trials

    return make


def turns(trials, make_trial, n):
    """Let each parent be varied without success, as often as it has its turn."""
    trials, had = list(trials), Counter()
    for _ in range(n):
        parent = next(next_parents(trials, AUC))
        had[parent.candidate] += 1
        trials.append(
            make_trial(
                len(trials),
                parent.candidate,
                parent.estimator,
                score=0.6,
                n_iterations=parent.n_iterations,
            )
        )
    return had


def test_the_best_trial_of_a_candidate_stands_for_it(history, make_trial):
    trials = history(("a", "lightgbm", 0.8, 100))
    trials.append(make_trial(2, "a", "lightgbm", score=0.82))
    trials.append(make_trial(3, "a", "lightgbm", score=0.81))

    assert [trial.number for trial in next_parents(trials, AUC)] == [2]


def test_a_lower_loss_is_better_where_the_metric_says_so(history):
    trials = history(("a", "lightgbm", 0.4, 100), ("b", "xgboost", 0.2, 100))

    assert next(next_parents(trials, METRICS["log_loss"])).candidate == "b"


def test_equally_strong_families_have_equal_work(history, make_trial):
    trials = history(("slow", "lightgbm", 0.8, 300), ("quick", "xgboost", 0.8, 100))

    had = turns(trials, make_trial, 40)

    assert had["slow"] * 300 == pytest.approx(had["quick"] * 110, abs=300)


def test_several_candidates_of_one_family_share_its_part(history, make_trial):
    names = ("a", "b", "c")
    trials = history(
        *((name, "lightgbm", 0.8, 110) for name in names), ("other", "xgboost", 0.8, 100)
    )

    had = turns(trials, make_trial, 24)

    assert had["other"] == 12
    assert [had[name] for name in names] == [4, 4, 4]


def test_what_is_far_behind_waits(history, make_trial):
    trials = history(("good", "lightgbm", 0.9, 100), ("bad", "linear", 0.7, None))

    assert turns(trials, make_trial, 30) == {"good": 30}


def test_what_is_behind_by_less_than_the_noise_does_not_wait(history, make_trial):
    trials = history(("a", "lightgbm", 0.9, 110), ("b", "xgboost", 0.89, 100), low=0.05)

    had = turns(trials, make_trial, 20)

    assert had["b"] >= 6


def test_a_pruned_variation_costs_a_part_of_a_whole_one(history, make_trial):
    trials = history(("a", "lightgbm", 0.9, 110), ("b", "xgboost", 0.9, 100))
    trials += [make_trial(3 + number, "a", "lightgbm") for number in range(2)]

    assert next(next_parents(trials, AUC)).candidate == "b"
    trials.append(make_trial(5, "b", "xgboost", score=0.8, n_iterations=100))
    assert next(next_parents(trials, AUC)).candidate == "a"


def test_a_frozen_trial_that_went_on_counts_once_and_with_its_later_score(make_trial):
    first, second, later = (
        make_trial(number, "a", "lightgbm", {"num_leaves": leaves}, score=score)
        for number, (leaves, score) in enumerate([(31, 0.8), (20, 0.7), (31, 0.9)])
    )
    given_up = make_trial(3, "a", "lightgbm", {"num_leaves": 20})

    assert distinct([first, second, later, given_up]) == [later, second]


def test_time_has_no_say(history):
    trials = history(("a", "lightgbm", 0.9, 100), ("b", "xgboost", 0.9, 100))
    slow = [dataclasses.replace(trial, fit_s=trial.fit_s * trial.number**3) for trial in trials]

    assert [one.number for one in next_parents(trials, AUC)] == [
        one.number for one in next_parents(slow, AUC)
    ]


def test_without_a_complete_trial_nothing_is_varied(make_trial):
    assert list(next_parents([make_trial(0, "a", "lightgbm")], AUC)) == []
