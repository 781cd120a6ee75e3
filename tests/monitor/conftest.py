"""A small real model with schema and reference, its windows, and a deployment with a log."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from automl_magic.learn.input_schema import input_schema
from automl_magic.learn.reference import column_references, prediction_reference
from automl_magic.monitor import WindowAnalysis, load_monitored_model, read_table
from automl_magic.recipe import MemberSpec, Recipe, encode_target, fit_recipe, save_model
from automl_magic.records import Score, Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.codec import dumps
from automl_magic.records.data.schema import SCHEMA_NAME
from automl_magic.records.models.approval import APPROVAL_NAME, Statement
from automl_magic.records.models.deployment import Deployment, PredictionLog, Role, Route, Slos
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference
from automl_magic.store.approvals import record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine
from automl_magic.store.predictions import Outcome, Prediction, add_outcomes, insert_predictions
from automl_magic.store.routes import create_deployment
from automl_magic.store.signing import PrivateKey, TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.tasks import metrics
from automl_magic.workspace import default_workspace

CITIES, SHARES = ("Oslo", "Lund", "Bergen", "Århus"), (0.45, 0.3, 0.2, 0.05)
CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
STEPS = (
    StepSpec(kind="number", columns=("age", "visits", "paid"), params={"parse": {"decimal": ","}}),
    StepSpec(kind="category", columns=("city",)),
    StepSpec(kind="target_mean", columns=("email",)),
    StepSpec(kind="boolean", columns=("active",), params={"true": "True", "false": "False"}),
    StepSpec(kind="date", columns=("since",)),
)
KINDS = {
    "age": "number",
    "visits": "number",
    "paid": "number",
    "city": "category",
    "email": "high_cardinality",
    "active": "boolean",
    "since": "date",
}
START = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
DAY_S = 86_400.0


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def people(n=2_000, seed=0, **shifts):
    """People: the target depends on `age` and `city`. `age=5` makes all five years older."""
    random = np.random.default_rng(seed)
    age = random.normal(45, 12, n)
    city = random.choice(CITIES, n, p=shifts.get("city", SHARES))
    noise = random.normal(0, 0.8, n)
    score = 0.1 * (age - 45) + 1.2 * (city == "Oslo") - 0.5 + noise
    age = age + shifts.get("age", 0.0)
    return pd.DataFrame(
        {
            "age": np.where(random.random(n) < shifts.get("missing", 0.04), np.nan, age.round(1)),
            "visits": random.poisson(2.0, n),
            "paid": [f"{value:.1f}".replace(".", ",") for value in random.gamma(2, 20, n)],
            "city": city,
            "email": [f"person{i}@example.org" for i in random.integers(0, 400, n)],
            "active": random.random(n) < 0.98,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, n), "D"),
            "binary": np.where(score > 0, "yes", "no"),
            "multiclass": np.where(score > 0.8, "c", np.where(score > -0.6, "b", "a")),
            "regression": 10 * score,
        }
    )


def recipe_of(kind, names):
    steps = tuple(
        dataclasses.replace(step, columns=tuple(names.get(name, name) for name in step.columns))
        for step in STEPS
    )
    return Recipe(
        task=TaskKind(kind),
        target=kind,
        metric=METRICS[kind],
        classes=CLASSES[kind],
        columns={names.get(name, name): column_kind for name, column_kind in KINDS.items()},
        views={"tree": steps},
        members=(
            MemberSpec(
                name="lightgbm",
                estimator="lightgbm",
                view="tree",
                n_iterations=25,
                params={"learning_rate": 0.1, "min_child_samples": 40},
            ),
        ),
        split=Split(kind=SplitKind.KFOLD, folds=4, holdout=0.0, seed=0),
    )


def said(fitted, frame):
    if fitted.recipe.task.has_classes:
        return fitted.predict_proba(frame)
    return fitted.predict(frame)


def reference_of(recipe, frame, schema):
    """Return the output of a search: out-of-fold predictions and their score."""
    fold = np.arange(len(frame)) % 4
    shape = (len(frame), recipe.n_classes) if recipe.n_classes else (len(frame),)
    out_of_fold = np.empty(shape)
    for one in range(4):
        fitted = fit_recipe(recipe, frame, rows=np.flatnonzero(fold != one))
        out_of_fold[fold == one] = said(fitted, frame[fold == one])
    y = encode_target(frame[recipe.target].to_numpy(object), recipe.task, recipe.classes)
    low, high = metrics.interval(recipe.metric, y, out_of_fold)
    score = metrics.score(recipe.metric, y, out_of_fold)
    return Reference(
        task=recipe.task,
        target=recipe.target,
        classes=recipe.classes,
        rows=len(frame),
        columns=column_references(frame, schema),
        prediction=prediction_reference("out_of_fold", recipe, y, out_of_fold),
        score=Score(metric=recipe.metric, score=score, rows=len(y), low=low, high=high),
        higher_is_better=metrics.METRICS[recipe.metric].higher_is_better,
    )


@dataclasses.dataclass(frozen=True)
class Made:
    """A trained model in its folder."""

    folder: object
    manifest: object
    frame: pd.DataFrame
    kind: str

    @property
    def watched(self):
        return load_monitored_model(self.folder)

    def watch(self, frame, **thresholds):
        """Return the analysis of a table."""
        watched = load_monitored_model(self.folder)
        window = read_table(frame, watched, START, START + DAY_S, source="a test", model="people")
        return WindowAnalysis(window, watched, thresholds=thresholds)


@pytest.fixture(scope="session")
def make_people():
    """Return a function that makes tables: `make_people(600, seed=5, age=8.0)`."""
    return people


@pytest.fixture(scope="session")
def day():
    """Start and end of the window."""
    return START, START + DAY_S


@pytest.fixture(scope="session")
def make_model(tmp_path_factory):
    """Return the model of a task, with some columns renamed. Each model is trained once."""
    created = {}

    def make(kind="binary", names=None):
        key = (kind, *(names or {}).values())
        if key not in created:
            frame = people().rename(columns=names or {})
            recipe = recipe_of(kind, names or {})
            folder = tmp_path_factory.mktemp(kind) / "model"
            schema = input_schema(recipe, frame)
            documents = {SCHEMA_NAME: schema, REFERENCE_NAME: reference_of(recipe, frame, schema)}
            manifest = save_model(fit_recipe(recipe, frame), folder, documents=documents)
            created[key] = Made(folder, manifest, frame, kind)
        return created[key]

    return make


@pytest.fixture(scope="session")
def binary(make_model):
    return make_model("binary")


@dataclasses.dataclass(frozen=True)
class Deployed:
    """A deployment of version 1 of the model, and its store."""

    name: str
    model: Made

    def log(self, frame, *, start=START, every_s=10.0, outcomes=True, **changes):
        """Log predictions of rows every few seconds, like the server."""
        model = self.model.watched.fitted
        features = frame.drop(columns=list(CLASSES))
        shares, labels = model.predict_proba(features), model.predict(features)
        rows = features.to_dict("records")
        logged = [
            Prediction(
                id=f"{round(start):010d}{i:022d}",
                deployment=self.name,
                model="people",
                at=start + every_s * i,
                features={name: plain(value) for name, value in row.items()},
                prediction=str(label),
                probabilities=[float(share) for share in share_of],
                **{"version": 1, "role": Role.STABLE, "epoch": 1, "latency_ms": 2.0, **changes},
            )
            for i, (row, share_of, label) in enumerate(zip(rows, shares, labels, strict=True))
        ]
        engine = open_engine(default_workspace().predictions)
        insert_predictions(engine, logged)
        if outcomes:
            true = frame["binary"].tolist()
            add_outcomes(
                engine,
                [
                    Outcome(prediction_id=one.id[:32], outcome=label, at=one.at + 60)
                    for one, label in zip(logged, true, strict=True)
                ],
            )
        engine.dispose()
        return logged


def plain(value):
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """A home without a store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(folder))
    for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def deployed(own_home, binary):
    """The deployment `people`, approved, staged and routed, without requests."""
    engine = open_engine(default_workspace().store)
    statement = Statement(
        model="people",
        version=1,
        manifest_sha256=binary.manifest.digest(),
        author="ada",
        approver="grace",
        policy="test",
        approved_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    approval = PrivateKey.load_or_make(own_home / "keys" / "governance.pem").sign(statement)
    with exclusive_transaction(engine) as connection:
        record_approval(connection, approval)
    folder = staged_folder(statement, default_workspace().home)
    folder.parent.mkdir(parents=True)
    shutil.copytree(binary.folder, folder)
    (folder / APPROVAL_NAME).write_text(dumps(approval.to_json()))
    create_deployment(
        engine,
        Deployment(
            name="people",
            model_version_id="people/1",
            slos=Slos(latency_ms_p95=20.0, error_rate_pct=1.0),
            log=PredictionLog(drop=("visits",)),
        ),
        Route(deployment="people", model="people", epoch=1, stable=1),
        "ada",
        trusted=own_trusted(),
    )
    engine.dispose()
    return Deployed("people", binary)
