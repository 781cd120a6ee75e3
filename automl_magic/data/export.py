"""Predictions leave as a file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl_magic.errors import DataError

FORMATS = (".csv", ".parquet", ".jsonl")
# A spreadsheet runs a text cell that begins with one of these (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_format(path: Path) -> None:
    """Refuse a file whose ending says no format that predictions are written in."""
    if path.suffix not in FORMATS:
        raise DataError(
            f"Predictions cannot be written to {path.name!r}.",
            why=f"The ending {path.suffix!r} is not one of {', '.join(FORMATS)}.",
            fix=f"Use -o {path.stem or 'predictions'}.csv.",
        )


def export(columns: Mapping[str, Any], path: Path) -> None:
    """Write columns of equal length as CSV, Parquet or JSON lines, by the ending of the path.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe before it, the
    spreadsheets' own mark for text. Parquet and JSON lines keep every value as it is.

    Raises
    ------
    DataError
        If the ending is none of these.
    """
    import pandas as pd

    check_format(path)
    frame = pd.DataFrame(dict(columns))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix == ".csv":
            frame.apply(_defused).rename(columns=_defuse).to_csv(partial, index=False)
        elif path.suffix == ".parquet":
            frame.to_parquet(partial, index=False)
        else:
            frame.to_json(partial, orient="records", lines=True, force_ascii=False)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _defused(column: Any) -> Any:
    return column if column.dtype.kind in "biuf" else column.map(_defuse)


def _defuse(value: object) -> object:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
