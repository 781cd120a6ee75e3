"""Each reader of a model looks personal values up with the key, or names the columns."""

import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.errors import ModelRefused
from automl_magic.flow.scoring import predict
from automl_magic.personal.keys import levels_key_path
from automl_magic.workspace import default_workspace
from tests.personal.canary import traces


@pytest.fixture
def registered(included, monkeypatch):
    import mlflow

    flow.register(included.outcome.run.run_id, "leaving")
    monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", default_workspace().tracking_uri)
    return lambda: mlflow.pyfunc.load_model("models:/leaving@candidate")


def test_batch_and_pyfunc_find_the_levels_by_the_key(included, registered, tmp_path):
    path = predict("models:/leaving@candidate", included.source, tmp_path / "p.parquet").path

    table = pd.read_csv(included.source)
    predicted = pd.read_parquet(path)
    assert list(registered().predict(table)) == list(predicted["prediction"])
    # Mostly right, which it can't be without the levels: people decide the outcome.
    assert (predicted["prediction"] == table["left"]).mean() > 0.75
    assert traces(tmp_path) == {}


def test_a_kept_column_has_the_values_that_the_user_asked_for(included, tmp_path):
    path = predict(
        included.outcome.run.run_id, included.source, tmp_path / "p.csv", keep=["mail"]
    ).path

    assert list(pd.read_csv(path)["mail"]) == list(pd.read_csv(included.source)["mail"])


def test_without_the_key_they_refuse_by_name_instead_of_guessing(included, registered, tmp_path):
    key = levels_key_path(included.home)
    moved = key.rename(tmp_path / "levels.key")
    try:
        with pytest.raises(ModelRefused) as batch:
            predict(included.outcome.run.run_id, included.source, tmp_path / "p.csv")
        with pytest.raises(ModelRefused) as pyfunc:
            registered()
    finally:
        moved.rename(key)
    for error in (batch.value, pyfunc.value):
        assert "mail" in error.what
        assert "Copy keys/levels.key" in error.fix
