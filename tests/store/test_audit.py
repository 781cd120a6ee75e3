import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from automl_magic.store.audit import GENESIS, append, entries, verify
from automl_magic.store.engine import exclusive_transaction, open_engine, write_transaction
from automl_magic.store.tables import audit
from automl_magic.workspace import Database, default_workspace


def write(engine, n=5):
    for i in range(n):
        with exclusive_transaction(engine) as connection:
            append(
                connection,
                actor="ada",
                action="approve",
                subject=f"churn/{i}",
                detail={"i": i, "share": 0.1, "text": "Ærø 🌊", "nothing": None},
            )


def change(engine, statement):
    with write_transaction(engine) as connection:
        connection.execute(statement)


def test_an_empty_log_is_whole(engine):
    assert verify(engine).head == GENESIS
    assert verify(engine).broken_at is None


def test_a_log_that_nobody_touched_is_whole(engine):
    write(engine)

    verdict = verify(engine)
    assert (verdict.n_entries, verdict.broken_at) == (5, None)
    assert verdict.head == entries(engine, limit=1)[0].hash
    assert [entry.subject for entry in entries(engine, limit=2)] == ["churn/4", "churn/3"]
    assert entries(engine, subject="churn/2")[0].detail["text"] == "Ærø 🌊"


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "eve"},
        {"action": "revoke"},
        {"subject": "fraud/1"},
        {"detail": '{"i":7}'},
        {"at": 0.0},
        {"hash": "sha256:" + "1" * 64},
        {"previous": GENESIS},
    ],
)
def test_a_changed_entry_breaks_the_chain_there(engine, values):
    write(engine)
    change(engine, update(audit).where(audit.c.seq == 3).values(**values))

    verdict = verify(engine)
    assert verdict.broken_at == 3
    assert verdict.why


def test_a_removed_entry_is_missed(engine):
    write(engine)
    change(engine, delete(audit).where(audit.c.seq == 2))

    assert verify(engine).why == "Entry 2 is missing."
    assert verify(engine).broken_at == 3


def test_swapped_entries_are_found(engine):
    write(engine)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        change(engine, update(audit).where(audit.c.seq == old).values(seq=new))

    assert verify(engine).broken_at == 2


def test_an_entry_put_in_between_is_found(engine):
    write(engine)
    for old in (5, 4, 3):
        change(engine, update(audit).where(audit.c.seq == old).values(seq=old + 1))
    with write_transaction(engine) as connection:
        row = connection.execute(select(audit).where(audit.c.seq == 2)).one()._asdict()
        connection.execute(audit.insert().values(**row | {"seq": 3, "hash": "sha256:x"}))

    assert verify(engine).broken_at == 3


def test_a_cut_end_shows_against_a_head_kept_elsewhere(engine):
    write(engine)
    kept = verify(engine).head
    change(engine, delete(audit).where(audit.c.seq == 5))

    assert verify(engine).broken_at is None
    assert verify(engine).head != kept


def test_writers_at_once_make_one_chain(engine):
    threads = [threading.Thread(target=write, args=(engine, 5)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (verify(engine).n_entries, verify(engine).broken_at) == (40, None)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    detail=st.dictionaries(
        st.text(), st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    ),
    subject=st.text(max_size=400),
)
def test_whatever_an_entry_says_it_can_be_checked(home, detail, subject):
    engine = open_engine(default_workspace().store)
    with exclusive_transaction(engine) as connection:
        append(connection, actor="ada", action="a", subject=subject, detail=detail)

    assert verify(engine).broken_at is None
    assert entries(engine, limit=1)[0].detail == detail
    engine.dispose()


_WRITER = """
import sys
from automl_magic.store.audit import append
from automl_magic.store.engine import exclusive_transaction, open_engine
from automl_magic.workspace import Database
engine = open_engine(Database(sys.argv[1]))
for i in range(10_000):
    with exclusive_transaction(engine) as connection:
        append(connection, actor="ada", action="a", subject=str(i), detail={})
    print(i, flush=True)
"""


@pytest.mark.long
@pytest.mark.parametrize("n_kills", [20])
def test_what_was_acknowledged_outlives_a_kill(url, n_kills):
    acknowledged = 0
    for kill in range(n_kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True
        )
        lines = [writer.stdout.readline() for _ in range(1 + kill)]
        writer.kill()
        lines += writer.stdout.readlines()
        writer.wait()
        acknowledged += sum(line.endswith("\n") for line in lines)

    verdict = verify(open_engine(Database(url)))
    assert verdict.broken_at is None
    assert acknowledged <= verdict.n_entries <= acknowledged + n_kills
