"""New rows: what the log has seen come true, and what somebody gives in a table."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select

from automl_magic.errors import MonitorError, TargetNotFound, shorten
from automl_magic.recipe.values import text_of
from automl_magic.records.models.deployment import Role
from automl_magic.records.monitoring.retrain import Source
from automl_magic.store.engine import reading
from automl_magic.store.predictions import ID_LENGTH
from automl_magic.store.tables import outcomes, predictions

MOST_LOGGED = 200_000
# Of the new rows, the share that measures and teaches nothing; enough of them to tell models apart.
RECENT_SHARE, FEWEST = 0.3, 60
# A table of which fewer rows are unique has rows that are equal by chance.
MOSTLY = 0.9


@dataclass(frozen=True)
class Fresh:
    """New rows in the order in which they came, with the target, and where they are from.

    Rows of the log have the ids of their predictions as index; `is_logged` says so. `answers` are
    what the champion has answered to them: values, or lists of probabilities.
    """

    table: pd.DataFrame
    source: Source
    is_logged: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Together:
    """What a challenger learns from, and what it is measured by.

    Attributes
    ----------
    training, recent : DataFrame
        With the same columns. No row of `recent` is in `training`, nor was any in the champion's.
    learned_ids : sequence of str
        The predictions in `training`: in the next retraining they are known.
    answers : DataFrame or None
        What the champion has answered to `recent`, one column a class or one in all, where it
        cannot be asked again: it reads a column that is left out.
    excluded : mapping
        Columns that are left out of both, and why.
    """

    training: pd.DataFrame
    recent: pd.DataFrame
    sources: tuple[Source, ...]
    learned_ids: tuple[str, ...] = ()
    answers: pd.DataFrame | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)


def logged_rows(
    engine: Engine,
    deployment: str,
    like: pd.DataFrame,
    target: str,
    *,
    hidden: Collection[str] = (),
    learned: Collection[str] = (),
    version: int,
    before: float,
) -> Fresh:
    """Return the logged predictions whose outcome is known, the oldest first.

    Parameters
    ----------
    like : DataFrame
        The table that the champion was made from: its columns, as it stores them.
    hidden : collection of str
        Columns of which the log keeps a hash, or nothing. They are left out, and so are rows that
        another version has answered: this one cannot be asked about them again.
    learned : collection of str
        Ids of predictions that the champion has learned from. They are left out.
    version : int
        The champion.
    before : float
        Seconds since 1970; later ones do not count.
    """
    is_of = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)
    query = (
        select(
            predictions.c.id,
            predictions.c.features,
            predictions.c.prediction,
            predictions.c.probabilities,
            outcomes.c.outcome,
        )
        .select_from(predictions.join(outcomes, is_of))
        .where(
            predictions.c.deployment == deployment,
            predictions.c.role != Role.SHADOW.value,  # the same rows once more
            predictions.c.features.is_not(None),
            predictions.c.error.is_(None),
            predictions.c.at < before,
        )
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(MOST_LOGGED)
    )
    is_hidden = any(name in hidden for name in like.columns)
    if is_hidden:
        query = query.where(predictions.c.version == version)
    with reading(engine) as connection:
        rows = connection.execute(query).all()[::-1]
    rows = [row for row in rows if row.id not in learned]
    read = [{**json.loads(row.features), target: json.loads(row.outcome)} for row in rows]
    columns = [name for name in like.columns if name not in hidden or name == target]
    table = pd.DataFrame.from_records(read, index=[row.id for row in rows], columns=columns)
    source = Source(
        name="logged predictions with outcomes",
        rows=len(rows),
        note=f"the newest {MOST_LOGGED:,}" if len(rows) == MOST_LOGGED else "",
    )
    answers = {row.id: json.loads(row.probabilities or row.prediction) for row in rows}
    return Fresh(_stored_like(table, like), source, True, answers if is_hidden else {})


def given_rows(table: pd.DataFrame, like: pd.DataFrame, target: str, name: str) -> Fresh:
    """Return a table that somebody gives, in the form of the champion's.

    Raises
    ------
    TargetNotFound, MonitorError
        If it lacks the target, or a column that the champion reads.
    """
    if target not in table:
        raise TargetNotFound(target, [str(column) for column in table])
    if missing := [str(column) for column in like.columns if column not in table]:
        raise MonitorError(
            f"{name} cannot teach a challenger.",
            why=f"It lacks {len(missing)} of the columns that the champion reads: "
            f"{shorten(missing)}.",
            fix="Give a table with all columns; values may be missing.",
        )
    found = _stored_like(table[list(like.columns)], like)
    return Fresh(found, Source(name=name, rows=len(found)))


def put_together(
    original: pd.DataFrame,
    fresh: Sequence[Fresh],
    target: str,
    *,
    min_rows: int,
    has_classes: bool,
    time_column: str | None = None,
) -> Together:
    """Divide rows into those to learn from and those to be measured by.

    The newest three tenths of the new rows measure, the others are appended to the original table.
    A row of a given table that is in the original one too is not new; where the original repeats
    its own rows nobody can tell, and all count as new. Without a time column rows are as new as
    they stand far down in their table.

    Raises
    ------
    MonitorError
        If there are fewer than `min_rows` new rows with a known outcome.
    """
    columns = [c for c in original.columns if all(c in one.table for one in fresh)]
    excluded = {
        str(column): "the log keeps only a hash of it, or nothing"
        for column in original.columns
        if column not in columns
    }
    old = original[columns]
    known = set(_digests(old))
    are_unique = len(known) >= MOSTLY * len(old)
    parts, n_known = [], 0
    for one in fresh:
        table = one.table[columns]
        table = table[table[target].notna()]
        if not one.is_logged and are_unique:
            is_new = [digest not in known for digest in _digests(table)]
            n_known += len(table) - sum(is_new)
            table = table[is_new]
        parts.append(_by_time(table, time_column))
    n_new, least = sum(map(len, parts)), max(min_rows, FEWEST)
    if n_new < least:
        raise MonitorError(
            "There is too little to learn from.",
            why=f"{n_new:,} new rows have a known outcome, and {least:,} are needed"
            + (f"; {n_known:,} others are in the champion's table." if n_known else "."),
            fix="Report outcomes to the endpoint, or give a table: automl retrain NAME --data FILE",
        )
    at = [len(part) - round(RECENT_SHARE * len(part)) for part in parts]
    learned = [part.iloc[:end] for part, end in zip(parts, at, strict=True)]
    training = pd.concat([old, *learned], ignore_index=True)
    recent = pd.concat([part.iloc[end:] for part, end in zip(parts, at, strict=True)])
    if has_classes:  # of a class that is new in the last rows there is nothing to learn
        recent = recent[recent[target].isin(set(training[target]))]
    given = {key: answer for one in fresh for key, answer in one.answers.items()}
    answers = pd.DataFrame([np.atleast_1d(given[key]) for key in recent.index]) if given else None
    recent = recent.reset_index(drop=True)
    note = f"{n_known:,} others are in the champion's table" if n_known else ""
    sources = (
        Source(name="the champion's table", rows=len(old)),
        *(one.source for one in fresh),
        Source(name="new rows to learn from", rows=sum(map(len, learned)), note=note),
        Source(name="recent rows to measure by", rows=len(recent)),
    )
    ids = [
        str(index)
        for one, part in zip(fresh, learned, strict=True)
        if one.is_logged
        for index in part.index
    ]
    return Together(training, recent, sources, tuple(ids), answers, excluded)


def _by_time(table: pd.DataFrame, column: str | None) -> pd.DataFrame:
    if column is None or column not in table or not _has_order(table[column]):
        return table
    return table.sort_values(column, kind="stable")


def _has_order(values: pd.Series[Any]) -> bool:
    # Dates that are texts would come in the order of their letters.
    return pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)


def _stored_like(table: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns are stored as those of another one are."""
    return pd.DataFrame({name: _column_like(table[name], like[name]) for name in table.columns})


def _column_like(values: pd.Series[Any], like: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(like):
        texts = values.map(text_of, na_action="ignore")
        known = {"True": True, "true": True, "1": True, "False": False, "false": False, "0": False}
        return texts.map(known)
    if pd.api.types.is_numeric_dtype(like):
        return pd.to_numeric(values, errors="coerce")
    if pd.api.types.is_datetime64_any_dtype(like):
        dates = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
        zone = getattr(like.dtype, "tz", None)
        return dates.dt.tz_convert(zone) if zone is not None else dates.dt.tz_localize(None)
    return values.map(text_of, na_action="ignore").astype(object)


def _digests(table: pd.DataFrame) -> list[int]:
    """Return a number for each row, the same for rows whose values are the same."""
    plain = pd.DataFrame(
        {
            i: (
                table[name].astype("float64")
                if pd.api.types.is_numeric_dtype(table[name])
                else table[name].astype(str)
            )
            for i, name in enumerate(table.columns)
        }
    )
    return list(pd.util.hash_pandas_object(plain, index=False))
