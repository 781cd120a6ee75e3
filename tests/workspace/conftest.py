"""A person's own folder, and nothing of this machine's environment."""

import pytest

VARIABLES = (
    "AUTOML_MAGIC_STORE",
    "AUTOML_MAGIC_PREDICTIONS",
    "AUTOML_MAGIC_WORKSPACE",
    "AUTOML_MAGIC_WORKSPACES",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_WORKSPACE",
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"
