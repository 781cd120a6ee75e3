"""A store of each kind, with two approved versions of a model in it."""

from datetime import UTC, datetime

import pytest

from automl_magic.records.models.approval import Statement
from automl_magic.store.approvals import record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine, write_transaction
from automl_magic.store.signing import PrivateKey, private_key_path
from automl_magic.store.tables import metadata
from automl_magic.workspace import Database, default_workspace


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AUTOML_MAGIC_STORE", raising=False)
    monkeypatch.delenv("AUTOML_MAGIC_PREDICTIONS", raising=False)
    return tmp_path / "home"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, home):
    """The address of a store that is not there yet."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres")()
    return f"sqlite:///{home / 'store.db'}"


@pytest.fixture(scope="session")
def on_postgres(postgres):
    """One store on PostgreSQL for all tests: to empty it is quicker than to make another."""
    opened = open_engine(Database(postgres()))
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, home):
    """An empty store of each kind."""
    if request.param == "sqlite":
        opened = open_engine(default_workspace().store)
        yield opened
        opened.dispose()
        return
    opened = request.getfixturevalue("on_postgres")
    with write_transaction(opened) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield opened


@pytest.fixture
def key(home):
    return PrivateKey.load_or_make(private_key_path(default_workspace().home))


@pytest.fixture
def approve(engine, key):
    """Approve a version of `churn` with a key that is trusted."""

    def approve_version(version, *, model="churn", signed_with=key):
        statement = Statement(
            model=model,
            version=version,
            manifest_sha256=f"sha256:{version:064x}",
            author="ada",
            approver="grace",
            policy="local",
            approved_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
        approval = signed_with.sign(statement)
        with exclusive_transaction(engine) as connection:
            record_approval(connection, approval)
        return approval

    return approve_version
