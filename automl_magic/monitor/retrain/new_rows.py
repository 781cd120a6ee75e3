"""New rows from the log (predictions with outcomes) and from provided tables."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select

from automl_magic.errors import MonitorError, TargetNotFound, TargetNotUsable, shorten
from automl_magic.recipe.column_rules import short_value
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import UNREAD, TableReader, UnreadValues
from automl_magic.recipe.table import select_columns
from automl_magic.recipe.values import Column, EncodedColumn, category_text, missing_mask
from automl_magic.records.data.schema import InputColumn
from automl_magic.records.models.deployment import Role
from automl_magic.records.monitoring.retrain import RowSource
from automl_magic.store.engine import read_transaction
from automl_magic.store.predictions import ID_LENGTH
from automl_magic.store.tables import outcomes, predictions

MAX_LOGGED_ROWS = 200_000
# Share of the new rows used only for scoring, and the minimum number of new rows.
RECENT_SHARE, MIN_NEW_ROWS = 0.3, 60
# If a smaller share of the rows is unique, equal rows are considered chance.
MIN_UNIQUE_SHARE = 0.9
MAX_EXAMPLES = 3


@dataclass(frozen=True)
class NewRows:
    """New rows in order of arrival, with the target and their source.

    Attributes
    ----------
    table : DataFrame of shape (n_rows, n_columns)
        For logged rows, the index is the ID of the prediction.
    is_logged : bool
        Whether the rows come from the log.
    champion_predictions : mapping
        The champion's predictions by ID: values, or lists of probabilities.
    """

    table: pd.DataFrame
    source: RowSource
    is_logged: bool = False
    champion_predictions: Mapping[str, float | list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class RetrainingData:
    """The challenger's training and scoring data.

    Attributes
    ----------
    training, recent : DataFrame
        Rows for training and for scoring, with the same columns. The rows of `recent` are neither
        in `training` nor in the champion's table.
    learned_ids : sequence of str
        IDs of the predictions in `training`. The next retraining skips them.
    champion_predictions : DataFrame of shape (n_recent, 1) or (n_recent, n_classes), or None
        The champion's logged predictions of `recent`. Only set if the champion reads an excluded
        column, so it can't predict the rows.
    excluded : mapping of str to str
        Excluded columns, with the reason.
    """

    training: pd.DataFrame
    recent: pd.DataFrame
    sources: tuple[RowSource, ...]
    learned_ids: tuple[str, ...] = ()
    champion_predictions: pd.DataFrame | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)


def logged_rows(
    engine: Engine,
    deployment: str,
    like: pd.DataFrame,
    target: str,
    *,
    reader: TableReader,
    outcome_reader: OutcomeReader,
    hidden: Collection[str] = (),
    learned: Collection[str] = (),
    version: int,
    before: float,
) -> NewRows:
    """Return the logged predictions that have an outcome, the oldest first.

    Parameters
    ----------
    like : DataFrame
        The champion's training table, for the columns and their types.
    reader : TableReader
        Reads the champion's input columns.
    outcome_reader : OutcomeReader
        Reads the target. Predictions whose outcome can't be read are excluded.
    hidden : collection of str
        Columns that the log drops or hashes. They're excluded. So are the predictions of other
        versions, because the champion can't predict rows without these columns.
    learned : collection of str
        IDs of predictions that the champion learned from. They're excluded.
    version : int
        The champion's version.
    before : float
        Seconds since 1970. Later predictions are excluded.
    """
    join_condition = outcomes.c.prediction_id == func.substr(predictions.c.id, 1, ID_LENGTH)
    query = (
        select(
            predictions.c.id,
            predictions.c.features,
            predictions.c.prediction,
            predictions.c.probabilities,
            outcomes.c.outcome,
        )
        .select_from(predictions.join(outcomes, join_condition))
        .where(
            predictions.c.deployment == deployment,
            predictions.c.role != Role.SHADOW.value,  # the same rows once more
            predictions.c.features.is_not(None),
            predictions.c.error.is_(None),
            predictions.c.at < before,
        )
        .order_by(predictions.c.at.desc(), predictions.c.id.desc())
        .limit(MAX_LOGGED_ROWS)
    )
    is_hidden = any(name in hidden for name in like.columns)
    if is_hidden:
        query = query.where(predictions.c.version == version)
    with read_transaction(engine) as connection:
        rows = connection.execute(query).all()[::-1]
    rows = [row for row in rows if row.id not in learned]
    labels = [outcome_reader.read(json.loads(row.outcome)) for row in rows]
    n_unread = labels.count(UNREAD)
    rows = [row for row, label in zip(rows, labels, strict=True) if label is not UNREAD]
    labels = [label for label in labels if label is not UNREAD]
    records = [
        {**json.loads(row.features), target: label} for row, label in zip(rows, labels, strict=True)
    ]
    columns = [name for name in like.columns if name not in hidden or name == target]
    table = pd.DataFrame.from_records(records, index=[row.id for row in rows], columns=columns)
    notes = [f"the newest {MAX_LOGGED_ROWS:,}"] if len(rows) == MAX_LOGGED_ROWS else []
    notes += [f"without {n_unread:,} whose outcome can't be read"] if n_unread else []
    source = RowSource(
        name="logged predictions with outcomes", rows=len(rows), note=", ".join(notes)
    )
    champion_predictions = {row.id: json.loads(row.probabilities or row.prediction) for row in rows}
    return NewRows(
        _convert_like(table, like, reader, UnreadValues()),
        source,
        True,
        champion_predictions if is_hidden else {},
    )


def table_rows(
    table: pd.DataFrame,
    like: pd.DataFrame,
    target: str,
    name: str,
    *,
    reader: TableReader,
    outcome_reader: OutcomeReader,
) -> NewRows:
    """Return a provided table with the columns and types of the champion's table.

    Raises
    ------
    TargetNotFound, MonitorError
        If the target or a column that the champion reads is missing.
    DataError
        If a column or the target can't be read.
    """
    if target not in table:
        raise TargetNotFound(target, [str(column) for column in table])
    if missing := [str(column) for column in like.columns if column not in table]:
        raise MonitorError(
            f"Can't train a challenger on {name}.",
            why=f"Columns that the champion reads are missing ({len(missing)}): "
            f"{shorten(missing)}.",
            fix="Use a table with all columns. Missing values are allowed.",
        )
    unread = UnreadValues()
    table = table[list(like.columns)].assign(
        **{target: _read_target(table[target], name, outcome_reader)}
    )
    converted = _convert_like(table, like, reader, unread)
    unread.check()
    return NewRows(converted, RowSource(name=name, rows=len(converted)))


def _read_target(values: pd.Series, name: str, reader: OutcomeReader) -> pd.Series:
    """Return the target of a provided table as classes or numbers of the champion."""
    labels = [reader.read(value) for value in values.tolist()]
    unread = [value for value, label in zip(values, labels, strict=True) if label is UNREAD]
    if unread:
        examples = dict.fromkeys(short_value(value) for value in unread)
        raise TargetNotUsable(
            f"Can't read the target {str(values.name)!r} of {name}.",
            why=f"{len(unread):,} of {len(values):,} values are neither missing nor "
            f"{reader.expected}, such as {', '.join(list(examples)[:MAX_EXAMPLES])}.",
            fix="Write the labels as in the training table. For new classes, plan a new search.",
        )
    return pd.Series(labels, index=values.index, dtype=object)


def build_retraining_data(
    original: pd.DataFrame,
    batches: Sequence[NewRows],
    target: str,
    *,
    min_rows: int,
    has_classes: bool,
    time_column: str | None = None,
) -> RetrainingData:
    """Split the rows into training and scoring rows.

    The newest 30% of the new rows are for scoring. The others are appended to the original table.
    Rows of a provided table that are also in the original table aren't new. If the original table
    has many duplicates, all rows count as new. Without a time column, later rows in a table count
    as newer.

    Parameters
    ----------
    original : DataFrame of shape (n_rows, n_columns)
        The champion's training table.
    batches : sequence of Fresh
        New rows by source.

    Raises
    ------
    MonitorError
        If fewer than `min_rows` new rows have an outcome.
    """
    columns = [c for c in original.columns if all(c in batch.table for batch in batches)]
    excluded = {
        str(column): "the log drops it or keeps only a hash"
        for column in original.columns
        if column not in columns
    }
    old = original[columns]
    known_digests = set(_digests(old))
    are_unique = len(known_digests) >= MIN_UNIQUE_SHARE * len(old)
    parts, n_known = [], 0
    for batch in batches:
        table = batch.table[columns]
        table = table[table[target].notna()]
        if not batch.is_logged and are_unique:
            is_new = [digest not in known_digests for digest in _digests(table)]
            n_known += len(table) - sum(is_new)
            table = table[is_new]
        parts.append(_sort_by_time(table, time_column))
    n_new, n_needed = sum(map(len, parts)), max(min_rows, MIN_NEW_ROWS)
    if n_new < n_needed:
        raise MonitorError(
            "There are too few new rows to retrain.",
            why=f"{n_new:,} new rows have an outcome. At least {n_needed:,} are needed."
            + (f" {n_known:,} other rows are in the champion's table." if n_known else ""),
            fix="Report outcomes to the endpoint, or add a table: automl retrain NAME --data FILE",
        )
    split_points = [len(part) - round(RECENT_SHARE * len(part)) for part in parts]
    learned = [part.iloc[:end] for part, end in zip(parts, split_points, strict=True)]
    training = pd.concat([old, *learned], ignore_index=True)
    recent = pd.concat([part.iloc[end:] for part, end in zip(parts, split_points, strict=True)])
    if has_classes:  # drop recent rows of classes without training rows
        recent = recent[recent[target].isin(set(training[target]))]
    logged_predictions = {
        key: prediction
        for batch in batches
        for key, prediction in batch.champion_predictions.items()
    }
    champion_predictions = (
        pd.DataFrame([np.atleast_1d(logged_predictions[key]) for key in recent.index])
        if logged_predictions
        else None
    )
    recent = recent.reset_index(drop=True)
    note = f"{n_known:,} other rows are in the champion's table" if n_known else ""
    sources = (
        RowSource(name="champion's table", rows=len(old)),
        *(batch.source for batch in batches),
        RowSource(name="new rows for training", rows=sum(map(len, learned)), note=note),
        RowSource(name="recent rows for scoring", rows=len(recent)),
    )
    ids = [
        str(index)
        for batch, part in zip(batches, learned, strict=True)
        if batch.is_logged
        for index in part.index
    ]
    return RetrainingData(training, recent, sources, tuple(ids), champion_predictions, excluded)


def _sort_by_time(table: pd.DataFrame, column: str | None) -> pd.DataFrame:
    if column is None or column not in table or not _has_order(table[column]):
        return table
    return table.sort_values(column, kind="stable")


def _has_order(values: pd.Series) -> bool:
    # Dates stored as text would sort alphabetically.
    return pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)


def _convert_like(
    table: pd.DataFrame, like: pd.DataFrame, reader: TableReader, unread: UnreadValues
) -> pd.DataFrame:
    """Convert the columns of a table to the types and the notation of another table."""
    names = [name for name in table.columns if name in reader.columns]
    read = reader.read(select_columns(table, names), unread)
    converted = {}
    for name in table.columns:
        values = table[name]
        if name in read:
            texts = _written_like(read[name], reader.columns[name].column)
            values = pd.Series(texts, index=table.index, dtype=object)
        converted[name] = _convert_column(values, like[name])
    return pd.DataFrame(converted)


def _written_like(values: Column, column: InputColumn) -> list[object]:
    """Return values that were read, written as in the training table if they are text there."""
    plain = values.expand(values.distinct, None) if isinstance(values, EncodedColumn) else values
    absent = missing_mask(plain)
    return [
        None if is_absent else _write(value, column)
        for value, is_absent in zip(plain.tolist(), absent, strict=True)
    ]


def _write(value: object, column: InputColumn) -> object:
    if column.stored_as == "text" and isinstance(value, float):
        return repr(value).replace(".", column.parse.get("decimal", "."))
    if column.stored_as == "text" and isinstance(value, datetime):
        date_format = column.parse.get("date_format")
        return value.strftime(date_format) if date_format else value.isoformat()
    return value


def _convert_column(values: pd.Series, like: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(like):
        texts = values.map(category_text, na_action="ignore")
        booleans = {
            "True": True,
            "true": True,
            "1": True,
            "False": False,
            "false": False,
            "0": False,
        }
        return texts.map(booleans)
    if pd.api.types.is_numeric_dtype(like):
        return pd.to_numeric(values, errors="coerce")
    if pd.api.types.is_datetime64_any_dtype(like):
        dates = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
        zone = getattr(like.dtype, "tz", None)
        return dates.dt.tz_convert(zone) if zone is not None else dates.dt.tz_localize(None)
    return values.map(category_text, na_action="ignore").astype(object)


def _digests(table: pd.DataFrame) -> list[int]:
    """Return a hash of each row. Rows with equal values have equal hashes."""
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
