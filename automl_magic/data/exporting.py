"""Tables that leave: predictions and the like, as CSV, Parquet or JSON lines."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from automl_magic.data.sources.files import shown
from automl_magic.errors import DataError, near_miss

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet", ".jsonl")
# What a spreadsheet runs as a formula (OWASP's list). A sign alone or before a number is a value.
_FORMULA = re.compile(r"[=@\t\r]|[-+](?!$|[0-9.][0-9.,eE+-]*$)")


def export(columns: Mapping[str, Any], path: Path) -> None:
    """Write columns of equal length to `.csv`, `.parquet` or `.jsonl`, whole or not at all.

    In CSV, text that a spreadsheet would run as a formula gets a `'` in front, headers too. Parquet
    and JSON lines hold every value as it is.

    Raises
    ------
    DataError
        If the name ends in none of the three.
    OSError
        If the file cannot be written; nothing is left behind then.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        close = near_miss(path.suffix.lower(), FORMATS) or ".csv"
        raise DataError(
            f"A table cannot be written to {shown(path)}.",
            why=f"Its name ends in {path.suffix!r}; the formats are {', '.join(FORMATS)}.",
            fix=f"Use {shlex.quote(path.stem + close)}.",
        )
    frame = pd.DataFrame(dict(columns))
    part = path.with_name(f".{path.name[:100]}.part")
    try:
        _write(frame, path.suffix.lower(), part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write(frame: pd.DataFrame, suffix: str, part: Path) -> None:
    if suffix == ".parquet":
        frame.to_parquet(part, index=False)
    elif suffix == ".jsonl":
        frame.to_json(part, orient="records", lines=True, double_precision=15, compression=None)
    else:
        # The csv module leaves a carriage return bare, and every reader takes it for a line's end.
        bare = any("\r" in text for text in _texts(frame))
        quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if bare else csv.QUOTE_MINIMAL
        _guarded(frame).to_csv(part, index=False, compression=None, quoting=quoting)


def _texts(frame: pd.DataFrame) -> Iterator[str]:
    for name in frame.columns:
        yield name
        if frame[name].dtype.kind not in "biufcM":
            yield from (value for value in frame[name].unique() if isinstance(value, str))


def _guarded(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if frame[name].dtype.kind not in "biufcM"]
    guarded = frame.assign(**{name: frame[name].map(_guard) for name in texts})
    return guarded.rename(columns=_guard)


def _guard(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
