"""A store in a file, a separate home, and reports like those of the monitor notebook."""

from __future__ import annotations

import pytest

from automl_magic.records.monitoring.drift import (
    ColumnDrift,
    DriftReport,
    DriftSeverity,
    DriftThresholds,
)
from automl_magic.store.engine import open_engine
from automl_magic.workspace import Database


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(folder))
    for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS", "AUTOML_MAGIC_NOTEBOOKS_URL"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def store(tmp_path):
    engine = open_engine(Database(f"sqlite:///{tmp_path / 'store.db'}"))
    yield engine
    engine.dispose()


@pytest.fixture
def report():
    """Make a report of one window from the severities of its features."""

    def make(at, severities, *, deployment="churn", why="PSI 0.40, p < 0.001"):
        features = tuple(
            ColumnDrift(column=name, severity=severity, rows=500, effective_rows=500.0, why=why)
            for name, severity in severities.items()
        )
        return DriftReport(
            run_id="run-1",
            deployment=deployment,
            model="churn-model",
            version=1,
            source="predictions",
            window_start=at - 3600,
            window_end=at,
            n_rows=500,
            n_judged=500,
            sampling="all",
            severity=max(severities.values(), key=lambda one: one.rank, default=DriftSeverity.OK),
            summary="",
            thresholds=DriftThresholds(),
            features=features,
        )

    return make
