"""Searches without any fitting: a trial's score is a function of its parameters."""

import math

import pytest

from automl_magic.learn.candidate import CandidateSpec
from automl_magic.learn.strategies import make_strategy
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks.metrics import METRICS

BEST_LEAVES = 90
CANDIDATES = {
    "linear": CandidateSpec("linear", "dense", {"C": 1.0}),
    "lightgbm": CandidateSpec("lightgbm", "tree", {"learning_rate": 0.1, "num_leaves": 31}),
    "xgboost": CandidateSpec("xgboost", "tree", {"learning_rate": 0.1, "max_depth": 6}),
}


def score_of(estimator, params):
    if estimator == "lightgbm":
        return 0.9 - 0.01 * abs(math.log(params["num_leaves"] / BEST_LEAVES))
    return {"xgboost": 0.895}.get(estimator, 0.7)


@pytest.fixture
def make_trial():
    """Return a function that makes a trial; without a score it was pruned."""

    def make(number, candidate, estimator, params=None, *, score=None, **changes):
        given = {
            "view": "tree",
            "state": TrialState.PRUNED if score is None else TrialState.COMPLETE,
            "reason": "",
            "fit_s": 1.0,
            "n_iterations": None if estimator == "linear" or score is None else 100,
            "score": None if score is None else Score(metric="roc_auc", score=score, rows=1_000),
        }
        named = {"number": number, "candidate": candidate, "estimator": estimator}
        return Trial(
            **named,
            params={"setting": number} if params is None else params,
            **{**given, **changes},
        )

    return make


@pytest.fixture
def search(make_trial):
    """Return a function that lets a strategy propose, and returns the trials after a baseline."""

    def run(name, n, *, seed=0, usable_s=9.0, candidates=CANDIDATES):
        chosen = make_strategy(name, candidates, METRICS["roc_auc"], seed)
        history = [make_trial(0, "dummy", "dummy", score=0.5, view="baseline")]
        while len(history) <= n:
            asked = chosen.propose(history, usable_s)
            if asked is None:
                break
            history.append(
                make_trial(
                    len(history),
                    asked.candidate,
                    asked.estimator,
                    asked.params,
                    score=score_of(asked.estimator, asked.params),
                    view=asked.view,
                    reason=asked.reason,
                )
            )
        return history

    return run
