import multiprocessing
import os
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from automl_magic.errors import StoreError
from automl_magic.store import migrate
from automl_magic.store.engine import (
    exclusive_transaction,
    open_engine,
    read_transaction,
    write_transaction,
)
from automl_magic.store.tables import metadata, models
from automl_magic.workspace import Database, default_workspace


def test_the_revisions_make_the_tables_that_the_code_names(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_revisions_can_be_undone(url):
    engine = open_engine(Database(url))
    with write_transaction(engine) as connection:
        command.downgrade(migrate.configuration(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_the_store_lies_in_the_home_by_default(home):
    engine = open_engine(default_workspace().store)

    assert default_workspace().store.url == f"sqlite:///{home}/store.db"
    assert default_workspace().predictions.url == f"sqlite:///{home}/predictions.db"
    assert inspect(engine).has_table("approvals")


def test_the_predictions_lie_where_they_are_said_to(home, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_STORE", "postgresql://automl@db/automl")
    assert default_workspace().predictions.url == "postgresql://automl@db/automl"
    monkeypatch.setenv("AUTOML_MAGIC_PREDICTIONS", "sqlite:////tmp/p.db")
    assert default_workspace().predictions.url == "sqlite:////tmp/p.db"


def test_a_file_is_its_owners_alone(home):
    old = os.umask(0)
    try:
        with write_transaction(open_engine(default_workspace().store)) as connection:
            connection.execute(models.insert().values(name="churn", epoch=1))
    finally:
        os.umask(old)

    modes = {path.name: path.stat().st_mode & 0o777 for path in home.glob("store.db*")}
    assert modes.pop("store.db.lock") == 0o666
    assert set(modes.values()) == {0o600}


def test_a_store_that_is_current_is_opened_without_alembic(url):
    open_engine(Database(url)).dispose()
    code = (
        "import sys; from automl_magic.store.engine import open_engine\n"
        "from automl_magic.workspace import Database\n"
        f"open_engine(Database({url!r})); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def _open(url, barrier):
    barrier.wait()
    with write_transaction(open_engine(Database(url))) as connection:
        connection.execute(models.insert().values(name=f"m{os.getpid()}", epoch=1))


def test_many_processes_that_open_a_new_store_at_once_find_it_whole(url):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    processes = [context.Process(target=_open, args=(url, barrier)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 4
    with read_transaction(open_engine(Database(url))) as connection:
        assert len(connection.execute(select(models)).all()) == 4


def test_a_migration_that_is_cut_short_leaves_nothing(url, monkeypatch):
    """A process that is killed between two statements does the same."""

    def half(connection):
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise KeyboardInterrupt

    monkeypatch.setattr("automl_magic.store.engine.upgrade", half)
    with pytest.raises(KeyboardInterrupt):
        open_engine(Database(url))
    monkeypatch.undo()

    engine = open_engine(Database(url))
    assert not inspect(engine).has_table("half")
    assert inspect(engine).has_table("approvals")


def test_a_store_of_a_newer_version_is_not_touched(url):
    with write_transaction(open_engine(Database(url))) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer version of automl-magic"):
        open_engine(Database(url))


def test_what_fails_in_the_middle_leaves_nothing(engine):
    def write_and_fail():
        with exclusive_transaction(engine) as connection:
            connection.execute(models.insert().values(name="churn", epoch=1))
            connection.execute(models.insert().values(name="churn", epoch=2))

    with pytest.raises(StoreError, match="Can.t use the store"):
        write_and_fail()
    with read_transaction(engine) as connection:
        assert connection.execute(select(models)).all() == []


def test_a_reader_sees_one_moment(engine):
    with read_transaction(engine) as connection:
        before = connection.execute(select(models)).all()
        with write_transaction(engine) as other:
            other.execute(models.insert().values(name="churn", epoch=1))
        assert connection.execute(select(models)).all() == before


def test_a_reader_cannot_write_in_postgresql(postgres, home):
    engine = open_engine(Database(postgres()))
    with pytest.raises(StoreError, match="read-only"), read_transaction(engine) as connection:
        connection.execute(models.insert().values(name="churn", epoch=1))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://root@localhost/x", "can.t be a .mysql. database"),
        ("oracle+nothing://x", "can.t be a .oracle. database"),
        ("store.db", "Can.t use the address of the store"),
        ("postgresql+nothing://x/y", "Can.t use the address of the store"),
        ("postgresql://ada:s3cret@127.0.0.1:1/x", "Can.t use the store .*ada:.*@127.0.0.1:1/x"),
        ("sqlite:////proc/none/store.db", "Can.t use the store"),
    ],
)
def test_an_address_that_does_not_work_is_a_clear_error(address, says):
    with pytest.raises(StoreError, match=says) as caught:
        open_engine(Database(address))
    assert "s3cret" not in str(caught.value)
    assert "AUTOML_MAGIC_STORE" in caught.value.fix


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "store.db"
    path.write_text("name,age\nada,36\n" * 100)

    with pytest.raises(StoreError, match="not a database"):
        open_engine(Database(f"sqlite:///{path}"))
    assert path.read_text().startswith("name,age")


def test_the_values_of_a_failed_statement_are_not_shown(engine):
    with write_transaction(engine) as connection:
        connection.execute(models.insert().values(name="churn", epoch=1))
    with pytest.raises(StoreError) as caught, write_transaction(engine) as connection:
        connection.execute(models.insert().values(name="churn", epoch=987654321))
    assert "987654321" not in str(caught.value)
