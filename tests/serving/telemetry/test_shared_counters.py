"""Counters that workers share: nobody waits, nothing is lost, and the dead are counted."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.records.models.deployment import Role
from automl_magic_serving.telemetry.latency import (
    N_BUCKETS,
    bucket_of,
    edge_s,
    quantile_s,
)
from automl_magic_serving.telemetry.recent_latency import RecentLatency
from automl_magic_serving.telemetry.shared_counters import (
    CounterLayout,
    Gauge,
    RequestOutcome,
    SharedCounters,
)

LAYOUT = CounterLayout(workers=2, deployments=2, versions=4)


@given(st.floats(0, 1e6))
def test_a_latency_lies_in_its_bucket(seconds):
    bucket = bucket_of(seconds)

    assert 0 <= bucket < N_BUCKETS
    assert seconds <= edge_s(bucket) * (1 + 1e-12)
    assert bucket == 0 or seconds >= edge_s(bucket - 1) * (1 - 1e-12)


@given(st.lists(st.floats(1e-4, 50), min_size=1, max_size=200), st.sampled_from([0.5, 0.95]))
def test_a_quantile_is_a_fifth_off_at_most(latencies, q):
    counts = [0] * N_BUCKETS
    for seconds in latencies:
        counts[bucket_of(seconds)] += 1
    exact = sorted(latencies)[max(0, -int(-q * len(latencies) // 1) - 1)]

    assert exact / 1.2 <= quantile_s(counts, q) <= exact * 1.2


def test_nothing_has_no_quantile():
    assert quantile_s([0] * N_BUCKETS, 0.95) is None


def test_what_all_workers_count_is_summed():
    slab = SharedCounters(LAYOUT)
    for worker in (0, 1):
        tally = slab.region(worker).version_counters(1, Role.CANARY, 7, 3, slow_s=0.1)
        tally.count(RequestOutcome.OK, 4, 0.05)
        tally.count(RequestOutcome.ERROR, 1, 0.2)
        tally.count(RequestOutcome.REFUSED, 2)
        tally.set_waiting(worker)

    counts = slab.live(1, Role.CANARY, 3)

    assert (counts.n_succeeded, counts.n_failed, counts.outcomes[RequestOutcome.REFUSED]) == (
        2,
        2,
        2,
    )
    assert (counts.rows, counts.slow, counts.waiting) == (14, 2, 1)
    assert counts.seconds == pytest.approx(0.5)
    assert sum(counts.buckets) == 4
    assert slab.live(1, Role.CANARY, 4) is None
    assert slab.live(0, Role.CANARY, 3) is None


def test_an_epoch_begins_at_zero_and_what_came_before_stays_in_the_totals():
    slab = SharedCounters(LAYOUT)
    region = slab.region(0)
    old = region.version_counters(0, Role.STABLE, 1, 1, 1.0)
    old.count(RequestOutcome.OK, 1, 0.01)
    old.end()
    new = region.version_counters(0, Role.STABLE, 1, 2, 1.0)
    new.count(RequestOutcome.OK, 1, 0.01)
    old.count(RequestOutcome.ERROR, 1, 0.01)  # a request that was under way

    assert slab.live(0, Role.STABLE, 1) is None
    assert slab.live(0, Role.STABLE, 2).n_failed == 0
    [total] = slab.totals()
    assert (total.version, total.n_succeeded, total.n_failed) == (1, 2, 1)


def test_what_a_killed_process_has_counted_stays_and_its_follower_goes_on():
    slab = SharedCounters(LAYOUT)
    code = (
        "import os, sys\n"
        "from automl_magic.records.models.deployment import Role\n"
        "from automl_magic_serving.telemetry.shared_counters import *\n"
        "region = SharedCounters(CounterLayout(2, 2, 4), int(sys.argv[1])).region(1)\n"
        "region.add(Gauge.IN_FLIGHT, 3)\n"
        "tally = region.version_counters(0, Role.STABLE, 1, 1, 1.0)\n"
        "[tally.count(RequestOutcome.OK, 1, 0.01) for _ in range(1000)]\n"
        "os.kill(os.getpid(), 9)\n"
    )
    for _ in range(2):
        command = [sys.executable, "-c", code, str(slab.descriptor)]
        process = subprocess.run(command, pass_fds=[slab.descriptor], check=False)
        assert process.returncode == -9
        slab.note_restart(1)

    assert slab.live(0, Role.STABLE, 1).n_succeeded == 2_000
    assert [one.n_succeeded for one in slab.totals()] == [2_000]
    assert slab.gauges(Gauge.IN_FLIGHT) == [0, 0]
    assert slab.gauges(Gauge.RESTARTS) == [0, 2]


def test_the_series_of_a_version_that_has_long_gone_ends_when_there_is_no_place_left():
    slab = SharedCounters(LAYOUT)
    region = slab.region(0)
    for version in range(1, 7):
        region.version_counters(0, Role.STABLE, version, version, 1.0).count(
            RequestOutcome.OK, 1, 0.01
        )

    assert sorted(one.version for one in slab.totals()) == [3, 4, 5, 6]
    assert all(one.n_succeeded == 1 for one in slab.totals())
    again = SharedCounters(LAYOUT, slab.descriptor).region(0)
    again.version_counters(0, Role.STABLE, 6, 6, 1.0).count(RequestOutcome.OK, 1, 0.01)
    assert {one.version: one.n_succeeded for one in slab.totals()}[6] == 2


def test_the_recent_latency_forgets_what_was_before():
    slab = SharedCounters(LAYOUT)
    tally = slab.region(0).version_counters(0, Role.STABLE, 1, 1, 1.0)
    for _ in range(100):
        tally.count(RequestOutcome.OK, 1, 5.0)
    recent = RecentLatency(slab)
    assert recent.p95_ms(0) is None

    for _ in range(100):
        tally.count(RequestOutcome.OK, 1, 0.010)

    assert recent.p95_ms(0) == pytest.approx(10, rel=0.2)
    assert recent.p95_ms(1) is None
