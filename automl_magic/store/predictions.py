"""Predictions: what was answered, and what came true of it.

They may lie in a database of their own (`Workspace.predictions`); nothing here touches another
table. A shadow's answer bears the id of the answer that went out and one letter more, so that what
came true is joined to both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, exists, func, select

from automl_magic.records.models.deployment import Role
from automl_magic.store.engine import reading, writing
from automl_magic.store.tables import outcomes, predictions
from automl_magic.store.upsert import upsert

# A prediction's own id; what follows it says that a shadow answered.
ID_LENGTH = 32
_JSON = ("features", "prediction", "probabilities", "flags")
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """One answered row.

    `at` and `outcome_at` are seconds since 1970. `features` holds each column's value as it came, a
    keyed hash (see `personal`) or nothing. `sample_rate` is the probability with which the row was
    kept, so that 1 / sample_rate is how many rows it stands for. `error` is set where there was no
    answer. `outcome` is what came true, as far as it is known.
    """

    id: str
    deployment: str
    model: str
    version: int
    role: Role
    epoch: int
    at: float
    features: Mapping[str, Any] | None
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
    """What came true of one prediction: a label or a number. `at` is when it was reported."""

    prediction_id: str
    outcome: Any
    at: float


_COLUMNS = tuple(f.name for f in fields(Prediction) if not f.name.startswith("outcome"))


def insert_predictions(engine: Engine, rows: Sequence[Prediction]) -> None:
    """Write rows in one transaction. A row that is there already is written over."""
    with writing(engine) as connection:
        upsert(connection, predictions, [_written(row) for row in rows])


def add_outcomes(engine: Engine, rows: Sequence[Outcome]) -> None:
    """Write what came true, in one transaction. The last word about a prediction holds."""
    last = {row.prediction_id: row for row in rows}
    with writing(engine) as connection:
        upsert(
            connection,
            outcomes,
            [
                {"prediction_id": row.prediction_id, "outcome": _text(row.outcome), "at": row.at}
                for row in last.values()
            ],
        )


def window(
    engine: Engine,
    deployment: str,
    start: float,
    end: float,
    *,
    version: int | None = None,
    role: Role | None = None,
    limit: int | None = None,
) -> list[Prediction]:
    """Return the predictions made from `start` to before `end`, the oldest first, with outcomes.

    Parameters
    ----------
    start, end : float
        Seconds since 1970.
    version, role : optional
        Only the answers of this version, or in this role.
    limit : int, optional
        At most so many: the newest.
    """
    wanted = [
        predictions.c.deployment == deployment,
        predictions.c.at >= start,
        predictions.c.at < end,
    ]
    if version is not None:
        wanted.append(predictions.c.version == version)
    if role is not None:
        wanted.append(predictions.c.role == role.value)
    query = (
        select(predictions, outcomes.c.outcome, outcomes.c.at.label("outcome_at"))
        .outerjoin(outcomes, _is_of)
        .where(*wanted)
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(limit)
    )
    with reading(engine) as connection:
        return [_read(row) for row in connection.execute(query)][::-1]


def outcomes_since(
    engine: Engine, deployment: str, epoch: int, since: float, limit: int = 10_000
) -> list[Prediction]:
    """Return the answered predictions of an epoch whose outcomes were reported from `since` on.

    In the order of the reports, the oldest first; at most `limit` of them.
    """
    query = (
        select(predictions, outcomes.c.outcome, outcomes.c.at.label("outcome_at"))
        .join(outcomes, _is_of)
        .where(
            predictions.c.deployment == deployment,
            predictions.c.epoch == epoch,
            predictions.c.error.is_(None),
            outcomes.c.at >= since,
        )
        .order_by(outcomes.c.at, predictions.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        return [_read(row) for row in connection.execute(query)]


def delete_older(engine: Engine, deployment: str, before: float) -> int:
    """Delete the predictions of a deployment made before a moment, with what came true of them.

    Outcomes from before that moment that belong to no prediction (it was not sampled) go too.

    Returns
    -------
    int
        How many predictions were deleted.
    """
    deleted = _delete(engine, (predictions.c.deployment == deployment, predictions.c.at < before))
    with writing(engine) as connection:
        connection.execute(delete(outcomes).where(outcomes.c.at < before, ~exists().where(_is_of)))
    return deleted


def delete_subject(engine: Engine, deployment: str, column: str, token: str) -> int:
    """Delete what is kept about one person, with what came true of it.

    The bytes themselves go: in SQLite the freed pages are cleared, and the log of changes is cut.

    Parameters
    ----------
    column : str
        A column that is kept as a keyed hash.
    token : str
        The hash of the person's value: `personal.LogKey.token(column, value)`.

    Returns
    -------
    int
        How many predictions were deleted.
    """
    # The column's own text as JSON has it; the token is hexadecimal and needs no escaping.
    piece = f"{json.dumps(column, ensure_ascii=False)}: {json.dumps(token)}"
    return _delete(
        engine,
        (
            predictions.c.deployment == deployment,
            predictions.c.features.contains(piece, autoescape=True),
        ),
    )


_is_of = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)


def _delete(engine: Engine, which: Sequence[ColumnElement[bool]]) -> int:
    n = 0
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.rollback()
        while True:
            # In pieces, so that the writers of the log never wait for long.
            with connection.begin():
                query = select(predictions.c.id).where(and_(*which)).limit(_AT_ONCE)
                ids = list(connection.execute(query).scalars())
                own = {one[:ID_LENGTH] for one in ids}
                connection.execute(delete(outcomes).where(outcomes.c.prediction_id.in_(own)))
                connection.execute(delete(predictions).where(predictions.c.id.in_(ids)))
            n += len(ids)
            if len(ids) < _AT_ONCE:
                break
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")
            connection.rollback()
    if is_sqlite and n:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
    return n


def _written(row: Prediction) -> dict[str, Any]:
    return {
        name: _text(value) if name in _JSON else value
        for name in _COLUMNS
        for value in (getattr(row, name),)
    }


def _read(row: Row[tuple[object, ...]]) -> Prediction:
    values = dict(row._mapping)
    for name in (*_JSON, "outcome"):
        if values[name] is not None:
            values[name] = json.loads(values[name])
    return Prediction(**{**values, "role": Role(values["role"])})


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)
