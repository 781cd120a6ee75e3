"""A store of each kind, an empty one, and versions of a model that were registered in it."""

import pytest

from automl_magic import govern
from automl_magic.records import ModelVersion
from automl_magic.store.engine import open_engine, writing
from automl_magic.store.tables import metadata


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def on_postgres(postgres):
    opened = open_engine(postgres())
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, home):
    if request.param == "sqlite":
        opened = open_engine()
        yield opened
        opened.dispose()
        return
    opened = request.getfixturevalue("on_postgres")
    with writing(opened) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield opened


@pytest.fixture
def file_engine(home):
    opened = open_engine()
    yield opened
    opened.dispose()


@pytest.fixture
def version_of():
    def make(number, name="churn"):
        return ModelVersion(
            name=name,
            version=number,
            run_id=f"run-{number}",
            uri=f"models:/{name}/{number}",
            manifest_sha256=f"sha256:{number:064x}",
        )

    return make


@pytest.fixture
def approved(engine, version_of):
    """Three versions, each registered by Ada and approved by Grace."""
    versions = [version_of(number) for number in (1, 2, 3)]
    for version in versions:
        govern.register(engine, version, actor="ada")
        govern.approve(engine, version, actor="grace")
    return versions
