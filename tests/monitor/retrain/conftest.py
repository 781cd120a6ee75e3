"""A deployment with a model from a real search, and a prediction log with drift."""

from __future__ import annotations

import os
import uuid
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.flow import governance
from automl_magic.records.models.deployment import (
    Deployment,
    InputChecks,
    InputPolicy,
    PredictionLog,
    Role,
    Route,
)
from automl_magic.store.engine import open_engine
from automl_magic.store.predictions import Outcome, Prediction, add_outcomes, insert_predictions
from automl_magic.store.routes import create_deployment
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.workspace import default_workspace

NAME = "churn"


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def people(n_rows, seed, *, turned=False):
    """People: older ones leave before the drift, younger ones after it."""
    random = np.random.default_rng(seed)
    age = random.uniform(18, 80, n_rows).round(6)
    city = random.choice(["Oslo", "Lund", "Bergen"], n_rows)
    leaves = (age > 45) != turned
    noise = random.random(n_rows) < 0.1
    churn = np.where(leaves ^ noise, "yes", "no")
    return pd.DataFrame(
        {"age": age, "city": city, "visits": random.poisson(3, n_rows), "churn": churn}
    )


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A registered, approved and routed model from a search, in its own home."""
    folder = tmp_path_factory.mktemp("retrain")
    names = ("AUTOML_MAGIC_HOME", "AUTOML_MAGIC_STORE", "MLFLOW_TRACKING_URI")
    kept = {name: os.environ.pop(name, None) for name in names}
    os.environ["AUTOML_MAGIC_HOME"] = str(folder / "home")
    table = folder / "people.csv"
    people(400, 0).to_csv(table, index=False)
    outcome = flow.fit(
        table,
        "churn",
        folder=folder / "plan",
        budget_s=5,
        candidates=("linear", "random_forest"),
        holdout=0.0,
    )
    version = flow.register(outcome.run.run_id, "people")
    governance.approve("people", version.version)
    create_deployment(
        open_engine(default_workspace().store),
        Deployment(
            name=NAME,
            model_version_id="people/1",
            log=PredictionLog(hash=("city",)),
            # A challenger doesn't read the hashed column, which callers still send.
            checks=InputChecks(unknown=InputPolicy.ALLOW),
        ),
        Route(deployment=NAME, model="people", epoch=1, stable=1),
        "bob",
        trusted=own_trusted(),
    )
    yield SimpleNamespace(folder=folder, table=table)
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def log(rows, *, start=1_700_000_000.0, outcomes=True):
    """Write rows with outcomes to the prediction log, like the server."""
    engine, created = open_engine(default_workspace().predictions), []
    # The champion predicts that older people leave. "yes" is the second class.
    features = rows.drop(columns="churn").to_dict("records")
    for i, one in enumerate(features):
        created.append(
            Prediction(
                id=uuid.uuid4().hex,
                deployment=NAME,
                model="people",
                version=1,
                role=Role.STABLE,
                epoch=1,
                at=start + i,
                features=one,
                prediction="no",
                probabilities=(0.1, 0.9) if one["age"] > 45 else (0.9, 0.1),
                latency_ms=1.0,
            )
        )
    insert_predictions(engine, created)
    if outcomes:
        truth = zip(created, rows["churn"], strict=True)
        add_outcomes(
            engine, [Outcome(prediction_id=p.id, outcome=y, at=p.at + 60) for p, y in truth]
        )
    engine.dispose()
