import threading

import pytest

from automl_magic.store import workers
from automl_magic.store.engine import writing
from automl_magic.store.tables import workers as table
from automl_magic.store.workers import beat, forget, live, wait_until_seen


def test_a_worker_says_which_routes_it_follows(engine):
    beat(engine, "w1", {"churn": 3, "fraud": 1})
    beat(engine, "w2", {"churn": 4})

    assert live(engine, "churn") == {"w1": 3, "w2": 4}
    assert live(engine, "fraud") == {"w1": 1}
    assert live(engine, "nobody") == {}


def test_the_last_beat_counts(engine):
    beat(engine, "w1", {"churn": 3, "fraud": 1})
    beat(engine, "w1", {"churn": 4})

    assert live(engine, "churn") == {"w1": 4}
    assert live(engine, "fraud") == {}


def test_a_worker_without_deployments_is_gone(engine):
    beat(engine, "w1", {"churn": 3})
    beat(engine, "w1", {})

    assert live(engine, "churn") == {}


def test_a_worker_that_ended_is_forgotten(engine):
    beat(engine, "w1", {"churn": 3})
    beat(engine, "w2", {"churn": 3})
    forget(engine, "w1")

    assert live(engine, "churn") == {"w2": 3}


def test_nobody_waits_for_a_worker_that_is_silent(engine):
    beat(engine, "dead", {"churn": 1})
    with writing(engine) as connection:
        connection.execute(table.update().values(beat_at=table.c.beat_at - workers.LIVE_S - 1))
    beat(engine, "w1", {"churn": 2})

    assert wait_until_seen(engine, "churn", 2, 30.0) == []


def test_who_has_not_confirmed_is_named(engine):
    beat(engine, "w1", {"churn": 2})
    beat(engine, "w2", {"churn": 1})

    assert wait_until_seen(engine, "churn", 2, 0.1) == ["w2"]


def test_a_later_epoch_confirms_an_earlier_one(engine):
    beat(engine, "w1", {"churn": 7})

    assert wait_until_seen(engine, "churn", 2, 30.0) == []


def test_waiting_ends_when_the_last_worker_confirms(engine):
    beat(engine, "w1", {"churn": 1})
    beat(engine, "w2", {"churn": 1})
    begun = threading.Event()

    def confirm():
        begun.wait()
        for worker in ("w1", "w2"):
            beat(engine, worker, {"churn": 2})

    thread = threading.Thread(target=confirm)
    thread.start()
    begun.set()
    try:
        assert wait_until_seen(engine, "churn", 2, 4.0) == []
    finally:
        thread.join()


@pytest.mark.parametrize("n_workers", [12])
def test_workers_that_beat_at_once_do_not_disturb_each_other(engine, n_workers):
    failed = []

    def keep_beating(worker):
        try:
            for epoch in range(5):
                beat(engine, worker, {"churn": epoch, "fraud": epoch})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=keep_beating, args=(f"w{i}",)) for i in range(n_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert live(engine, "fraud") == {f"w{i}": 4 for i in range(n_workers)}
