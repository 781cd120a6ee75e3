import pytest

from automl_magic import learn
from automl_magic.errors import PlanError
from automl_magic.learn.strategies import strategy
from automl_magic.learn.strategies.spaces import SPACES
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks.tabular.metrics import METRICS

CANDIDATES = {
    "linear": learn.candidate("linear", view="dense", params={"C": 1.0}),
    "lightgbm": learn.candidate(
        "lightgbm", view="tree", params={"learning_rate": 0.1, "num_leaves": 31}
    ),
}


def ran(proposal, number, score):
    return Trial(
        number=number,
        candidate=proposal.candidate,
        estimator=proposal.estimator,
        view=proposal.view,
        params=proposal.params,
        state=TrialState.COMPLETE,
        reason=proposal.reason,
        fit_s=1.0,
        score=Score(metric="roc_auc", score=score, rows=10),
    )


def history_of(name, n, seed=0, usable_s=9.0):
    chosen = strategy(name, CANDIDATES, METRICS["roc_auc"], seed)
    history = []
    for number in range(n):
        proposal = chosen.propose(history, usable_s)
        if proposal is None:
            break
        history.append(ran(proposal, number, 0.5 + number / 100))
    return history


def test_the_portfolio_proposes_each_candidate_once_in_order():
    assert [trial.candidate for trial in history_of("portfolio", 9)] == ["linear", "lightgbm"]


def test_random_goes_on_with_variations_of_the_best():
    history = history_of("random", 12)

    assert [trial.candidate for trial in history[:2]] == ["linear", "lightgbm"]
    assert len(history) == 12
    assert all(trial.reason.startswith("Varied from trial ") for trial in history[2:])


def test_no_trial_is_proposed_twice():
    keys = [
        repr((trial.estimator, sorted(trial.params.items()))) for trial in history_of("random", 25)
    ]

    assert len(set(keys)) == len(keys)


def test_variations_stay_inside_their_ranges():
    for trial in history_of("random", 25)[2:]:
        for name, value in trial.params.items():
            if name in SPACES[trial.estimator]:
                space = SPACES[trial.estimator][name]
                assert space.low <= value <= space.high


def test_the_same_seed_proposes_the_same_and_another_does_not():
    assert history_of("random", 8) == history_of("random", 8)
    assert history_of("random", 8) != history_of("random", 8, seed=1)


def test_what_takes_longer_than_is_left_is_not_varied():
    assert len(history_of("random", 9, usable_s=0.5)) == 2


def test_an_unknown_sampler_is_offered_its_near_miss():
    with pytest.raises(PlanError) as refused:
        strategy("randm", CANDIDATES, METRICS["roc_auc"], 0)

    assert refused.value.what == "There is no sampler 'randm'."
    assert refused.value.fix == "Write 'random' in the cell."


def test_an_unknown_estimator_is_offered_its_near_miss():
    with pytest.raises(PlanError, match="Write 'xgboost' in the cell"):
        learn.candidate("xgbost", view="tree")
