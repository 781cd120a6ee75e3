"""logged: a window of the prediction log.

The log may hold many more rows than fit into memory with all their columns: what is short is read
of all rows (up to a limit), the columns of a sample only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Engine, func, select

from automl_magic.errors import MonitorError
from automl_magic.monitor.model import WatchedModel
from automl_magic.monitor.window import MOST_SAMPLED, Requests, Window, columns_of, sample_of
from automl_magic.recipe.values import Floats
from automl_magic.records.models.deployment import Deployment, Role
from automl_magic.store.engine import reading
from automl_magic.store.opened import predicted, store
from automl_magic.store.predictions import ID_LENGTH
from automl_magic.store.routes import read_deployment
from automl_magic.store.tables import outcomes, predictions
from automl_magic.workspace import Workspace, default_workspace

MOST_ROWS = 500_000
_SHORT = (
    predictions.c.id,
    predictions.c.version,
    predictions.c.role,
    predictions.c.at,
    predictions.c.prediction,
    predictions.c.probabilities,
    predictions.c.latency_ms,
    predictions.c.error,
    predictions.c.sample_rate,
    outcomes.c.outcome,
)


def read_logged(
    deployment: str,
    watched: WatchedModel,
    start: float,
    end: float,
    *,
    model: str,
    version: int,
    most_sampled: int = MOST_SAMPLED,
    workspace: Workspace | None = None,
) -> Window:
    """Read what a version of a model answered from `start` to before `end`.

    Parameters
    ----------
    start, end : float
        Seconds since 1970 in UTC.
    workspace : Workspace, optional
        By default that of the notebook's process.

    Raises
    ------
    DeploymentNotFound
    MonitorError
        If the window ends before it starts.
    StoreError
        If the databases do not answer.
    """
    if not start < end:
        raise MonitorError(
            "The window is empty.",
            why=f"It ends at {end:.0f}, which is not after its start, {start:.0f}.",
            fix="Give a --since that lies before --until.",
        )
    here = workspace or default_workspace()
    asked_for, _ = read_deployment(store(here), deployment)
    log = predicted(here)
    rows = _rows(log, deployment, start, end)
    newest = ""
    if len(rows) == MOST_ROWS:
        newest, start = f"the newest {MOST_ROWS:,} rows of ", rows[0].at
    of_version = [row for row in rows if row.version == version and row.error is None]
    at_all = [row for row in rows if row.role != Role.SHADOW.value]
    sampled = sample_of(len(of_version), most_sampled)
    features = _features(log, deployment, start, end, {of_version[i].id for i in sampled})
    return Window(
        source=f"{newest}the log of deployment {deployment!r}",
        start=start,
        end=end,
        at=_floats([row.at for row in of_version]),
        weights=_weights(of_version),
        predicted=_predicted(of_version, watched),
        outcomes=_all_json([row.outcome for row in of_version]),
        sampled=sampled,
        table=columns_of([features.get(of_version[i].id) for i in sampled]),
        deployment=deployment,
        model=model,
        version=version,
        hidden=hidden_columns(asked_for, watched),
        requests=Requests(
            at=_floats([row.at for row in at_all]),
            latency_ms=_floats([row.latency_ms for row in at_all]),
            weights=_weights(at_all),
            errors=[row.error for row in at_all],
            versions=[f"{row.version} {row.role}" for row in at_all],
            slos=asked_for.slos,
        ),
    )


def hidden_columns(deployment: Deployment, watched: WatchedModel) -> frozenset[str]:
    """Return the columns whose values the log does not hold as they came."""
    personal = (
        {c.name for c in watched.schema.columns if c.personal} if deployment.log.protect else ()
    )
    return frozenset((*deployment.log.hash, *deployment.log.drop, *personal))


def _rows(log: Engine, deployment: str, start: float, end: float) -> list[Any]:
    """Return what is short of each row, the oldest first; of very many the newest."""
    is_of = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)
    query = (
        select(*_SHORT)
        .select_from(predictions.outerjoin(outcomes, is_of))
        .where(
            predictions.c.deployment == deployment,
            predictions.c.at >= start,
            predictions.c.at < end,
        )
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(MOST_ROWS)
    )
    with reading(log) as connection:
        return list(connection.execute(query))[::-1]


def _features(
    log: Engine, deployment: str, start: float, end: float, ids: set[str]
) -> dict[str, Any]:
    """Return the columns of some rows. All texts are passed by, and only these are parsed."""
    query = select(predictions.c.id, predictions.c.features).where(
        predictions.c.deployment == deployment,
        predictions.c.at >= start,
        predictions.c.at < end,
        predictions.c.features.is_not(None),
    )
    with reading(log) as connection:
        rows = connection.execution_options(yield_per=2_000).execute(query)
        return {one: json.loads(text) for one, text in rows if one in ids}


def _predicted(rows: Sequence[Any], watched: WatchedModel) -> Floats:
    recipe = watched.fitted.recipe
    if not recipe.task.has_classes:
        values = _all_json([row.prediction for row in rows])
        return _floats([_number(value) for value in values])
    predicted = np.full((len(rows), recipe.n_classes), np.nan)
    for i, shares in enumerate(_all_json([row.probabilities for row in rows])):
        if isinstance(shares, list) and len(shares) == recipe.n_classes:
            predicted[i] = shares
    return predicted


def _weights(rows: Sequence[Any]) -> Floats:
    return 1.0 / np.clip(_floats([row.sample_rate for row in rows]), 1e-9, 1.0)


def _all_json(texts: Sequence[str | None]) -> list[Any]:
    """Return many short JSON texts, read as one."""
    found: list[Any] = json.loads(f"[{','.join(text or 'null' for text in texts)}]")
    return found


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _floats(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)
