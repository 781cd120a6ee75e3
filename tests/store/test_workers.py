import threading

import pytest

from automl_magic.store import workers
from automl_magic.store.engine import write_transaction
from automl_magic.store.tables import workers as table
from automl_magic.store.workers import heartbeat, live_workers, remove_worker, wait_for_epoch


def test_a_worker_says_which_routes_it_follows(engine):
    heartbeat(engine, "w1", {"churn": 3, "fraud": 1})
    heartbeat(engine, "w2", {"churn": 4})

    assert live_workers(engine, "churn") == {"w1": 3, "w2": 4}
    assert live_workers(engine, "fraud") == {"w1": 1}
    assert live_workers(engine, "nobody") == {}


def test_the_last_beat_counts(engine):
    heartbeat(engine, "w1", {"churn": 3, "fraud": 1})
    heartbeat(engine, "w1", {"churn": 4})

    assert live_workers(engine, "churn") == {"w1": 4}
    assert live_workers(engine, "fraud") == {}


def test_a_worker_without_deployments_is_gone(engine):
    heartbeat(engine, "w1", {"churn": 3})
    heartbeat(engine, "w1", {})

    assert live_workers(engine, "churn") == {}


def test_a_worker_that_ended_is_forgotten(engine):
    heartbeat(engine, "w1", {"churn": 3})
    heartbeat(engine, "w2", {"churn": 3})
    remove_worker(engine, "w1")

    assert live_workers(engine, "churn") == {"w2": 3}


def test_nobody_waits_for_a_worker_that_is_silent(engine):
    heartbeat(engine, "dead", {"churn": 1})
    with write_transaction(engine) as connection:
        connection.execute(table.update().values(beat_at=table.c.beat_at - workers.LIVE_S - 1))
    heartbeat(engine, "w1", {"churn": 2})

    assert wait_for_epoch(engine, "churn", 2, 30.0) == []


def test_who_has_not_confirmed_is_named(engine):
    heartbeat(engine, "w1", {"churn": 2})
    heartbeat(engine, "w2", {"churn": 1})

    assert wait_for_epoch(engine, "churn", 2, 0.1) == ["w2"]


def test_a_later_epoch_confirms_an_earlier_one(engine):
    heartbeat(engine, "w1", {"churn": 7})

    assert wait_for_epoch(engine, "churn", 2, 30.0) == []


def test_waiting_ends_when_the_last_worker_confirms(engine):
    heartbeat(engine, "w1", {"churn": 1})
    heartbeat(engine, "w2", {"churn": 1})
    begun = threading.Event()

    def confirm():
        begun.wait()
        for worker in ("w1", "w2"):
            heartbeat(engine, worker, {"churn": 2})

    thread = threading.Thread(target=confirm)
    thread.start()
    begun.set()
    try:
        assert wait_for_epoch(engine, "churn", 2, 4.0) == []
    finally:
        thread.join()


@pytest.mark.parametrize("n_workers", [12])
def test_workers_that_beat_at_once_do_not_disturb_each_other(engine, n_workers):
    failed = []

    def keep_beating(worker):
        try:
            for epoch in range(5):
                heartbeat(engine, worker, {"churn": epoch, "fraud": epoch})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=keep_beating, args=(f"w{i}",)) for i in range(n_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert live_workers(engine, "fraud") == {f"w{i}": 4 for i in range(n_workers)}
