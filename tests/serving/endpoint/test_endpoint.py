"""An endpoint asks the version that its route chooses, keeps to it, and counts what came of it."""

import asyncio
import contextlib
import dataclasses
import threading
import time

import pytest

from automl_magic.records.models.deployment import PredictionLog, RequestLimits, Role, Slos
from automl_magic.store.engine import open_engine
from automl_magic.store.predictions import read_window
from automl_magic.workspace import Database
from automl_magic_serving.endpoint import NotRouted, PredictionTimeout
from automl_magic_serving.endpoint.shadow import MAX_WAITING
from automl_magic_serving.runtime import InvalidInstance, QueueFull
from automl_magic_serving.telemetry.shared_counters import Gauge, RequestOutcome


class Version:
    """A version of which one thing is not as it was: everything else is the real one's."""

    def __init__(self, model, answer=None, seconds=None):
        self._served = model
        if answer is not None:
            self.predict = answer
        if seconds is not None:
            self.estimate_seconds = lambda _: seconds

    def __getattr__(self, name):
        return getattr(self._served, name)


def logged(home):
    engine = open_engine(Database(f"sqlite:///{home / 'predictions.db'}"))
    try:
        return read_window(engine, "churn", 0, 1e12)
    finally:
        engine.dispose()


def test_an_answer_says_who_gave_it_and_is_counted_and_logged(bench, customer, tmp_path):
    async def scenario(worker):
        worker.follow()
        predicted = await worker.endpoint.predict(
            [customer, {**customer, "age": 20.0}], key_id="k1", correlation_id="c1"
        )
        counts = worker.counters.live(0, Role.STABLE, 1)
        return (
            predicted,
            counts,
            worker.versions[1].predict(
                [worker.versions[1].parse(customer, worker.deployment.checks)]
            ),
        )

    predicted, counts, expected = bench(scenario)

    assert (predicted.model, predicted.version, predicted.role) == ("churn", 1, Role.STABLE)
    assert (predicted.epoch, len(set(predicted.ids))) == (1, 2)
    assert predicted.predictions[0] == expected[0]
    assert (counts.n_succeeded, counts.rows, counts.n_failed) == (1, 2, 0)
    rows = {row.id: row for row in logged(tmp_path)}
    assert set(rows) == set(predicted.ids)
    first = rows[predicted.ids[0]]
    assert first.features == customer
    assert (first.prediction, tuple(first.probabilities)) == expected[0]
    assert (first.key_id, first.correlation_id, first.sample_rate) == ("k1", "c1", 1.0)


def test_a_request_keeps_the_version_that_it_began_with(bench, customer):
    async def scenario(worker):
        goes_on = threading.Event()

        def answer(rows):
            goes_on.wait(10)
            return worker.versions[1].predict(rows)

        slow = Version(worker.versions[1], answer, seconds=1.0)
        worker.follow({1: slow, 2: worker.versions[2]})
        under_way = asyncio.ensure_future(worker.endpoint.predict([customer]))
        await asyncio.sleep(0.05)
        worker.follow({1: slow, 2: worker.versions[2]}, stable=2)
        after = await worker.endpoint.predict([customer])
        goes_on.set()
        before = await under_way
        return before, after, worker.counters.live(0, Role.STABLE, 2)

    before, after, counts = bench(scenario)

    assert (before.version, before.epoch) == (1, 1)
    assert (after.version, after.epoch) == (2, 2)
    assert counts.n_succeeded == 1  # what another epoch began does not count in this one


@pytest.mark.parametrize("percent", [1.0, 10.0, 33.3, 100.0])
def test_a_share_is_a_share_of_any_hundred_requests(bench, customer, percent):
    async def scenario(worker):
        worker.follow(canary=2, percent=percent)
        return [(await worker.endpoint.predict([customer])).version for _ in range(300)]

    versions = bench(scenario)

    for start in range(0, 300, 100):
        assert abs(versions[start : start + 100].count(2) - percent) <= 2


def test_a_key_stays_with_its_version_and_a_growing_canary_takes_no_caller_back(bench, customer):
    async def scenario(worker):
        result = []
        for percent in (10.0, 30.0, 60.0):
            worker.follow(canary=2, percent=percent, sticky=True)
            result.append(
                [
                    (await worker.endpoint.predict([customer], sticky_key=f"u{n}")).role
                    for n in range(200)
                ]
            )
        return result

    few, more, most = ([role is Role.CANARY for role in roles] for roles in bench(scenario))

    assert 5 <= sum(few) <= 40
    assert sum(few) < sum(more) < sum(most)
    assert all(later for earlier, later in zip(few, more, strict=True) if earlier)
    assert all(later for earlier, later in zip(more, most, strict=True) if earlier)


def test_a_version_can_be_asked_by_its_number_if_it_answers(bench, customer):
    async def scenario(worker):
        worker.follow(canary=2, percent=0.0, shadow=3)
        predicted = await worker.endpoint.predict([customer], version=2)
        with pytest.raises(NotRouted) as raised:
            await worker.endpoint.predict([customer], version=3)
        return predicted, raised.value

    predicted, error = bench(scenario)

    assert (predicted.version, predicted.role) == (2, Role.CANARY)
    assert error.serving_versions == (1, 2)


def test_a_refused_input_is_counted_as_the_callers_and_not_logged(bench, customer, tmp_path):
    async def scenario(worker):
        worker.follow()
        with pytest.raises(InvalidInstance):
            await worker.endpoint.predict([{**customer, "age": "old"}])
        return worker.counters.live(0, Role.STABLE, 1)

    counts = bench(scenario)

    assert (counts.outcomes[RequestOutcome.REFUSED], counts.n_failed, counts.n_succeeded) == (
        1,
        0,
        0,
    )
    assert sum(counts.buckets) == 0
    assert logged(tmp_path) == []


def test_a_refusal_that_the_other_version_would_not_make_is_counted_apart(bench, customer):
    other = {name: value for name, value in customer.items() if name != "visits"} | {"calls": 3}

    async def scenario(worker):
        worker.follow(canary=9, percent=50.0)

        async def refused(instance, times, **options):
            for _ in range(times):
                with contextlib.suppress(InvalidInstance):
                    await worker.endpoint.predict([instance], **options)

        await refused(customer, 20)  # the canary refuses half of them
        await refused({**customer, "age": "old"}, 20)  # both refuse them
        await refused(customer, 5, version=9)  # the caller has chosen the version
        canary = worker.counters.live(0, Role.CANARY, 1)
        stable = worker.counters.live(0, Role.STABLE, 1)
        await refused(other, 20)  # now the stable version refuses half of them
        return canary, stable, worker.counters.live(0, Role.STABLE, 1)

    canary, stable, later = bench(scenario)

    assert 9 <= canary.refused_alone <= 11  # half of 20, evenly spread from a random start
    assert stable.refused_alone == 0
    assert canary.n_refused + stable.n_refused == canary.refused_alone + 20 + 5
    assert 9 <= later.refused_alone <= 11


def test_a_version_that_raises_is_counted_and_its_question_is_logged(bench, customer, tmp_path):
    async def scenario(worker):
        def answer(rows):
            raise ArithmeticError("a member has failed")

        worker.follow({1: Version(worker.versions[1], answer)})
        with pytest.raises(ArithmeticError) as raised:
            await worker.endpoint.predict([customer])
        return worker.counters.live(0, Role.STABLE, 1), raised.value.__notes__

    counts, notes = bench(scenario)

    assert counts.n_failed == 1
    assert notes == ["churn/1, epoch 1"]
    [row] = logged(tmp_path)
    assert (row.error, row.prediction, row.features["city"]) == ("error", None, customer["city"])


def test_a_version_that_takes_too_long_is_late_and_seen_to_be_slow_before(bench, customer):
    async def scenario(worker):
        ends = threading.Event()

        def answer(rows):
            ends.wait(10)
            return worker.versions[1].predict(rows)

        worker.deployment = dataclasses.replace(
            worker.deployment, limits=RequestLimits(timeout_s=0.8), slos=Slos(latency_ms_p95=100.0)
        )
        worker.follow({1: Version(worker.versions[1], answer, seconds=1.0)})
        tasks = [asyncio.ensure_future(worker.endpoint.predict([customer])) for _ in range(3)]
        await asyncio.sleep(0.5)
        waiting = worker.counters.live(0, Role.STABLE, 1).waiting
        came = await asyncio.gather(*tasks, return_exceptions=True)
        ends.set()
        await asyncio.sleep(0.3)
        return waiting, came, worker.counters.live(0, Role.STABLE, 1), worker.counters

    waiting, came, counts, slab = bench(scenario)

    assert waiting == 3
    assert [type(one) for one in came] == [PredictionTimeout] * 3
    assert (counts.n_failed, counts.slow, counts.waiting) == (3, 3, 0)
    assert slab.gauge(0, Gauge.IN_FLIGHT) == 0


def test_a_caller_who_goes_away_is_no_fault_of_the_version(bench, customer):
    async def scenario(worker):
        worker.follow({1: Version(worker.versions[1], lambda _: time.sleep(0.2), seconds=1.0)})
        tasks = asyncio.ensure_future(worker.endpoint.predict([customer]))
        await asyncio.sleep(0.05)
        tasks.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks
        return worker.counters.live(0, Role.STABLE, 1)

    counts = bench(scenario)

    assert (counts.outcomes[RequestOutcome.GONE], counts.n_failed) == (1, 0)


def test_a_full_queue_is_busy(bench, customer):
    async def scenario(worker):
        ends = threading.Event()

        def answer(rows):
            ends.wait(10)
            return worker.versions[1].predict(rows)

        worker.deployment = dataclasses.replace(worker.deployment, limits=RequestLimits(queue=4))
        worker.follow({1: Version(worker.versions[1], answer, seconds=1.0)})
        first = asyncio.ensure_future(worker.endpoint.predict([customer]))
        await asyncio.sleep(0.05)  # it is being answered and does not wait any more
        tasks = [asyncio.ensure_future(worker.endpoint.predict([customer])) for _ in range(6)]
        await asyncio.sleep(0.05)
        ends.set()
        return await asyncio.gather(first, *tasks, return_exceptions=True)

    came = bench(scenario)

    assert sum(isinstance(one, QueueFull) for one in came) == 2
    assert sum(not isinstance(one, Exception) for one in came) == 5


def test_a_shadow_is_asked_and_logged_and_never_answers(bench, customer, tmp_path):
    async def scenario(worker):
        worker.follow(shadow=3)
        predicted = [await worker.endpoint.predict([customer]) for _ in range(20)]
        await until(lambda: worker.counters.live(0, Role.SHADOW, 1) is not None)
        await until(lambda: worker.counters.live(0, Role.SHADOW, 1).n_succeeded == 20)
        return predicted

    predicted = bench(scenario)

    assert {one.version for one in predicted} == {1}
    rows = logged(tmp_path)
    shadows = [row for row in rows if row.role is Role.SHADOW]
    assert {row.version for row in shadows} == {3}
    assert {row.id for row in shadows} == {one.ids[0] + "s" for one in predicted}
    live = {row.id: row for row in rows if row.role is Role.STABLE}
    assert all(row.probabilities != live[row.id[:-1]].probabilities for row in shadows)


async def until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It did not happen.")


def test_a_shadow_that_is_too_slow_or_fails_delays_nobody(bench, customer):
    async def scenario(worker):
        ends = threading.Event()

        def answer(rows):
            ends.wait(10)
            raise ArithmeticError

        worker.follow({1: worker.versions[1], 3: Version(worker.versions[3], answer)}, shadow=3)
        n = MAX_WAITING + 100
        answered = [await worker.endpoint.predict([customer]) for _ in range(n)]
        await until(lambda: worker.counters.live(0, Role.SHADOW, 1) is not None)
        ends.set()
        await until(lambda: sum(worker.counters.live(0, Role.SHADOW, 1).outcomes) == n)
        dropped = worker.counters.live(0, Role.SHADOW, 1).outcomes[RequestOutcome.DROPPED]
        return n, len(answered), dropped, worker.counters.live(0, Role.STABLE, 1)

    n, answered, dropped, stable = bench(scenario)

    assert answered == stable.n_succeeded == n
    # One handful was being asked while the others waited.
    assert 100 - 64 <= dropped <= 100
    assert stable.n_failed == 0


def test_the_log_keeps_no_more_than_may_be_and_says_what_a_row_stands_for(
    bench, customer, tmp_path
):
    async def scenario(worker):
        worker.deployment = dataclasses.replace(
            worker.deployment, log=PredictionLog(max_per_s=40.0)
        )
        worker.follow()
        for _ in range(10):
            await asyncio.gather(*(worker.endpoint.predict([customer] * 10) for _ in range(5)))
        await asyncio.sleep(0.4)

    bench(scenario)

    rows = logged(tmp_path)
    assert len(rows) < 200
    # Each row stands for 1 / sample_rate rows: together for all 500.
    assert sum(1 / row.sample_rate for row in rows) == pytest.approx(500)


def test_a_log_that_is_off_writes_nothing(bench, customer, tmp_path):
    async def scenario(worker):
        worker.deployment = dataclasses.replace(worker.deployment, log=PredictionLog(enabled=False))
        worker.follow()
        await worker.endpoint.predict([customer])

    bench(scenario)

    assert not (tmp_path / "predictions.db").exists() or logged(tmp_path) == []


def test_what_came_true_is_written_when_the_call_returns(bench, customer, tmp_path):
    async def scenario(worker):
        worker.follow()
        predicted = await worker.endpoint.predict([customer])
        await asyncio.sleep(0.4)
        await worker.endpoint.write_outcomes([(predicted.ids[0], "yes")])
        return logged(tmp_path)

    [row] = bench(scenario)

    assert row.outcome == "yes"
