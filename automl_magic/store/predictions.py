"""Predictions and their outcomes.

They can be in a separate database (`Workspace.predictions`), so nothing here uses other tables. A
shadow's prediction has the ID of the returned prediction plus one letter, so that an outcome
belongs to both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, exists, func, select

from automl_magic.records.codec import json_text
from automl_magic.records.models.deployment import Role
from automl_magic.store.engine import read_transaction, write_transaction
from automl_magic.store.tables import outcomes, predictions
from automl_magic.store.upsert import upsert

# Length of a prediction's ID. A shadow's prediction has one more character.
ID_LENGTH = 32
_JSON = ("features", "prediction", "probabilities", "flags")
_BATCH_ROWS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """One prediction.

    `at` and `outcome_at` are Unix times in seconds. `features` holds the value of each column, its
    keyed hash (see `personal`) or nothing. `sample_rate` is the probability that a row is logged,
    so it stands for 1 / sample_rate rows. `error` is set if the prediction failed. `outcome` is
    the true value, or None if it isn't known yet.
    """

    id: str
    deployment: str
    model: str
    version: int
    role: Role
    epoch: int
    at: float
    features: Mapping[str, object] | None
    prediction: Any
    probabilities: Sequence[float] | None
    latency_ms: float
    error: str | None = None
    flags: Mapping[str, str] | None = None
    sample_rate: float = 1.0
    key_id: str | None = None
    correlation_id: str | None = None
    outcome: Any = None
    outcome_at: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The true label or number for one prediction. `at` is the Unix time of the report."""

    prediction_id: str
    outcome: object
    at: float


_COLUMNS = tuple(f.name for f in fields(Prediction) if not f.name.startswith("outcome"))


def insert_predictions(engine: Engine, rows: Sequence[Prediction]) -> None:
    """Write rows in one transaction. Existing rows are overwritten."""
    with write_transaction(engine) as connection:
        upsert(connection, predictions, [_to_row(row) for row in rows])


def add_outcomes(engine: Engine, rows: Sequence[Outcome]) -> None:
    """Write outcomes in one transaction. The last outcome of a prediction counts."""
    last = {row.prediction_id: row for row in rows}
    with write_transaction(engine) as connection:
        upsert(
            connection,
            outcomes,
            [
                {"prediction_id": row.prediction_id, "outcome": _text(row.outcome), "at": row.at}
                for row in last.values()
            ],
        )


def read_window(
    engine: Engine,
    deployment: str,
    start: float,
    end: float,
    *,
    version: int | None = None,
    role: Role | None = None,
    limit: int | None = None,
) -> list[Prediction]:
    """Return the predictions from `start` to before `end` with their outcomes, oldest first.

    Parameters
    ----------
    start, end : float
        Unix times in seconds.
    version : int, optional
        Only predictions of this version.
    role : Role, optional
        Only predictions in this role.
    limit : int, optional
        Maximum number of predictions. The newest are returned.
    """
    conditions = [
        predictions.c.deployment == deployment,
        predictions.c.at >= start,
        predictions.c.at < end,
    ]
    if version is not None:
        conditions.append(predictions.c.version == version)
    if role is not None:
        conditions.append(predictions.c.role == role.value)
    query = (
        select(predictions, outcomes.c.outcome, outcomes.c.at.label("outcome_at"))
        .outerjoin(outcomes, _outcome_of_prediction)
        .where(*conditions)
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(limit)
    )
    with read_transaction(engine) as connection:
        return [_from_row(row) for row in connection.execute(query)][::-1]


def deployments_of(engine: Engine, ids: Sequence[str]) -> dict[str, str]:
    """Return the deployment of each logged prediction, by its ID."""
    query = select(predictions.c.id, predictions.c.deployment).where(predictions.c.id.in_(ids))
    with read_transaction(engine) as connection:
        return {row.id: row.deployment for row in connection.execute(query)}


def has_predicted(engine: Engine, deployment: str, version: int, since: float) -> bool:
    """Return whether the log has a successful prediction of a version since a Unix time."""
    query = (
        select(predictions.c.id)
        .where(
            predictions.c.deployment == deployment,
            predictions.c.at >= since,
            predictions.c.version == version,
            predictions.c.error.is_(None),
        )
        .limit(1)
    )
    with read_transaction(engine) as connection:
        return connection.execute(query).first() is not None


def outcomes_since(
    engine: Engine, deployment: str, epoch: int, since: float, limit: int = 10_000
) -> list[Prediction]:
    """Return the successful predictions of an epoch with outcomes reported since `since`.

    At most `limit`, in the order of the reports, oldest first.
    """
    query = (
        select(predictions, outcomes.c.outcome, outcomes.c.at.label("outcome_at"))
        .join(outcomes, _outcome_of_prediction)
        .where(
            predictions.c.deployment == deployment,
            predictions.c.epoch == epoch,
            predictions.c.error.is_(None),
            outcomes.c.at >= since,
        )
        .order_by(outcomes.c.at, predictions.c.id)
        .limit(limit)
    )
    with read_transaction(engine) as connection:
        return [_from_row(row) for row in connection.execute(query)]


def delete_older(engine: Engine, deployment: str, before: float) -> int:
    """Delete the predictions of a deployment from before a time, with their outcomes.

    Older outcomes without a prediction, which wasn't sampled, are also deleted.

    Returns
    -------
    int
        Number of deleted predictions.
    """
    deleted = _delete(engine, (predictions.c.deployment == deployment, predictions.c.at < before))
    with write_transaction(engine) as connection:
        connection.execute(
            delete(outcomes).where(outcomes.c.at < before, ~exists().where(_outcome_of_prediction))
        )
    return deleted


def delete_subject(engine: Engine, deployment: str, column: str, token: str) -> int:
    """Delete the predictions about one person, with their outcomes.

    The bytes are erased: SQLite overwrites freed pages, and its write-ahead log is truncated.

    Parameters
    ----------
    column : str
        A column that is stored as a keyed hash.
    token : str
        The hash of the person's value: `personal.LogKey.token(column, value)`.

    Returns
    -------
    int
        Number of deleted predictions.
    """
    # The column name is encoded as in the stored JSON. The token is hexadecimal.
    json_item = f"{json_text(column, ensure_ascii=False)}: {json_text(token)}"
    return _delete(
        engine,
        (
            predictions.c.deployment == deployment,
            predictions.c.features.contains(json_item, autoescape=True),
        ),
    )


_outcome_of_prediction = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)


def _delete(engine: Engine, conditions: Sequence[ColumnElement[bool]]) -> int:
    n_deleted = 0
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.rollback()
        while True:
            # In batches, so that writers never wait for long.
            with connection.begin():
                query = select(predictions.c.id).where(and_(*conditions)).limit(_BATCH_ROWS)
                ids = list(connection.execute(query).scalars())
                outcome_ids = {prediction_id[:ID_LENGTH] for prediction_id in ids}
                connection.execute(
                    delete(outcomes).where(outcomes.c.prediction_id.in_(outcome_ids))
                )
                connection.execute(delete(predictions).where(predictions.c.id.in_(ids)))
            n_deleted += len(ids)
            if len(ids) < _BATCH_ROWS:
                break
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")
            connection.rollback()
    if is_sqlite and n_deleted:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
    return n_deleted


def _to_row(row: Prediction) -> dict[str, object]:
    return {
        name: _text(value) if name in _JSON else value
        for name in _COLUMNS
        for value in (getattr(row, name),)
    }


def _from_row(row: Row[tuple[object, ...]]) -> Prediction:
    values = dict(row._mapping)
    for name in (*_JSON, "outcome"):
        if values[name] is not None:
            values[name] = json.loads(values[name])
    return Prediction(**{**values, "role": Role(values["role"])})


def _text(value: object) -> str | None:
    return None if value is None else json_text(value, ensure_ascii=False)
