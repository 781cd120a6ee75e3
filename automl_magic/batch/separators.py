"""The separator of a text table, from its first records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

SEPARATORS = (",", ";", "\t", "|")
_RECORDS = 200
# A comma in a field of another separator: in a number, or in prose.
_HARMLESS_COMMA = re.compile(r"[-+(]?[\d.'\s\u2212]*,\d+\)?\s*[%\u20ac$\u00a3]?|\s*(?:[^,]|, )*")


def sniff_separator(text: str, *, is_complete: bool = False) -> str:
    """Return the separator that cuts the header and the records into equally many clean fields.

    A field is clean if no other separator would cut it. Commas in numbers and in prose are clean.

    Parameters
    ----------
    text : str
        The start of the file.
    is_complete : bool
        Whether `text` is the whole file.
    """
    best, best_score = _unused_separator(text, is_complete=is_complete), (False, 0.0, 0)
    for separator in SEPARATORS:
        records = _records(text, separator, is_complete=is_complete)
        if records and (score := _score(records, separator)) > best_score:
            best, best_score = separator, score
    return best


def _score(records: Sequence[Sequence[str]], separator: str) -> tuple[bool, float, int]:
    """Return whether header and records agree, how clean they are, and the number of fields."""
    header, *rows = records
    counts = Counter(len(record) for record in rows or [header])
    n_fields, n_agreeing = counts.most_common(1)[0]
    if min(n_fields, len(header)) < 2:
        return False, 0.0, 0
    fields = [field for record in records for field in record]
    clean = sum(_is_clean(field, separator) for field in fields) / len(fields)
    agreeing = n_agreeing / counts.total()
    return len(header) == n_fields, round((agreeing + clean) / 2, 3), n_fields


def _is_clean(field: str, separator: str) -> bool:
    others = set(SEPARATORS) - {separator, ","}
    if separator == "," and field[:1] == " " and field.strip():
        return False
    if any(other in field for other in others):
        return False
    return separator == "," or "," not in field or bool(_HARMLESS_COMMA.fullmatch(field))


def _unused_separator(text: str, *, is_complete: bool) -> str:
    """Return a separator that cuts no record, for a table with one column."""
    for separator in SEPARATORS:
        if all(len(record) == 1 for record in _records(text, separator, is_complete=is_complete)):
            return separator
    return ","


def _records(text: str, separator: str, *, is_complete: bool) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if record:
                records.append(record)
            if len(records) > _RECORDS:
                break
    except csv.Error:
        return records
    # The last record may be cut off, unless it's the only one.
    return records if is_complete or len(records) == 1 else records[:_RECORDS][: len(records) - 1]
