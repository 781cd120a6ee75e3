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
from automl_magic.records.deployment import Role
from automl_magic.records.retrain import Source
from automl_magic.store.engine import reading
from automl_magic.store.predictions import ID_LENGTH
from automl_magic.store.tables import outcomes, predictions

MOST_LOGGED = 200_000
# Of the new rows, the share that measures and teaches nothing; enough of them to tell models apart.
RECENT_SHARE, FEWEST_RECENT = 0.3, 30


@dataclass(frozen=True)
class Fresh:
    """New rows in the order in which they came, with the target, and where they are from."""

    table: pd.DataFrame
    source: Source


@dataclass(frozen=True)
class Together:
    """What a challenger learns from, and what it is measured by.

    Attributes
    ----------
    training, recent : DataFrame
        With the same columns. No row of `recent` is in `training`, nor was any in the champion's.
    excluded : mapping
        Columns that are left out of both, and why.
    """

    training: pd.DataFrame
    recent: pd.DataFrame
    sources: tuple[Source, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)


def logged_rows(
    engine: Engine,
    deployment: str,
    like: pd.DataFrame,
    target: str,
    *,
    hidden: Collection[str] = (),
    before: float,
) -> Fresh:
    """Return the logged predictions whose outcome is known, the oldest first.

    Parameters
    ----------
    like : DataFrame
        The table that the champion was made from: its columns, as it stores them.
    hidden : collection of str
        Columns of which the log keeps a hash, or nothing. They are left out.
    before : float
        Seconds since 1970; later ones do not count.
    """
    is_of = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)
    query = (
        select(predictions.c.features, outcomes.c.outcome)
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
    with reading(engine) as connection:
        rows = connection.execute(query).all()[::-1]
    read = [{**json.loads(features), target: json.loads(outcome)} for features, outcome in rows]
    table = pd.DataFrame.from_records(read, columns=list(like.columns))
    kept = [column for column in like.columns if column not in hidden or column == target]
    found = _stored_like(table[kept], like)
    note = f"the newest {MOST_LOGGED:,}" if len(rows) == MOST_LOGGED else ""
    return Fresh(found, Source(name="logged predictions with outcomes", rows=len(found), note=note))


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
    is_classification: bool,
    time_column: str | None = None,
) -> Together:
    """Divide rows into those to learn from and those to be measured by.

    The newest three tenths of the new rows measure, the others are appended to the original table.
    New is what was not in the original table: rows that the champion has learned from are left out,
    and of equal new ones all but the first. Without a time column rows are as new as they stand far
    down in their table.

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
    old, known = original[columns], set(_digests(original[columns]))
    n_known, parts = 0, []
    for one in fresh:
        table = one.table[columns]
        table = table[table[target].notna()].drop_duplicates()
        is_new = np.fromiter((digest not in known for digest in _digests(table)), bool, len(table))
        n_known += int((~is_new).sum())
        known.update(_digests(table[is_new]))
        parts.append(table[is_new])
    n_new = sum(map(len, parts))
    if n_new < max(min_rows, 2 * FEWEST_RECENT):
        raise MonitorError(
            "There is too little to learn from.",
            why=f"{n_new:,} new rows have a known outcome, and "
            f"{max(min_rows, 2 * FEWEST_RECENT):,} are needed"
            + (f"; {n_known:,} others are those of the champion." if n_known else "."),
            fix="Report outcomes to the endpoint, or give a table: automl retrain NAME --data FILE",
        )
    training, recent = [old], []
    for part in parts:
        ordered = _by_time(part, time_column)
        n_recent = round(RECENT_SHARE * len(ordered))
        training.append(ordered.iloc[: len(ordered) - n_recent])
        recent.append(ordered.iloc[len(ordered) - n_recent :])
    measured = pd.concat(recent, ignore_index=True)
    learned = pd.concat(training, ignore_index=True)
    if is_classification:  # of a class that is new in the last rows there is nothing to learn
        measured = measured[measured[target].isin(set(learned[target]))]
    notes = f"{n_known:,} left out: the champion has learned from them" if n_known else ""
    sources = (
        Source(name="the champion's table", rows=len(old)),
        *(one.source for one in fresh),
        Source(name="new rows to learn from", rows=n_new - len(measured), note=notes),
        Source(name="recent rows to measure by", rows=len(measured)),
    )
    return Together(learned, measured.reset_index(drop=True), sources, excluded)


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
