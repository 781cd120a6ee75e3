"""When a canary must go: surely where it fails, not by one early error, hardly ever by chance."""

import dataclasses

import numpy as np
import pytest

from automl_magic.records.models.deployment import Role, Slos
from automl_magic_serving.process.canary_guard import (
    find_breach,
    find_refusals,
    wilson_lower_bound,
)
from automl_magic_serving.telemetry.latency import N_BUCKETS
from automl_magic_serving.telemetry.shared_counters import RequestCounts, RequestOutcome

ERRORS = Slos(error_rate_pct=5.0, min_requests=50)
SLOW = Slos(latency_ms_p95=100.0, min_requests=50)


def counts(ok=0, failed=0, *, refused=0, alone=0, slow=0, waiting=0, version=2):
    outcomes = [0] * len(RequestOutcome)
    (
        outcomes[RequestOutcome.OK],
        outcomes[RequestOutcome.ERROR],
        outcomes[RequestOutcome.REFUSED],
    ) = ok, failed, refused
    buckets = [0] * N_BUCKETS
    return RequestCounts(
        deployment_index=0,
        role=Role.CANARY,
        version=version,
        epoch=1,
        outcomes=tuple(outcomes),
        rows=ok,
        seconds=0.0,
        slow=slow,
        waiting=waiting,
        refused_alone=alone,
        buckets=tuple(buckets),
    )


def test_wilsons_bound_is_the_books():
    # Agresti and Coull (1998): 10 of 100 at 95 % two-sided gives 0.0552.
    assert wilson_lower_bound(10, 100, 1.959964) == pytest.approx(0.0552, abs=5e-5)
    assert wilson_lower_bound(0, 100) == 0.0
    assert wilson_lower_bound(0, 0) == 0.0


@pytest.mark.parametrize(
    ("observed", "slos", "is_breach"),
    [
        (None, ERRORS, False),
        (counts(0, 49), ERRORS, False),  # too few to judge by
        (counts(0, 50), ERRORS, True),
        (counts(59, 1), ERRORS, False),  # an early error
        (counts(90, 10), ERRORS, False),  # 10 % of 100 may be chance where 5 % may fail
        (counts(180, 30), ERRORS, True),
        (counts(100, 0, refused=10_000), ERRORS, False),
        (counts(1_000, 0, slow=1_000), ERRORS, False),
        (counts(100, 0, slow=4), SLOW, False),
        (counts(100, 0, slow=40), SLOW, True),
        (counts(10, 0, waiting=60), SLOW, True),  # it hangs, and has not answered them yet
        (counts(0, 100), SLOW, False),
        (counts(0, 100), Slos(), False),  # no objective, no breach
    ],
)
def test_what_is_a_breach(observed, slos, is_breach):
    assert (find_breach(observed, slos) is not None) is is_breach


def test_a_breach_says_what_was_seen_and_what_may_be():
    assert find_breach(counts(0, 50), ERRORS) == (
        "50 of 50 requests failed (100.0%). The error rate is at least 84.0%, and the limit is 5%."
    )


def test_a_canary_well_within_its_objective_is_not_taken_out_by_chance():
    rng = np.random.default_rng(0)
    taken_out = 0
    for _ in range(500):  # 4,000 requests each, looked at after every 20
        failed = np.cumsum(rng.random(4_000) < 0.025)
        taken_out += any(
            find_breach(counts(n - int(failed[n - 1]), int(failed[n - 1])), ERRORS)
            for n in range(50, 4_000, 20)
        )
    assert taken_out <= 5


def test_a_canary_at_twice_its_objective_is_taken_out_soon():
    rng = np.random.default_rng(1)
    needed = []
    for _ in range(200):
        failed = np.cumsum(rng.random(6_000) < 0.10)
        needed.append(
            next(
                n
                for n in range(50, 6_000, 10)
                if find_breach(counts(n - int(failed[n - 1]), int(failed[n - 1])), ERRORS)
            )
        )
    assert np.median(needed) < 400


def test_a_slow_share_of_exactly_five_percent_is_no_breach():
    assert find_breach(dataclasses.replace(counts(10_000), slow=500), SLOW) is None


@pytest.mark.parametrize(
    ("canary", "stable", "is_worse"),
    [
        (None, counts(50), False),
        (counts(0, refused=50, alone=50), None, False),  # nothing to compare with
        (counts(0, refused=49, alone=49), counts(50), False),  # too few to judge by
        (counts(0, refused=50, alone=50), counts(50), True),
        (counts(0, refused=50, alone=0), counts(50), False),  # the stable version refuses them too
        (counts(0, refused=500, alone=0), counts(0, refused=500), False),
        (counts(80, refused=20, alone=20), counts(1_000), True),
        (counts(99, refused=1, alone=1), counts(100), False),  # one caller
        # Callers that already send what the canary needs, and as many that don't.
        (counts(50, refused=50, alone=50), counts(50, refused=50, alone=50), False),
        (counts(50, refused=50, alone=50), counts(10, refused=90, alone=90), False),
    ],
)
def test_a_canary_that_refuses_what_the_other_accepts_is_worse(canary, stable, is_worse):
    assert (find_refusals(canary, stable, Slos()) is not None) is is_worse


def test_the_reason_has_the_rates_of_both_versions():
    reason = find_refusals(
        counts(0, refused=50, alone=50), counts(60, version=1), Slos(min_requests=50)
    )

    assert reason.startswith(
        "Version 2 refused 50 of 50 requests (100.0%) that version 1 accepts. Version 1 refused 0 "
        "of 60 (0.0%) that version 2 accepts. The difference is at least "
    )


def test_equal_rates_of_refusals_hardly_ever_end_a_canary():
    rng = np.random.default_rng(2)
    taken_out = 0
    for _ in range(100):  # 3,000 requests each, 20% to the canary, looked at after every 30
        is_canary, is_refused = rng.random(3_000) < 0.2, rng.random(3_000) < 0.05
        n_canary = np.cumsum(is_canary)
        k_canary, k = np.cumsum(is_canary & is_refused), np.cumsum(is_refused)
        taken_out += any(
            find_refusals(*arms(n_canary[n], k_canary[n], n + 1 - n_canary[n], k[n] - k_canary[n]))
            for n in range(29, 3_000, 30)
        )
    assert taken_out <= 3


def arms(n_canary, k_canary, n_stable, k_stable):
    return (
        counts(int(n_canary - k_canary), refused=int(k_canary), alone=int(k_canary)),
        counts(int(n_stable - k_stable), refused=int(k_stable), alone=int(k_stable)),
        Slos(),
    )
