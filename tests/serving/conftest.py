"""A real server: two small models, fitted, signed, staged, routed and served by processes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import ColumnKind, Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.codec import dumps
from automl_magic.records.data.schema import SCHEMA_NAME, InputColumn, InputSchema
from automl_magic.records.models.approval import APPROVAL_NAME, Statement
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.approvals import record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine
from automl_magic.store.keys import create_key
from automl_magic.store.predictions import read_window
from automl_magic.store.routes import create_deployment
from automl_magic.store.signing import PrivateKey, TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.workspace import Database, default_workspace

CUSTOMER = {"age": 41.5, "visits": 3, "city": "Oslo", "active": True, "since": "2021-03-04"}
HOUSE = {"area": 80.0, "rooms": 3.0, "year": 1987.0}


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def customers(n=200):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(45, 12, n).round(1),
            "visits": rng.integers(0, 9, n),
            "city": rng.choice(["Oslo", "Bergen", "Århus"], n),
            "active": rng.random(n) < 0.6,
            "since": [f"20{10 + i % 12}-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(n)],
            "churn": np.where(rng.random(n) < 0.4, "yes", "no"),
        }
    )


def houses(n=200):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "area": rng.uniform(20, 200, n),
            "rooms": rng.integers(1, 8, n).astype(float),
            "year": rng.integers(1900, 2020, n).astype(float),
        }
    )
    return frame.assign(price=3_000 * frame["area"] + 5_000 * frame["rooms"])


def number(name, low, high, example, nullable=False):
    return InputColumn(
        name=name,
        kind=ColumnKind.NUMBER,
        stored_as="number",
        nullable=nullable,
        low=low,
        high=high,
        example=example,
    )


CHURN_SCHEMA = InputSchema(
    task=TaskKind("binary"),
    target="churn",
    classes=("no", "yes"),
    columns=(
        number("age", 10, 90, 41.5, nullable=True),
        number("visits", 0, 9, 3),
        InputColumn(
            name="city",
            kind=ColumnKind.CATEGORY,
            stored_as="text",
            nullable=False,
            levels=("Bergen", "Oslo", "Århus"),
            example="Oslo",
        ),
        InputColumn(
            name="active",
            kind=ColumnKind.BOOLEAN,
            stored_as="boolean",
            nullable=False,
            example=True,
        ),
        InputColumn(
            name="since",
            kind=ColumnKind.DATE,
            stored_as="text",
            nullable=False,
            parse={"date_format": "%Y-%m-%d"},
            low=1262304000.0,
            high=1672444800.0,
            example="2021-03-04",
        ),
    ),
)
PRICE_SCHEMA = InputSchema(
    task=TaskKind("regression"),
    target="price",
    columns=(
        number("area", 20, 200, 80.0),
        number("rooms", 1, 8, 3.0),
        number("year", 1900, 2020, 1987.0),
    ),
)


def recipe(task, target, classes, steps, columns):
    return Recipe(
        task=task,
        target=target,
        metric="log_loss" if classes else "rmse",
        classes=classes,
        columns=columns,
        views={"tree": steps},
        members=(
            MemberSpec(name="xgb", estimator="xgboost", view="tree", n_iterations=20, weight=1.0),
        ),
        threshold=None,
        class_weight=False,
        split=Split(kind=SplitKind.KFOLD, folds=5, holdout=0.2, seed=0),
        fold_sha256="sha256:0",
        seed=0,
        threads=1,
        versions={},
        data_fingerprint="sha256:1",
    )


CHURN = recipe(
    TaskKind("binary"),
    "churn",
    ("no", "yes"),
    (
        StepSpec(kind="number", columns=("age", "visits")),
        StepSpec(kind="category", columns=("city",)),
        StepSpec(kind="boolean", columns=("active",)),
        StepSpec(kind="date", columns=("since",), params={"date_format": "%Y-%m-%d"}),
    ),
    {"age": "number", "visits": "number", "city": "category", "active": "boolean", "since": "date"},
)
PRICE = recipe(
    TaskKind("regression"),
    "price",
    (),
    (StepSpec(kind="number", columns=("area", "rooms", "year")),),
    {"area": "number", "rooms": "number", "year": "number"},
)


# Version 9 of churn has the column `calls` instead of `visits`.
OTHER_COLUMNS = 9
OTHER_SCHEMA = dataclasses.replace(
    CHURN_SCHEMA,
    columns=tuple(
        dataclasses.replace(column, name="calls") if column.name == "visits" else column
        for column in CHURN_SCHEMA.columns
    ),
)


def renamed(model_recipe):
    number_step, *others = model_recipe.views["tree"]
    number_step = dataclasses.replace(number_step, columns=("age", "calls"))
    columns = {"calls" if c == "visits" else c: kind for c, kind in model_recipe.columns.items()}
    return dataclasses.replace(
        model_recipe, columns=columns, views={"tree": (number_step, *others)}
    )


def stage(engine, home, fitted, schema, model, version):
    """Do what governance does when it approves and deploys: sign, record, and lay out."""
    saved = home / "saved" / f"{model}-{version}"
    manifest = save_model(fitted, saved, {SCHEMA_NAME: schema})
    statement = Statement(
        model=model,
        version=version,
        manifest_sha256=manifest.digest(),
        author="ada",
        approver="grace",
        policy="test",
        approved_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    approval = PrivateKey.load_or_make(home / "keys" / "governance.pem").sign(statement)
    with exclusive_transaction(engine) as connection:
        record_approval(connection, approval)
    folder = staged_folder(statement, default_workspace().home)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(saved, folder)
    (folder / APPROVAL_NAME).write_text(dumps(approval.to_json()))
    return folder


def churn_version(version):
    """Return the recipe of a version of churn: each has other trees, and so other scores."""
    members = (dataclasses.replace(CHURN.members[0], n_iterations=15 + 5 * version),)
    return dataclasses.replace(CHURN, members=members)


@pytest.fixture(scope="session")
def fitted():
    """Three versions of churn, one with another input column, and one of price, with schemas."""
    frame = customers()
    versions = {
        ("churn", n): (fit_recipe(churn_version(n), frame), CHURN_SCHEMA) for n in (1, 2, 3)
    }
    other = fit_recipe(renamed(CHURN), frame.rename(columns={"visits": "calls"}))
    versions["churn", OTHER_COLUMNS] = (other, OTHER_SCHEMA)
    return {**versions, ("price", 1): (fit_recipe(PRICE, houses()), PRICE_SCHEMA)}


@contextlib.contextmanager
def planes(home, fitted, *, store=None):
    """Give a home whose store has all versions approved, and routes to the first ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(home))
        for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS"):
            patch.delenv(name, raising=False)
        if store is not None:
            patch.setenv("AUTOML_MAGIC_STORE", store)
        engine = open_engine(default_workspace().store)
        for (name, version), (model, schema) in fitted.items():
            stage(engine, home, model, schema, name, version)
        for name in ("churn", "price"):
            deployment = Deployment(name=name, model_version_id=f"{name}/1")
            route = Route(deployment=name, model=name, epoch=1, stable=1)
            create_deployment(engine, deployment, route, "ada", trusted=own_trusted())
        try:
            yield Plane(home, engine)
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def plane(tmp_path_factory, fitted):
    """A home in which no key was ever made: its servers answer this machine without one."""
    with planes(tmp_path_factory.mktemp("open"), fitted) as new_plane:
        pass
    return new_plane


@pytest.fixture(scope="session")
def keyed_plane(tmp_path_factory, fitted):
    """A home for tests that make keys; from the first one on, its servers want one."""
    with planes(tmp_path_factory.mktemp("keyed"), fitted) as new_plane:
        pass
    return new_plane


@pytest.fixture
def own_plane(tmp_path, fitted):
    """A plane of one test's own, whose routes it may change; its home is the user's meanwhile."""
    with planes(tmp_path / "home", fitted) as new_plane:
        yield new_plane


@pytest.fixture
def team_plane(tmp_path, fitted, postgres):
    """A plane whose store is a PostgreSQL, as a team has it."""
    with planes(tmp_path / "home", fitted, store=postgres()) as new_plane:
        yield new_plane


@dataclasses.dataclass(frozen=True)
class Plane:
    """A home, and the engine of its store."""

    home: Path
    engine: Engine

    @property
    def behaviour(self):
        return self.home / "behaviour.json"

    def behave(self, **versions):
        """Make versions of churn slow or faulty in servers that run with `misbehaving`.

        `v2={"sleep_s": 0.3}` lets version 2 take its time, `v2={"fails": 0.5}` lets half of its
        answers fail.
        """
        behaviour = {f"churn/{name[1:]}": what for name, what in versions.items()}
        new = self.behaviour.with_suffix(".new")
        new.write_text(json.dumps(behaviour))
        new.replace(self.behaviour)

    @property
    def misbehaving(self):
        """The environment of a server whose versions do as `behave` says."""
        return {
            "PYTHONPATH": str(Path(__file__).parent / "misbehaving"),
            "AUTOML_TEST_BEHAVIOUR": str(self.behaviour),
        }


@dataclasses.dataclass(frozen=True)
class Live:
    """A server that runs: its addresses, its process, and a client that has no key."""

    url: str
    grpc: str
    process: subprocess.Popen
    client: httpx.Client

    @property
    def host(self):
        return self.url.removeprefix("http://")


@contextlib.contextmanager
def serving(plane, *options, deployments=("churn", "price"), python=sys.executable, env=None):
    """Run the server as a person runs it, and give it when it says that it is ready."""
    named = [part for name in deployments for part in ("--deployment", name)]
    command = [python, "-m", "automl_magic_serving", *named, "--port", "0"]
    with (plane.home / "server.log").open("ab") as errors:
        process = subprocess.Popen(
            [*command, "--grpc-port", "0", "--workers", "1", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "AUTOML_MAGIC_HOME": str(plane.home), **(env or {})},
            start_new_session=True,
        )
    try:
        ready = json.loads(process.stdout.readline() or "{}")
        assert ready.get("event") == "ready", (plane.home / "server.log").read_text()[-3000:]
        threading.Thread(target=process.stdout.read, daemon=True).start()
        with httpx.Client(base_url=ready["url"], timeout=30) as client:
            yield Live(ready["url"], ready["grpc"], process, client)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def server_of():
    """Runs a server on any plane: `with server_of(plane, "--workers", "2") as live`."""
    return serving


@pytest.fixture(scope="session")
def predictions_of():
    """Reads all that the prediction log of a plane holds about a deployment."""

    def read(plane, deployment, **which):
        engine = open_engine(Database(f"sqlite:///{plane.home / 'predictions.db'}"))
        try:
            return read_window(engine, deployment, 0.0, 1e12, **which)
        finally:
            engine.dispose()

    return read


@pytest.fixture(scope="session")
def staged():
    """Signs, approves and lays out a model: `staged(engine, home, fitted, schema, name, 4)`."""
    return stage


@pytest.fixture(scope="session")
def serve():
    return serving


@pytest.fixture(scope="session")
def live(plane):
    """A server that needs no key: it listens on the loopback address, and there are no keys."""
    with serving(plane) as running:
        yield running


@pytest.fixture(scope="session")
def keyed(keyed_plane):
    """A server of a home in which keys were made: it wants one."""
    create_key(keyed_plane.engine, "first", actor="ada")
    with serving(keyed_plane) as running:
        yield running


@pytest.fixture
def customer():
    return dict(CUSTOMER)


@pytest.fixture
def house():
    return dict(HOUSE)
