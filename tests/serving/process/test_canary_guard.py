"""When a canary must go: surely where it fails, not by one early error, hardly ever by chance."""

import dataclasses

import numpy as np
import pytest

from automl_magic.records.models.deployment import Role, Slos
from automl_magic_serving.process.canary_guard import find_breach, wilson_lower_bound
from automl_magic_serving.telemetry.latency import N_BUCKETS
from automl_magic_serving.telemetry.shared_counters import RequestCounts, RequestOutcome

ERRORS = Slos(error_rate_pct=5.0, min_requests=50)
SLOW = Slos(latency_ms_p95=100.0, min_requests=50)


def counts(ok=0, failed=0, *, refused=0, slow=0, waiting=0):
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
        version=2,
        epoch=1,
        outcomes=tuple(outcomes),
        rows=ok,
        seconds=0.0,
        slow=slow,
        waiting=waiting,
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
