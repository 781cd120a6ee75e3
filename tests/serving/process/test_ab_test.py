"""A/B tests: no more false winners than promised though all may peek, and true ones are found."""

import dataclasses
import functools
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.records.models.deployment import (
    OnWinner,
    Role,
    RolloutStrategy,
    Route,
    StrategyKind,
)
from automl_magic.store.audit import entries
from automl_magic.store.predictions import Prediction
from automl_magic.store.routes import (
    change_deployment,
    change_route,
    read_deployment,
    read_route,
)
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.workers import wait_for_epoch
from automl_magic.workspace import default_workspace
from automl_magic_serving.process.ab_test import (
    ABCriterion,
    ABTest,
    Loss,
    Verdict,
    loss_for,
)
from automl_magic_serving.process.confidence_sequence import Arm, confidence_interval, radius

ROUTE = Route(
    deployment="d", model="m", epoch=5, stable=1, canary=2, percent=50.0, kind=StrategyKind.AB
)


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def both(*labels):
    """The classes of two versions that have the same ones."""
    return {Role.STABLE: labels, Role.CANARY: labels}


def looks(p_stable, p_canary, *, share, n, seed, min_outcomes=100, alpha=0.05):
    """Return who wins when losses of 0 and 1 are looked at after each: -1 canary, 0, 1 stable.

    The arithmetic of `confidence_interval` for all prefixes at once; the next test says that it is
    the same.
    """
    rng = np.random.default_rng(seed)
    t = np.arange(1, n + 1)
    is_canary = rng.random(n) < share
    loss = np.where(is_canary, rng.random(n) < p_canary, rng.random(n) < p_stable).astype(float)
    n1 = np.cumsum(is_canary)
    n0 = t - n1
    with np.errstate(all="ignore"):
        m1, m0 = np.cumsum(loss * is_canary) / n1, np.cumsum(loss * ~is_canary) / n0
        m = np.cumsum(loss) / t
        own = (m1 - m1**2) / n1 + (m0 - m0**2) / n0
        pooled = (m - m**2) * (1 / n1 + 1 / n0)
        half = np.sqrt(t * np.maximum(own, pooled)) * radii(n, alpha, 20 * min_outcomes)
        decided = (np.minimum(n0, n1) >= min_outcomes) & (np.abs(m1 - m0) > half)
    if not decided.any():
        return 0, n
    first = int(decided.argmax())
    return int(np.sign(m1[first] - m0[first])), first + 1


@functools.cache
def radii(n, alpha, around):
    return np.array([radius(t, alpha, around) for t in range(1, n + 1)])


@pytest.mark.parametrize(("p", "share"), [(0.2, 0.5), (0.2, 0.1), (0.02, 0.1)])
def test_of_2000_tests_of_equal_versions_no_more_than_promised_have_a_winner(p, share):
    winners = [looks(p, p, share=share, n=2_000, seed=seed)[0] for seed in range(2_000)]

    assert sum(winner != 0 for winner in winners) / 2_000 <= 0.05


def test_a_better_version_is_found():
    result = [looks(0.30, 0.20, share=0.5, n=5_000, seed=seed) for seed in range(200)]

    assert sum(winner == -1 for winner, _ in result) >= 195
    # A test of fixed size with 90 % power would take about 780 outcomes.
    assert statistics.median(n for _, n in result) < 1_200


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.5]))
def test_the_experiment_decides_as_the_simulation_does(seed, share):
    rng = np.random.default_rng(seed)
    n = 400
    is_canary, draws = rng.random(n) < share, rng.random((2, n))
    labels = np.where(is_canary, draws[0] < 0.1, draws[1] < 0.5)
    experiment = ABTest(
        ROUTE, RolloutStrategy(min_outcomes=20), ABCriterion(Loss.ERROR, both("right", "wrong"))
    )

    verdict = experiment.add(
        [
            row(i, Role.CANARY if is_canary[i] else Role.STABLE, "wrong" if labels[i] else "right")
            for i in range(n)
        ]
    )

    winner, _ = looks(0.5, 0.1, share=share, n=n, seed=seed, min_outcomes=20)
    assert verdict is {-1: Verdict.CANARY, 0: Verdict.OPEN, 1: Verdict.STABLE}[winner]


def row(number, role, outcome, prediction="right", probabilities=None):
    return Prediction(
        id=f"{number:032x}",
        deployment="d",
        model="m",
        version=1,
        role=role,
        epoch=5,
        at=0.0,
        features=None,
        prediction=prediction,
        probabilities=probabilities,
        latency_ms=1.0,
        outcome=outcome,
        outcome_at=float(number),
    )


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=30), st.floats(-1e3, 1e3))
def test_an_arm_has_the_mean_and_the_variance_of_its_losses_also_after_a_correction(losses, new):
    arm = Arm()
    for loss in losses:
        arm.add(loss)
    arm.replace(losses[1], new)

    corrected = [losses[0], new, *losses[2:]]
    assert arm.mean == pytest.approx(np.mean(corrected), abs=1e-6)
    assert arm.variance == pytest.approx(np.var(corrected), abs=1e-3)


def test_nothing_is_said_before_both_versions_have_outcomes():
    only = Arm()
    for _ in range(50):
        only.add(1.0)

    assert confidence_interval(only, Arm(), 0.05, 100) == (-float("inf"), float("inf"))


def test_an_outcome_that_is_reported_twice_counts_once_and_a_correction_replaces_it():
    experiment = ABTest(ROUTE, RolloutStrategy(), ABCriterion(Loss.ERROR, both("right", "wrong")))

    experiment.add([row(1, Role.STABLE, "wrong"), row(2, Role.STABLE, "right")])
    experiment.add([row(1, Role.STABLE, "wrong"), row(2, Role.STABLE, "wrong")])

    assert (experiment.arms[Role.STABLE].n, experiment.arms[Role.STABLE].mean) == (2, 1.0)


@pytest.mark.parametrize(
    ("criterion", "fields", "loss"),
    [
        (ABCriterion(Loss.SQUARED), {"prediction": 3.0, "outcome": 5}, 4.0),
        (ABCriterion(Loss.ABSOLUTE), {"prediction": 3.0, "outcome": 5}, 2.0),
        (ABCriterion(Loss.ABSOLUTE), {"prediction": 3.0, "outcome": "five"}, None),
        (ABCriterion(Loss.ERROR, both("a", "b")), {"prediction": "a", "outcome": "a"}, 0.0),
        (ABCriterion(Loss.ERROR, both(0, 1)), {"prediction": 1, "outcome": "1"}, 0.0),
        (ABCriterion(Loss.ERROR, both("a", "b")), {"prediction": "a", "outcome": "c"}, None),
        (ABCriterion(Loss.ERROR, both(0, 1)), {"prediction": 1, "outcome": "yes"}, 0.0),
        (ABCriterion(Loss.ERROR, both("no", "yes")), {"prediction": "no", "outcome": True}, 1.0),
        (ABCriterion(Loss.ABSOLUTE), {"prediction": 3.0, "outcome": "5.0"}, 2.0),
        (
            ABCriterion(Loss.ABSOLUTE, parse={"decimal": ","}),
            {"prediction": 3.0, "outcome": "5,5"},
            2.5,
        ),
        (
            ABCriterion(Loss.LOG_LOSS, both("a", "b")),
            {"prediction": "a", "outcome": "b", "probabilities": [0.5, 0.5]},
            0.6931471805599453,
        ),
        (
            ABCriterion(Loss.LOG_LOSS, both("a", "b")),
            {"prediction": "a", "outcome": "b", "probabilities": [1.0, 0.0]},
            6.907755278982137,
        ),
    ],
)
def test_what_an_answer_loses(criterion, fields, loss):
    one = dataclasses.replace(row(1, Role.STABLE, None), **fields)

    assert criterion.row_loss(one) == (loss if loss is None else pytest.approx(loss))


def test_each_version_has_its_own_classes_in_its_own_order():
    criterion = ABCriterion(Loss.LOG_LOSS, {Role.STABLE: ("a", "c"), Role.CANARY: ("a", "b", "c")})

    def loss(role, outcome, *probabilities):
        return criterion.row_loss(row(1, role, outcome, "a", probabilities))

    assert loss(Role.STABLE, "c", 0.5, 0.5) == pytest.approx(np.log(2))
    assert loss(Role.CANARY, "c", 0.25, 0.25, 0.5) == pytest.approx(np.log(2))
    assert loss(Role.CANARY, "b", 0.25, 0.25, 0.5) == pytest.approx(np.log(4))
    # The stable version can't predict it.
    assert loss(Role.STABLE, "b", 0.5, 0.5) == pytest.approx(np.log(1_000))
    assert loss(Role.STABLE, "d", 0.5, 0.5) is None


@pytest.mark.parametrize(
    ("metric", "has_classes", "loss"),
    [
        ("roc_auc", True, Loss.LOG_LOSS),
        ("accuracy", True, Loss.ERROR),
        ("rmse", False, Loss.SQUARED),
        ("mae", False, Loss.ABSOLUTE),
    ],
)
def test_the_loss_follows_the_metric(metric, has_classes, loss):
    assert loss_for(metric, has_classes=has_classes) is loss


@pytest.mark.long
@pytest.mark.parametrize("on_winner", list(OnWinner))
def test_outcomes_decide_and_the_policy_says_what_becomes_of_it(
    own_plane, server_of, customer, on_winner
):
    engine = own_plane.engine
    deployment, route = read_deployment(engine, "churn")
    strategy = RolloutStrategy(kind=StrategyKind.AB, on_winner=on_winner, min_outcomes=30)
    change_deployment(
        engine, dataclasses.replace(deployment, strategy=strategy), "ada", trusted=own_trusted()
    )
    with server_of(own_plane) as live:
        fields = {"canary": 2, "percent": 50.0, "kind": StrategyKind.AB}
        route = change_route(
            engine, route, action="ab", actor="ada", **fields, trusted=own_trusted()
        )
        assert wait_for_epoch(engine, "churn", route.epoch, 20) == []

        while not decided(engine, on_winner):
            response = live.client.post(
                "/v1/inference/churn:predict", json={"instances": [customer] * 20}
            ).json()
            is_canary = response["model_version"] == "2"
            outcomes = [
                {
                    "prediction_id": one["prediction_id"],
                    # What the canary says comes true; the stable version is wrong half the time.
                    "outcome": one["label"] if is_canary or index % 2 else other(one["label"]),
                }
                for index, one in enumerate(response["predictions"])
            ]
            assert live.client.post("/v1/outcomes", json={"outcomes": outcomes}).is_success

        text = live.client.get("/metrics").text
    now = read_route(engine, "churn")
    if on_winner is OnWinner.PROMOTE:
        assert (now.stable, now.canary, now.previous) == (2, None, 1)
    else:
        assert now == route
        assert 'automl_serving_ab_outcomes{deployment="churn",model="churn",role="canary"' in text


def other(label):
    return "no" if label == "yes" else "yes"


def decided(engine, on_winner):
    if on_winner is OnWinner.PROMOTE:
        return read_route(engine, "churn").canary is None
    return any(one.action == "ab.decided" for one in entries(engine, subject="churn"))
