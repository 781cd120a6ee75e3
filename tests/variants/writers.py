"""Writes the table as a variant says: to a file, a DataFrame, or the objects of messages."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tests.variants import table
from tests.variants.variant import BOOLEANS, DATES, MISSING_EVERYWHERE, NUMBERS, ZONES, Variant

Columns = Mapping[str, Sequence[object]]
SEPARATORS = {"csv": ",", "tsv": "\t", "semicolon": ";", "pipe": "|", "csv.gz": ",", "zip": ","}
SUFFIXES = {"semicolon": "csv", "pipe": "csv", "parquet-folder": "parquet"}
NO_TEXT = (*table.NUMBERS, *table.BOOLEANS, *table.DATES)


def cells(variant: Variant, columns: Columns) -> list[tuple[str, list[object]]]:
    """Return the columns of the variant in its order: texts, or typed values and None.

    A name can occur twice.
    """
    is_text = variant.types == "text"
    written = {
        name: [_cell(name, value, variant, is_text=is_text) for value in rows]
        for name, rows in columns.items()
        if name != variant.absent
    }
    rng = np.random.default_rng(variant.seed)
    names = list(written)
    if variant.order == "reversed":
        names.reverse()
    elif variant.order == "shuffled":
        names = [names[i] for i in rng.permutation(len(names))]
    n_rows = len(next(iter(written.values())))
    result = [(name, written[name]) for name in names]
    result += [
        (name, [f"x{i}" if is_text else i for i in range(n_rows)])
        for name in variant.extra_columns()
    ]
    if variant.duplicate != "none":
        # The second column of the name has the values of other rows.
        twice = written[variant.duplicate]
        result.append((variant.duplicate, [*twice[7:], *twice[:7]]))
    return result


def _cell(name: str, value: object, variant: Variant, *, is_text: bool) -> object:
    if value is None:
        word = variant.missing
        if not is_text and (name not in table.LABELS or word == ""):
            return None
        return word if word in MISSING_EVERYWHERE or name in NO_TEXT else ""
    if name in table.BOOLEANS:
        word = BOOLEANS[variant.booleans][not value]
        if is_text:
            return word
        if variant.types == "floats":
            return float(bool(value))
        return {"True": True, "False": False, "1": 1, "0": 0, "1.0": 1.0, "0.0": 0.0}.get(
            word, word
        )
    if isinstance(value, dt.datetime):
        if not is_text and variant.dates == "2024-05-01 10:00:00":
            return value
        return (value + ZONES.get(variant.dates, dt.timedelta())).strftime(DATES[variant.dates])
    if name in (*table.NUMBERS, table.TARGETS["regression"]):
        if not is_text and variant.numbers == "plain":
            return value
        return NUMBERS[variant.numbers](f"{value:_.3f}" if name == "share" else f"{value:_.2f}")
    if isinstance(value, int):
        if is_text:
            return str(value)
        # Beyond 2**53 a float is another code.
        return float(value) if variant.types == "floats" else value
    return value if isinstance(value, str) or not is_text else str(value)


def rows(variant: Variant, columns: Columns, positions: Sequence[int]) -> list[dict[str, object]]:
    """Return some rows as JSON objects, as a client or a topic has them."""
    written = dict(cells(variant, columns))
    return [
        {name: _json(values[position]) for name, values in written.items()}
        for position in positions
    ]


def frame(variant: Variant, columns: Columns) -> pd.DataFrame:
    """Return the variant as a DataFrame with its dtypes and its index."""
    written = cells(variant, columns)
    series = [_series(name, values, variant.types) for name, values in written]
    result = pd.concat(series, axis=1, keys=[name for name, _ in written])
    match variant.types:
        case "nullable":
            result = result.convert_dtypes()
        case "arrow":
            result = result.convert_dtypes(dtype_backend="pyarrow")
    if variant.index == "unnamed":
        result.index = pd.Index(np.random.default_rng(1).permutation(len(result)))
    elif variant.index != "none":
        result = result.set_index(variant.index)
    return result


def _series(name: str, values: list[object], types: str) -> pd.Series:
    objects = pd.Series(values, dtype=object)
    filled = {type(value) for value in values if value is not None}
    if types in ("object", "text"):
        return objects
    if types == "categorical" and (filled <= {str, bool} or name in ("visits", "device")):
        return objects.astype("category")
    if filled == {int} and None in values:
        # pandas' own reader makes floats of these, but nobody's codes survive that.
        return objects.astype("Int64")
    if filled == {dt.datetime}:
        return objects.astype("datetime64[us]")
    if filled in ({int}, {float}, {bool}) and None not in values:
        return objects.infer_objects()
    return objects.astype("float64") if filled == {float} else objects


def write(variant: Variant, columns: Columns, folder: Path, name: str = "table") -> Path:
    """Write the variant into a folder and return its path."""
    path = folder / f"{name}.{SUFFIXES.get(variant.format, variant.format)}"
    if variant.format in SEPARATORS:
        content = _delimited(variant, columns).encode(variant.encoding, "replace")
        if variant.format == "csv.gz":
            content = gzip.compress(content)
        if variant.format == "zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("table.csv", content)
            content = buffer.getvalue()
        path.write_bytes(content)
    elif variant.format in ("jsonl", "json"):
        n_rows = len(next(iter(columns.values())))
        documents = rows(variant, columns, range(n_rows))
        if variant.format == "jsonl":
            # As `to_json` of many programs: what is missing isn't written.
            documents = [{k: v for k, v in row.items() if v is not None} for row in documents]
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in documents)
        else:
            text = json.dumps(documents, ensure_ascii=False)
        path.write_text(text, "utf-8")
    elif variant.format == "xlsx":
        _write_workbook(cells(variant, columns), path)
    else:
        content = frame(variant, columns)
        if variant.format == "parquet":
            content.to_parquet(path)
        else:
            path = folder / name
            path.mkdir()
            content[:100].to_parquet(path / "part-0.parquet")
            content[100:].to_parquet(path / "part-1.parquet")
    return path


def _delimited(variant: Variant, columns: Columns) -> str:
    written = cells(variant, columns)
    names = [name for name, _ in written]
    lines = list(zip(*(values for _, values in written), strict=True))
    if variant.index == "unnamed":
        names = ["", *names]
        lines = [(str(i), *line) for i, line in enumerate(lines)]
    elif variant.index in names:
        # As pandas writes a table with this index: its column comes first.
        first = names.index(variant.index)
        order = [first, *(i for i in range(len(names)) if i != first)]
        names, lines = [names[i] for i in order], [tuple(line[i] for i in order) for line in lines]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS[variant.format], lineterminator="\n")
    writer.writerow(names)
    writer.writerows(lines)
    return text.getvalue()


def _json(value: object) -> object:
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value


def _write_workbook(written: list[tuple[str, list[object]]], path: Path) -> None:
    """Write an Excel workbook with one sheet. Its numbers are floats: longer codes are text."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([name for name, _ in written])
    for row in zip(*(values for _, values in written), strict=True):
        book.active.append(
            [str(value) if type(value) is int and value > 2**53 else value for value in row]
        )
    book.save(path)
