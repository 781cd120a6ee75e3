"""profile: turn a DataFrame into a Dataset with types, summaries, a fingerprint and findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.checks import CHECKS
from automl_magic.data.checks.context import CheckContext
from automl_magic.data.fingerprints import column_digests, combine_digests
from automl_magic.data.frames import check_frame
from automl_magic.data.kinds import ColumnValues, InferredKind, infer_kind, n_read_levels
from automl_magic.data.missing import mark_missing, missing_counts
from automl_magic.data.placeholders import find_placeholders
from automl_magic.data.summaries import classes_of, summarise
from automl_magic.errors import DataError, closest_match, shorten
from automl_magic.personal.recognise import MAX_SAMPLED, personal_kind
from automl_magic.recipe.values import category_text
from automl_magic.records import Column, ColumnKind, Dataset
from automl_magic.records.data.missing import MissingWords, missing_of

if TYPE_CHECKING:
    import pandas as pd

# Numbers that identify people, such as card numbers, have at least 11 digits.
MIN_PERSONAL_NUMBER = 1e10


def profile(
    frame: pd.DataFrame,
    *,
    name: str,
    source: str,
    read: Mapping[str, object],
    target: str | None = None,
    kinds: Mapping[str, str] | None = None,
    missing: MissingWords | None = None,
    mute: Collection[str] = (),
) -> Dataset:
    """Profile a table: column kinds, summaries, a fingerprint, and findings of the data checks.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table as `load` returns it. It isn't changed.
    name, source, read
        Its name, where it came from, and how it was read (`read_call`).
    target : str, optional
        Column to predict. Its summary lists `classes` (the sorted distinct values, up to 1,000) and
        their `counts`, and no finding suggests dropping it. A name that isn't a column is accepted
        here: `check_target` raises the error.
    kinds : mapping of str to str, optional
        Kinds to use instead of the inferred ones, by column name.
    missing : MissingWords, optional
        The texts that were read as missing. Default: those with which `load` read the table.
        `missing` of the result also has the placeholders that the profile finds among numbers,
        dates, or yes and no.
    mute : collection of str
        Codes of checks to skip, such as "AM007".

    Raises
    ------
    DataError
        If a column has nested values, or can't be read as the requested kind.
    """
    check_frame(frame)
    kinds = _checked_kinds(kinds or {}, list(frame.columns))
    missing = missing_of(frame) if missing is None else missing
    words = missing_counts(frame)
    if placeholders := find_placeholders(frame, missing, skip=kinds):
        missing = missing.with_words(placeholders)
        marked, counts = mark_missing(frame[list(placeholders)], missing)
        frame = frame.assign(**{name: marked[name] for name in placeholders})
        words = {**words, **{name: counts[name] for name in placeholders}}
    digests = column_digests(frame)
    values = [ColumnValues(column, frame.iloc[:, i]) for i, column in enumerate(frame.columns)]
    inferred = [
        infer_kind(v, is_target=v.name == target, requested_kind=kinds.get(v.name)) for v in values
    ]
    columns = tuple(
        _column(v, kind, words.get(v.name, {}), is_target=v.name == target)
        for v, kind in zip(values, inferred, strict=True)
    )
    context = CheckContext(
        frame=frame,
        values=values,
        columns=columns,
        digests=digests,
        target=target,
        ambiguous=frozenset(
            v.name for v, kind in zip(values, inferred, strict=True) if kind.is_ambiguous
        ),
        read=read,
    )
    findings = [f for check in CHECKS if check.CODE not in mute for f in check.run(context)]
    return Dataset(
        name=name,
        source=source,
        read=read,
        fingerprint=combine_digests(list(frame.columns), digests, len(frame)),
        n_rows=len(frame),
        memory_bytes=int(frame.memory_usage(index=False, deep=True).sum()),
        columns=columns,
        findings=tuple(findings),
        missing=missing,
    )


def _column(
    values: ColumnValues, inferred: InferredKind, missing: Mapping[str, int], *, is_target: bool
) -> Column:
    personal = _personal(values, inferred.kind)
    summary = summarise(values, inferred, personal=personal)
    if is_target:
        # The classes of a target are part of each prediction, so they can't be hidden.
        summary |= classes_of(values, inferred)
    return Column(
        name=values.name,
        kind=inferred.kind,
        stored_as=values.storage,
        reason=inferred.reason,
        n_missing=values.n_missing + inferred.n_unread,
        n_unique=n_read_levels(values, inferred) if inferred.n_unread else len(values.levels),
        parse=dict(inferred.parse) if is_target or not personal else {},
        summary=summary,
        missing=missing,
        personal=personal,
    )


def _personal(values: ColumnValues, kind: ColumnKind) -> str | None:
    """Return the kind of personal data that the values look like, or None."""
    if kind is ColumnKind.DATE or values.storage not in ("text", "number"):
        return None
    levels = values.levels
    if values.storage == "number" and (len(levels) == 0 or np.median(levels) < MIN_PERSONAL_NUMBER):
        return None
    sample = levels[:: max(1, len(levels) // MAX_SAMPLED)]
    texts = [text for text in map(category_text, sample) if text is not None]
    personal = personal_kind(values.name, texts, is_prose=kind is ColumnKind.TEXT)
    # Amounts in groups of digits look like phone numbers.
    return None if personal == "phone" and kind is ColumnKind.NUMBER else personal


def _checked_kinds(kinds: Mapping[str, str], columns: list[str]) -> Mapping[str, str]:
    allowed = [kind.value for kind in ColumnKind if kind is not ColumnKind.CONSTANT]
    for column, kind in kinds.items():
        if column not in columns:
            close = closest_match(column, columns)
            raise DataError(
                f"Can't set a kind for the column {column[:40]!r}: there's no such column.",
                why=f"The table has {len(columns)} columns: {shorten(columns)}.",
                fix=f"Use {close!r}." if close else "Use one of these names, or remove the entry.",
            )
        if kind not in allowed:
            close = closest_match(kind, allowed)
            raise DataError(
                f"Can't set the kind of column {column[:40]!r} to {kind[:40]!r}.",
                why=f"The kinds are {', '.join(allowed)}.",
                fix=f"Use {close}." if close else "Use one of these kinds.",
            )
    return kinds
