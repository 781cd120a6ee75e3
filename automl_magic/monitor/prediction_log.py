"""Read a window from the prediction log.

The log can have more rows than fit into memory with all columns. Short fields are read for all
rows (up to a limit), the input columns only for a sample.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Engine, Row, func, select

from automl_magic.errors import MonitorError
from automl_magic.monitor.model import MonitoredModel
from automl_magic.monitor.window import (
    MAX_SAMPLED_ROWS,
    Requests,
    Window,
    rows_to_columns,
    sample_rows,
)
from automl_magic.recipe.values import Floats
from automl_magic.records.models.deployment import Deployment, Role
from automl_magic.store.engine import read_transaction
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.store.predictions import ID_LENGTH
from automl_magic.store.routes import read_deployment
from automl_magic.store.tables import outcomes, predictions
from automl_magic.workspace import Workspace, default_workspace

MAX_ROWS = 500_000
_SHORT_COLUMNS = (
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


def read_prediction_log(
    deployment: str,
    monitored_model: MonitoredModel,
    start: float,
    end: float,
    *,
    model: str,
    version: int,
    max_sampled: int = MAX_SAMPLED_ROWS,
    workspace: Workspace | None = None,
) -> Window:
    """Read the predictions of a model version from `start` to before `end`.

    Parameters
    ----------
    start, end : float
        Seconds since 1970 in UTC.
    workspace : Workspace, optional
        Default: the workspace of the notebook's process.

    Raises
    ------
    DeploymentNotFound
    MonitorError
        If the window doesn't start before it ends.
    StoreError
        If a database can't be reached.
    """
    if not start < end:
        raise MonitorError(
            "The window is empty.",
            why=f"It ends at {end:.0f}, which isn't after its start, {start:.0f}.",
            fix="Use a --since before --until.",
        )
    resolved_workspace = workspace or default_workspace()
    spec, _ = read_deployment(store_engine(resolved_workspace), deployment)
    log = predictions_engine(resolved_workspace)
    rows = _read_rows(log, deployment, start, end)
    newest = ""
    if len(rows) == MAX_ROWS:
        newest, start = f"the newest {MAX_ROWS:,} rows of ", rows[0].at
    version_rows = [row for row in rows if row.version == version and row.error is None]
    request_rows = [row for row in rows if row.role != Role.SHADOW.value]
    sampled = sample_rows(len(version_rows), max_sampled)
    features = _read_features(log, deployment, start, end, {version_rows[i].id for i in sampled})
    return Window(
        source=f"{newest}the prediction log of deployment {deployment!r}",
        start=start,
        end=end,
        timestamps=_float_array([row.at for row in version_rows]),
        weights=_weights(version_rows),
        predictions=_predictions(version_rows, monitored_model),
        outcomes=_parse_all_json([row.outcome for row in version_rows]),
        sampled=sampled,
        table=rows_to_columns([features.get(version_rows[i].id) for i in sampled]),
        deployment=deployment,
        model=model,
        version=version,
        hidden_columns=hidden_columns(spec, monitored_model),
        requests=Requests(
            timestamps=_float_array([row.at for row in request_rows]),
            latency_ms=_float_array([row.latency_ms for row in request_rows]),
            weights=_weights(request_rows),
            errors=[row.error for row in request_rows],
            versions=[f"{row.version} {row.role}" for row in request_rows],
            slos=spec.slos,
        ),
    )


def hidden_columns(deployment: Deployment, monitored_model: MonitoredModel) -> frozenset[str]:
    """Return the columns whose original values the log doesn't keep."""
    personal = (
        {c.name for c in monitored_model.schema.columns if c.personal}
        if deployment.log.protect
        else ()
    )
    return frozenset((*deployment.log.hash, *deployment.log.drop, *personal))


def _read_rows(
    log: Engine, deployment: str, start: float, end: float
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the short fields of the newest MOST_ROWS rows, the oldest first."""
    join_condition = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)
    query = (
        select(*_SHORT_COLUMNS)
        .select_from(predictions.outerjoin(outcomes, join_condition))
        .where(
            predictions.c.deployment == deployment,
            predictions.c.at >= start,
            predictions.c.at < end,
        )
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(MAX_ROWS)
    )
    with read_transaction(log) as connection:
        return list(connection.execute(query))[::-1]


def _read_features(
    log: Engine, deployment: str, start: float, end: float, ids: set[str]
) -> dict[str, Mapping[str, object]]:
    """Return the input columns of the rows with these ids. Parses only those rows."""
    query = select(predictions.c.id, predictions.c.features).where(
        predictions.c.deployment == deployment,
        predictions.c.at >= start,
        predictions.c.at < end,
        predictions.c.features.is_not(None),
    )
    with read_transaction(log) as connection:
        rows = connection.execution_options(yield_per=2_000).execute(query)
        return {row_id: json.loads(text) for row_id, text in rows if row_id in ids}


def _predictions(rows: Sequence[Row[*tuple[Any, ...]]], monitored_model: MonitoredModel) -> Floats:
    recipe = monitored_model.fitted.recipe
    if not recipe.task.has_classes:
        values = _parse_all_json([row.prediction for row in rows])
        return _float_array([_as_float(value) for value in values])
    predictions_array = np.full((len(rows), recipe.n_classes), np.nan)
    for i, probabilities in enumerate(_parse_all_json([row.probabilities for row in rows])):
        if isinstance(probabilities, list) and len(probabilities) == recipe.n_classes:
            predictions_array[i] = probabilities
    return predictions_array


def _weights(rows: Sequence[Row[*tuple[Any, ...]]]) -> Floats:
    return 1.0 / np.clip(_float_array([row.sample_rate for row in rows]), 1e-9, 1.0)


def _parse_all_json(json_texts: Sequence[str | None]) -> list[object]:
    """Parse many short JSON texts at once."""
    values: list[object] = json.loads(f"[{','.join(text or 'null' for text in json_texts)}]")
    return values


def _as_float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _float_array(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)
