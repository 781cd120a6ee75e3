"""One XGBoost model behind three servers: ours, `mlflow models serve` and MLServer.

20 features, 200 trees of depth 6; one row a request over 1, 16 and 64 connections, in turns, with
the client on the same machine. Ours runs as it is delivered: a signed model, an API key, validation
against the schema, metrics and the prediction log. Then ours once more with a blend of five.

    python tests/benchmarks/serving.py [--mlserver PYTHON] [--seconds 5] [--rounds 3]

MLServer needs an environment of its own (it wants an older pandas):

    uv venv /tmp/mlserver && uv pip install --python /tmp/mlserver mlserver mlserver-xgboost
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from load import Load, load
from sklearn.datasets import make_classification
from sqlalchemy import Engine

from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import FittedRecipe, MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.codec import dumps
from automl_magic.records.data.schema import SCHEMA_NAME
from automl_magic.records.models.approval import APPROVAL_NAME, Statement
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.approvals import record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine
from automl_magic.store.keys import create_key
from automl_magic.store.routes import create_deployment
from automl_magic.store.signing import PrivateKey, TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.workspace import default_workspace
from automl_magic_serving.process.options import available_cores

FEATURES, TREES, DEPTH = 20, 200, 6
CONNECTIONS = (1, 16, 64)
WARM_S, START_S = 1.0, 90.0


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


@dataclass(frozen=True)
class Server:
    """A server that answers, and the request that it understands."""

    name: str
    url: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def table() -> pd.DataFrame:
    X, y = make_classification(
        20_000, FEATURES, n_informative=12, n_redundant=4, flip_y=0.05, random_state=0
    )
    frame = pd.DataFrame(X.round(4), columns=[f"f{i}" for i in range(FEATURES)])
    return frame.assign(churn=np.where(y == 1, "yes", "no"))


@contextlib.contextmanager
def started(words: list[str], ready: str, environment: dict[str, str]) -> Iterator[None]:
    """Run a server until it answers, and end it with all its children at the end."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            words,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + START_S
            while not answers(ready):
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    sys.exit(f"{words[:4]} did not start:\n{log.read()[-3000:].decode()}")
                time.sleep(0.2)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    from automl_magic.cli.apps.server import free_port as find

    return find(None)


@contextlib.contextmanager
def mlflow_server(
    booster: xgboost.Booster, row: dict[str, float], folder: Path
) -> Iterator[Server]:
    """`mlflow models serve` with the booster as MLflow keeps it."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder / 'peer.db'}")
    path = folder / "mlflow-model"
    mlflow.xgboost.save_model(booster, str(path), input_example=pd.DataFrame([row]))
    port = free_port()
    words = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(path), "-p", str(port)]
    environment = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'peer.db'}",
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # it calls uvicorn by name
    }
    ready = f"http://127.0.0.1:{port}/ping"
    with started([*words, "--env-manager", "local"], ready, environment):
        body = {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}
        yield Server("mlflow models serve", f"http://127.0.0.1:{port}/invocations", body)


@contextlib.contextmanager
def mlserver(
    booster: xgboost.Booster, row: dict[str, float], folder: Path, python: str
) -> Iterator[Server]:
    """MLServer with its runtime for XGBoost, in one process, as its documentation sets it up."""
    home = folder / "mlserver"
    home.mkdir()
    booster.save_model(home / "model.json")
    http, rpc, metrics = free_port(), free_port(), free_port()
    settings = {
        "http_port": http,
        "grpc_port": rpc,
        "metrics_port": metrics,
        "host": "127.0.0.1",
        "parallel_workers": 0,
    }
    (home / "settings.json").write_text(json.dumps(settings))
    model = {
        "name": "churn",
        "implementation": "mlserver_xgboost.XGBoostModel",
        "parameters": {"uri": "./model.json"},
    }
    (home / "model-settings.json").write_text(json.dumps(model))
    ready = f"http://127.0.0.1:{http}/v2/models/churn/ready"
    program = Path(python).with_name("mlserver")
    # With a thread for each core, XGBoost's threads would wait for each other at every row.
    with started([str(program), "start", str(home)], ready, {"OMP_NUM_THREADS": "1"}):
        tensor = {"name": "x", "shape": [1, FEATURES], "datatype": "FP32"}
        body = {"inputs": [{**tensor, "data": list(row.values())}]}
        yield Server("MLServer", f"http://127.0.0.1:{http}/v2/models/churn/infer", body)


def recipe(frame: pd.DataFrame, specs: tuple[MemberSpec, ...]) -> Recipe:
    features = tuple(name for name in frame if name != "churn")
    numbers = {"tree": {}, "scaled": {"fill": "median", "scale": True}}
    return Recipe(
        task=TaskKind("binary"),
        target="churn",
        metric="roc_auc",
        classes=("no", "yes"),
        columns=dict.fromkeys(features, "number"),
        views={
            view: (StepSpec(kind="number", columns=features, params=params),)
            for view, params in numbers.items()
        },
        members=specs,
        split=Split(kind=SplitKind.STRATIFIED, folds=5, holdout=0.2, seed=0),
    )


def boosted(name: str, view: str = "tree", weight: float = 1.0, **params: Any) -> MemberSpec:
    rounds = TREES if name in ("xgboost", "lightgbm", "catboost") else None
    return MemberSpec(
        name=name, estimator=name, view=view, params=params, n_iterations=rounds, weight=weight
    )


ONE = (boosted("xgboost", max_depth=DEPTH, learning_rate=0.1),)
FIVE = (
    boosted("xgboost", weight=0.2, max_depth=DEPTH, learning_rate=0.1),
    boosted("lightgbm", weight=0.2, learning_rate=0.1),
    boosted("catboost", weight=0.2, depth=DEPTH, learning_rate=0.1),
    boosted("extra_trees", weight=0.2, min_samples_leaf=5),
    boosted("linear", view="scaled", weight=0.2),
)


@contextlib.contextmanager
def ours(
    frame: pd.DataFrame, models: dict[str, FittedRecipe], folder: Path, workers: int
) -> Iterator[dict[str, Server]]:
    """Our server with models that were signed, approved and staged, behind an API key."""
    os.environ["AUTOML_MAGIC_HOME"] = str(folder / "home")
    engine = open_engine(default_workspace().store)
    for name, model in models.items():
        schema = input_schema(model.recipe, frame)
        folder_of(engine, model, name, {SCHEMA_NAME: schema}, folder / name)
        create_deployment(
            engine,
            Deployment(name=name, model_version_id=f"{name}/1"),
            Route(deployment=name, model=name, epoch=1, stable=1),
            "bench",
            trusted=own_trusted(),
        )
    _, secret = create_key(engine, "bench", actor="ada")
    port = free_port()
    words = [sys.executable, "-m", "automl_magic_serving", "--port", str(port), "--auth=required"]
    named = [f"--deployment={name}" for name in models]
    base = f"http://127.0.0.1:{port}"
    row = frame.drop(columns="churn").iloc[0].to_dict()
    with started([*words, *named, f"--workers={workers}"], f"{base}/v2/health/ready", {}):
        yield {
            name: Server(
                name,
                f"{base}/v1/inference/{name}:predict",
                {"instances": [row]},
                {"Authorization": f"Bearer {secret}"},
            )
            for name in models
        }


def folder_of(
    engine: Engine, model: FittedRecipe, name: str, documents: dict[str, Any], saved: Path
) -> None:
    """Sign, approve and lay out version 1 of a model."""
    manifest = save_model(model, saved, documents)
    statement = Statement(
        model=name,
        version=1,
        manifest_sha256=manifest.digest(),
        author="bench",
        approver="bench",
        policy="bench",
        approved_at=datetime.now(UTC),
    )
    approval = PrivateKey.load_or_make(default_workspace().home / "keys" / "governance.pem").sign(
        statement
    )
    with exclusive_transaction(engine) as connection:
        record_approval(connection, approval)
    shutil.copytree(saved, staged_folder(statement, default_workspace().home))
    (staged_folder(statement, default_workspace().home) / APPROVAL_NAME).write_text(
        dumps(approval.to_json())
    )


def measure(servers: list[Server], rounds: int, seconds: float) -> dict[str, dict[int, Load]]:
    """Load each server in turns, and return the median of the rounds by name and connections."""
    found: dict[str, dict[int, list[Load]]] = {one.name: {} for one in servers}
    for server in servers:
        load(server.url, server.body, connections=4, seconds=WARM_S, headers=server.headers)
    for _ in range(rounds):
        for connections in CONNECTIONS:
            for one in servers:
                did = load(
                    one.url,
                    one.body,
                    connections=connections,
                    seconds=seconds,
                    headers=one.headers,
                )
                found[one.name].setdefault(connections, []).append(did)
    return {
        name: {connections: middle(loads) for connections, loads in by.items()}
        for name, by in found.items()
    }


def middle(loads: list[Load]) -> Load:
    medians = [statistics.median(getattr(one, f) for one in loads) for f in Load.measures()]
    return Load(*medians, errors=sum(one.errors for one in loads))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--mlserver", metavar="PYTHON", help="of an environment that has MLServer")
    asked.add_argument("--seconds", type=float, default=5.0)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--workers", type=int, default=available_cores())
    chosen = asked.parse_args()
    frame = table()
    models = {
        name: fit_recipe(recipe(frame, specs), frame)
        for name, specs in (("xgboost", ONE), ("blend-of-five", FIVE))
    }
    booster = models["xgboost"].members[0].models[0].native
    row = frame.drop(columns="churn").iloc[0].to_dict()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        mine = stack.enter_context(ours(frame, models, folder, chosen.workers))
        servers = list(mine.values())
        servers.append(stack.enter_context(mlflow_server(booster, row, folder)))
        if chosen.mlserver:
            servers.append(stack.enter_context(mlserver(booster, row, folder, chosen.mlserver)))
        found = measure(servers, chosen.best_n_rounds, chosen.seconds)
    for connections in CONNECTIONS:
        print(f"\n{connections} connections")
        for server in servers:
            ratio = (
                found["xgboost"][connections].requests_per_s
                / found[server.name][connections].requests_per_s
            )
            print(f"  {server.name:20} {found[server.name][connections]}   ours is {ratio:5.1f} x")


if __name__ == "__main__":
    main()
