"""The run store: the only truth, so it is strict."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl_magic.errors import FolderNotWritable, IllegalTransition, RunError, RunNotFound
from automl_magic.execute import RunStore
from automl_magic.execute.reconcile import reconcile
from automl_magic.execute.store import LEASE_S, new_run_id, supervising
from automl_magic.records import Failure, FailureKind, RunStatus
from automl_magic.records.runs.run import TRANSITIONS

LIFE = [RunStatus.STAGING, RunStatus.RUNNING, RunStatus.COMMITTING, RunStatus.SUCCEEDED]


def test_a_run_comes_back_as_it_was_written(store: RunStore) -> None:
    run = store.create(
        kind="search",
        notebook="/a/search.ipynb",
        parameters={"seed": 1},
        inputs={"data": "sha256:0"},
        rerun_of="20261121-053512-k3f9",
    )

    assert store.get(run.run_id) == run
    assert (run.status, run.token, run.folder) == (
        RunStatus.CREATED,
        1,
        str(store.path.parent / "runs" / run.run_id),
    )


def test_an_id_is_short_and_sorts_by_time() -> None:
    first = new_run_id(datetime(2026, 11, 21, 5, 35, 12, tzinfo=UTC))
    later = new_run_id(datetime(2026, 11, 21, 5, 35, 13, tzinfo=UTC))

    assert re.fullmatch(r"20261121-053512-[2-9a-z]{4}", first)
    assert first < later


def test_a_life_has_its_times_and_its_result(store: RunStore) -> None:
    run = store.create(kind="search", notebook="n")
    for status in LIFE[:-1]:
        run = store.advance(run.run_id, run.token, status)
    ended_run = store.advance(
        run.run_id, run.token, RunStatus.SUCCEEDED, result={"best": "lightgbm"}
    )

    assert store.get(run.run_id) == ended_run
    assert ended_run.started_at is not None
    assert ended_run.ended_at is not None
    assert ended_run.created_at <= ended_run.started_at <= ended_run.ended_at
    assert ended_run.result == {"best": "lightgbm"}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wishes=st.lists(st.sampled_from(list(RunStatus)), max_size=8))
def test_only_the_steps_of_a_life_are_taken(store: RunStore, wishes: list[RunStatus]) -> None:
    run = store.create(kind="notebook", notebook="n")
    for wish in wishes:
        before = store.get(run.run_id)
        legal = wish in TRANSITIONS[before.status] or (
            wish == before.status and not before.status.is_end
        )
        if legal:
            assert store.advance(run.run_id, run.token, wish).status == wish
        else:
            with pytest.raises(IllegalTransition):
                store.advance(run.run_id, run.token, wish)
            assert store.get(run.run_id) == before


@pytest.mark.parametrize("old", list(RunStatus))
@pytest.mark.parametrize("new", list(RunStatus))
def test_sql_itself_refuses_an_illegal_step(
    store: RunStore, old: RunStatus, new: RunStatus
) -> None:
    store.create(kind="notebook", notebook="n")
    connection = sqlite3.connect(store.path)
    connection.execute("DROP TRIGGER only_legal_steps")
    connection.execute("UPDATE runs SET status = ?", (old.value,))
    connection.execute(
        "CREATE TRIGGER only_legal_steps BEFORE UPDATE OF status ON runs "
        "WHEN NEW.status <> OLD.status AND NOT EXISTS "
        "(SELECT 1 FROM steps WHERE old = OLD.status AND new = NEW.status) "
        "BEGIN SELECT RAISE(ABORT, 'illegal transition'); END"
    )
    if old == new or new in TRANSITIONS[old]:
        connection.execute("UPDATE runs SET status = ?", (new.value,))
    else:
        with pytest.raises(sqlite3.IntegrityError, match="illegal transition"):
            connection.execute("UPDATE runs SET status = ?", (new.value,))
    connection.close()


def test_an_older_owner_is_refused_by_us(store: RunStore) -> None:
    run = store.create(kind="notebook", notebook="n")
    store.advance(run.run_id, run.token, RunStatus.STAGING)
    lost = store.take_over(run.run_id, failure=Failure(kind=FailureKind.DIED, message="gone"))
    assert lost is not None

    with pytest.raises(IllegalTransition) as caught:
        store.advance(run.run_id, run.token, RunStatus.RUNNING)
    with pytest.raises(IllegalTransition):
        store.heartbeat(run.run_id, run.token)

    assert (lost.status, lost.token) == (RunStatus.LOST, 2)
    assert caught.value.fix == f"Start another run: automl rerun {run.run_id}"
    assert store.get(run.run_id) == lost


def test_an_older_owner_is_refused_by_sql(store: RunStore) -> None:
    run = store.create(kind="notebook", notebook="n")
    connection = sqlite3.connect(store.path)
    connection.execute("UPDATE runs SET token = 5")

    with pytest.raises(sqlite3.IntegrityError, match="older owner"):
        connection.execute("UPDATE runs SET token = 4, document = ''")
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        connection.execute("DELETE FROM runs")
    connection.close()
    assert run.token == 1


def test_an_end_stays_but_the_tracking_id_may_come_later(store: RunStore) -> None:
    run = store.create(kind="notebook", notebook="n")
    failed_run = store.advance(run.run_id, run.token, RunStatus.FAILED)

    tracked = store.set_tracking_id(run.run_id, "abc")

    assert store.get(run.run_id) == tracked
    assert (tracked.status, tracked.tracking_id) == (RunStatus.FAILED, "abc")
    assert store.take_over(run.run_id) is None
    with pytest.raises(IllegalTransition, match="which is final"):
        store.advance(run.run_id, failed_run.token, RunStatus.FAILED)


def test_an_unknown_id_names_the_closest_one(store: RunStore) -> None:
    run = store.create(kind="notebook", notebook="n")
    wrong = run.run_id[:-1] + "0"

    with pytest.raises(RunNotFound) as caught:
        store.get(wrong)

    assert (caught.value.what, caught.value.fix) == (
        f"There's no run {wrong!r}.",
        f"Use {run.run_id}.",
    )


def test_without_any_run_the_error_says_how_to_make_one(store: RunStore) -> None:
    with pytest.raises(RunNotFound) as caught:
        store.get("latest")

    assert caught.value.fix == "Start one: automl fit DATA --target COLUMN"
    assert not store.path.exists()


def test_runs_are_listed_newest_first(store: RunStore) -> None:
    runs = [store.create(kind=kind, notebook="n") for kind in ("search", "model", "search")]
    store.advance(runs[0].run_id, 1, RunStatus.FAILED)

    # Ids of one second sort by chance; the moment of making does not.
    assert [run.run_id for run in store.list()] == [run.run_id for run in reversed(runs)]
    assert {run.run_id for run in store.list(kind="search")} == {runs[0].run_id, runs[2].run_id}
    assert [run.run_id for run in store.list(status=RunStatus.FAILED)] == [runs[0].run_id]
    assert len(store.list(limit=2)) == 2


def test_a_run_without_its_supervising_thread_is_lost_at_once(store: RunStore) -> None:
    abandoned = store.create(kind="notebook", notebook="n")
    supervised = store.create(kind="notebook", notebook="n")
    with supervising(supervised.run_id):
        lost = reconcile(store)

    assert [(run.run_id, run.status) for run in lost] == [(abandoned.run_id, RunStatus.LOST)]


def test_a_run_of_another_machine_is_lost_when_its_lease_has_ended(store: RunStore) -> None:
    runs = [store.create(kind="notebook", notebook="n") for _ in range(2)]
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE runs SET machine = 'elsewhere'")
        connection.execute(
            "UPDATE runs SET heartbeat_at = ? WHERE run_id = ?",
            (time.time() - LEASE_S - 1, runs[0].run_id),
        )
    connection.close()

    assert [run.run_id for run in reconcile(store)] == [runs[0].run_id]


def test_a_process_id_that_was_given_to_another_process_does_not_count(store: RunStore) -> None:
    run = store.create(kind="notebook", notebook="n")
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE runs SET pid = ?, pid_started_at = 1.0", (os.getppid(),))
    connection.close()

    assert [lost.run_id for lost in reconcile(store)] == [run.run_id]


def test_many_processes_may_make_the_store_at_once(store: RunStore) -> None:
    script = (
        "import sys; from automl_magic.execute import RunStore\n"
        "s = RunStore(sys.argv[1])\n"
        "for _ in range(5): s.create(kind='notebook', notebook='n')"
    )
    command = [sys.executable, "-c", script, str(store.path)]
    processes = [subprocess.Popen(command) for _ in range(4)]

    assert [process.wait() for process in processes] == [0] * 4
    assert len({run.run_id for run in store.list()}) == 20


def test_a_home_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(FolderNotWritable) as caught:
        RunStore(tmp_path / "home" / "runs.sqlite").create(kind="notebook", notebook="n")

    assert "AUTOML_MAGIC_HOME" in caught.value.fix


def test_a_store_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"no database at all, but long enough to have a header" * 30)

    with pytest.raises(RunError) as caught:
        RunStore(path).list()

    assert caught.value.why == "SQLite error: file is not a database."
    assert caught.value.fix.endswith(f"mv {path} {path}.old")
