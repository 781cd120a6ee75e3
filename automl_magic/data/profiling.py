"""profile: a DataFrame becomes a Dataset, with types, summaries, a fingerprint and findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.data.checks import CHECKS
from automl_magic.data.checks.look import Look
from automl_magic.data.fingerprints import column_digests, combine
from automl_magic.data.frames import check_frame
from automl_magic.data.kinds import Values, understand
from automl_magic.data.summaries import classes_of, summarise
from automl_magic.errors import DataError, near_miss, shorten
from automl_magic.records import Column, ColumnKind, Dataset

if TYPE_CHECKING:
    import pandas as pd


def profile(
    frame: pd.DataFrame,
    *,
    name: str,
    source: str,
    read: Mapping[str, Any],
    target: str | None = None,
    kinds: Mapping[str, str] | None = None,
    mute: Collection[str] = (),
) -> Dataset:
    """Describe a table: what each column means, its summary, its fingerprint, and what is odd.

    Parameters
    ----------
    frame : DataFrame
        The table as `load` returns it. It is not changed.
    name, source, read
        Its name, where it came from, and how it was read (`read_call`).
    target : str, optional
        The column to predict. Its summary lists `classes` (the sorted distinct values, up to
        1,000) and their `counts`, and no finding offers to drop it. A name that is not there is no
        error here: `check_target` says so, with a near miss.
    kinds : mapping, optional
        Kinds to use instead of the inferred ones, by column name.
    mute : collection of str
        Codes of checks that are left out, like "AM007".

    Raises
    ------
    DataError
        If a column is no plain value, or cannot be read as the kind that was asked for.
    """
    check_frame(frame)
    kinds = _checked_kinds(kinds or {}, list(frame.columns))
    digests = column_digests(frame)
    values = [Values(column, frame.iloc[:, i]) for i, column in enumerate(frame.columns)]
    columns = tuple(
        _column(v, is_target=v.name == target, wanted=kinds.get(v.name)) for v in values
    )
    look = Look(frame=frame, values=values, columns=columns, digests=digests, target=target)
    found = [finding for check in CHECKS if check.CODE not in mute for finding in check.look(look)]
    return Dataset(
        name=name,
        source=source,
        read=read,
        fingerprint=combine(list(frame.columns), digests, len(frame)),
        n_rows=len(frame),
        memory_bytes=int(frame.memory_usage(index=False, deep=True).sum()),
        columns=columns,
        findings=tuple(found),
    )


def _column(values: Values, *, is_target: bool, wanted: str | None) -> Column:
    understood = understand(values, is_target=is_target, wanted=wanted)
    summary = summarise(values, understood)
    if is_target:
        summary |= classes_of(values, understood)
    return Column(
        name=values.name,
        kind=understood.kind,
        stored_as=values.storage,
        reason=understood.reason,
        n_missing=values.n_missing + understood.n_unread,
        n_unique=len(values.levels),
        parse=dict(understood.parse),
        summary=summary,
    )


def _checked_kinds(kinds: Mapping[str, str], columns: list[str]) -> Mapping[str, str]:
    allowed = [kind.value for kind in ColumnKind if kind is not ColumnKind.CONSTANT]
    for column, kind in kinds.items():
        if column not in columns:
            close = near_miss(column, columns)
            raise DataError(
                f"A kind was set for the column {column[:40]!r}, which is not there.",
                why=f"The table has {len(columns)} columns: {shorten(columns)}.",
                fix=f"Use {close!r}." if close else "Use one of these names, or leave it out.",
            )
        if kind not in allowed:
            close = near_miss(kind, allowed)
            raise DataError(
                f"Column {column[:40]!r} was given the kind {kind[:40]!r}, which does not exist.",
                why=f"Kinds are {', '.join(allowed)}.",
                fix=f"Use {close}." if close else "Use one of these.",
            )
    return kinds
