"""A deployment with a day behind it, written as the server and the monitor write it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np

from automl_magic.monitor.alerts import load_monitor, observation_from_report, record_observation
from automl_magic.records import Score
from automl_magic.records.codec import dumps
from automl_magic.records.models.approval import Statement
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.records.monitoring.drift import (
    ColumnDrift,
    DriftReport,
    DriftSeverity,
    DriftThresholds,
    Histogram,
    Performance,
)
from automl_magic.store.approvals import record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine, write_transaction
from automl_magic.store.routes import change_route, create_deployment, roll_back
from automl_magic.store.signing import PrivateKey, TrustedKeys, private_key_path, trusted_folder
from automl_magic.store.tables import checks, predictions, retrains
from automl_magic.workspace import default_workspace

HOSTILE = "\"><script>window.__xss=1</script><img src=x onerror='window.__xss=1'>$$x^2$$"
NAME = "churn"
BINS = ("0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1")


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def deploy(model="people"):
    """Write a deployment of a model with two approved versions; the canary was rolled back."""
    store = open_engine(default_workspace().store)
    for version in (1, 2):
        said = Statement(
            model=model,
            version=version,
            manifest_sha256="sha256:" + "0" * 64,
            author="ann",
            approver="bob",
            policy="a test",
            approved_at=datetime.now(UTC),
        )
        with exclusive_transaction(store) as connection:
            record_approval(
                connection,
                PrivateKey.load_or_make(private_key_path(default_workspace().home)).sign(said),
            )
    route = create_deployment(
        store,
        Deployment(name=NAME, model_version_id=f"{model}/1"),
        Route(deployment=NAME, model=model, epoch=1, stable=1),
        "bob",
        trusted=own_trusted(),
    )
    change_route(
        store, route, action="canary", actor="bob", canary=2, percent=10.0, trusted=own_trusted()
    )
    roll_back(
        store, NAME, "automl-serving", f"Objective breached: {HOSTILE}", trusted=own_trusted()
    )
    store.dispose()


def ask(n_rows, seed=0):
    """Write so many predictions of the last 24 hours; most come by day, some fail."""
    random = np.random.default_rng(seed)
    now = time.time()
    at = now - 86_400 * random.beta(1.3, 1.6, n_rows)
    latency = random.gamma(4, 1.5, n_rows) * (1 + (at > now - 7_200))
    is_canary = (random.random(n_rows) < 0.1) & (at < now - 7_200)
    failed = random.random(n_rows) < np.where(is_canary, 0.05, 0.004)
    rows = [
        {
            "id": f"{i:032x}",
            "deployment": NAME,
            "model": "people",
            "version": 2 if is_canary[i] else 1,
            "role": "canary" if is_canary[i] else "stable",
            "epoch": 1,
            "at": float(at[i]),
            "latency_ms": float(latency[i]),
            "error": "late" if failed[i] else None,
            "sample_rate": 1.0,
        }
        for i in range(n_rows)
    ]
    engine = open_engine(default_workspace().predictions)
    with write_transaction(engine) as connection:
        for start in range(0, n_rows, 20_000):
            connection.execute(predictions.insert(), rows[start : start + 20_000])
    engine.dispose()


def report_of(end, number, columns):
    """Make a report in which columns drift more and more, and the score falls."""
    grown = number / 24
    features = []
    for i, column in enumerate(columns):
        psi = max(0.0, 0.45 * grown - 0.05 * i) + 0.01 * (i % 3)
        severity = (
            DriftSeverity.CRITICAL
            if psi >= 0.25
            else DriftSeverity.WARNING
            if psi >= 0.1
            else DriftSeverity.OK
        )
        features.append(
            ColumnDrift(
                column=column,
                severity=severity,
                rows=900,
                effective_rows=900.0,
                psi=psi,
                why=f"PSI {psi:.2f}, p < 0.001",
            )
        )
    shift = 0.2 * grown
    release = Score(metric="roc_auc", score=0.91, rows=2_000)
    current = Score(metric="roc_auc", score=0.91 - 0.12 * grown, rows=700)
    loss = (release.score - current.score) / release.score
    worst = (
        DriftSeverity.CRITICAL
        if loss > 0.1
        else DriftSeverity.WARNING
        if loss > 0.05
        else DriftSeverity.OK
    )
    reference, now = (0.35, 0.25, 0.2, 0.12, 0.08), (0.35, 0.25, 0.2, 0.12, 0.08)
    now = (now[0] - shift, now[1] - shift / 4, now[2], now[3] + shift / 2, now[4] + 0.75 * shift)
    return DriftReport(
        run_id="20261121-101500-ab12",
        deployment=NAME,
        model="people",
        version=1,
        source="the log",
        window_start=end - 3_600,
        window_end=end,
        n_rows=900,
        n_judged=900,
        sampling="all",
        severity=worst,
        summary="",
        thresholds=DriftThresholds(),
        features=tuple(features),
        prediction=ColumnDrift(
            column="churn",
            severity=DriftSeverity.OK,
            rows=900,
            effective_rows=900.0,
            psi=0.02,
            why="",
            histogram=Histogram(bins=BINS, reference=reference, current=now),
        ),
        performance=Performance(
            severity=worst,
            metric="roc_auc",
            higher_is_better=True,
            release=release,
            current=current,
            loss=loss,
            labelled=700,
            of_rows=900,
            why=f"roc_auc fell from 0.910 to {current.score:.3f}.",
        ),
    )


def judge(columns, n_windows=24):
    """Write the checks of a day, let alerts come of them, and a retraining."""
    store, now = open_engine(default_workspace().store), time.time()
    for number in range(n_windows):
        end = now - (n_windows - 1 - number) * 3_600
        made = report_of(end, number, columns)
        with write_transaction(store) as connection:
            connection.execute(
                checks.insert().values(
                    deployment=NAME,
                    run_id=made.run_id,
                    window_start=made.window_start,
                    window_end=made.window_end,
                    n_rows=made.n_rows,
                    severity=made.severity.value,
                    report=dumps(made.to_json(), indent=None),
                    at=end,
                )
            )
        record_observation(
            store,
            load_monitor(NAME, default_workspace().home),
            observation_from_report(made),
            now=end,
        )
    with write_transaction(store) as connection:
        connection.execute(
            retrains.insert().values(
                deployment=NAME,
                trigger="alert",
                status="succeeded",
                run_id="20261121-103000-cd34",
                challenger=2,
                detail="The challenger is better by 0.1310 [0.0840, 0.1770].",
                spent_s=71.0,
                started_at=now - 1_800,
                ended_at=now - 1_729,
            )
        )
    store.dispose()
