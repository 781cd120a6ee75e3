"""JSON lines, and JSON files with one array of records."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from automl_magic.batch.formats import BY_NAME
from automl_magic.data.limits import ReadLimits
from automl_magic.data.missing import mark_missing
from automl_magic.data.sources.delimited import check_names, decode_error, too_many_columns_error
from automl_magic.data.sources.exact import add_piece, rounded_columns
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.files import FileHead, quote_name
from automl_magic.data.sources.request import ParsedFile, ReadRequest
from automl_magic.data.sources.streams import open_content
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode


class JsonRecords(FileSource):
    """One object per line, or one array of objects, optionally gzip-compressed."""

    form = BY_NAME["jsonl"]
    name = form.name
    final_piece = "jsonl_mixed"

    def head_options(self, path: Path, head: FileHead) -> dict[str, object]:
        """Return the options of `pandas.read_json`.

        They turn off pandas' type inference, which would read the text "007" as 7, a column named
        `made_at` as dates, and the column name "2019" as a number.
        """
        first = head.text.lstrip()[:1]
        if first not in ("{", "["):
            raise DataNotReadable(
                f"{quote_name(path)} doesn't contain JSON records.",
                why=f"It starts with {first!r}. JSON lines start with '{{', an array with '['.",
                fix="Write one JSON object per line. With pandas: "
                'frame.to_json("table.jsonl", orient="records", lines=True)',
            )
        return {
            "lines": first == "{",
            "orient": "records",
            "encoding": head.encoding,
            "dtype": False,
            "convert_axes": False,
            "convert_dates": False,
            "precise_float": True,
        }

    def parse(self, path: Path, options: Mapping[str, Any], request: ReadRequest) -> ParsedFile:
        import pandas as pd

        limits = request.limits
        # pandas can only limit the rows if there's one per line.
        row_limit = request.n_rows if options["lines"] else None
        try:
            if options["lines"]:
                check_names(path, _first_keys(path, options["encoding"], limits))
            with open_content(path, limits) as content:
                frame = pd.read_json(content, nrows=row_limit, **options)
        except UnicodeDecodeError as error:
            raise decode_error(path, options["encoding"], limits) from error
        except ValueError as error:
            raise DataNotReadable(
                f"{quote_name(path)} doesn't contain valid JSON records.",
                why=f"{_find_error(path, options, limits) or error}.",
                fix=f"Fix the file. To check it: jq . {shlex.quote(path.name)}",
            ) from error
        has_names = isinstance(frame, pd.DataFrame) and all(
            isinstance(name, str) for name in frame.columns
        )
        if not has_names:
            raise DataNotReadable(
                f"{quote_name(path)} doesn't contain records.",
                why="Its array has plain values or lists. A table needs objects.",
                fix='Write records like [{"age": 31, "city": "Oslo"}, …].',
            )
        if frame.shape[1] > limits.columns:
            raise too_many_columns_error(path, frame.shape[1], limits)
        if request.n_rows is None and (rounded := rounded_columns(frame)):
            texts = _integer_texts(path, options, limits, rounded)
            frame = frame.assign(**texts)
            options = {**options, **({"exact": list(texts)} if texts else {})}
        frame, counts = mark_missing(frame, request.missing)
        return ParsedFile(frame, options, counts)

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        """Return the code. The option `exact` has the columns of integers that become text."""
        code = super().code(text, options)
        if "exact" in options:
            code = replace(code, text=add_piece(code.text, "jsonl_exact"))
        return code


def _lines(path: Path, encoding: str, limits: ReadLimits) -> Iterator[str]:
    with io.TextIOWrapper(open_content(path, limits), encoding) as content:
        yield from filter(None, map(str.strip, content))


def _integer_texts(
    path: Path, options: Mapping[str, Any], limits: ReadLimits, names: list[str]
) -> dict[str, list[str | None]]:
    """Return the columns that have only integers, as text."""
    if options["lines"]:
        records: Iterable[Any] = map(json.loads, _lines(path, options["encoding"], limits))
    else:
        with open_content(path, limits) as content:
            records = json.loads(content.read().decode(options["encoding"]))
    values: dict[str, list[Any]] = {name: [] for name in names}
    for record in records:
        for name in names:
            values[name].append(record.get(name))
    return {
        name: [None if value is None else str(value) for value in column]
        for name, column in values.items()
        if all(value is None or type(value) is int for value in column)
    }


def _first_keys(path: Path, encoding: str, limits: ReadLimits) -> list[str]:
    keys: list[str] = []

    def keep(pairs: list[tuple[str, object]]) -> None:
        # Inner objects end first, so the last call is for the record itself.
        keys[:] = [key for key, _ in pairs]

    first = next(_lines(path, encoding, limits), "{}")
    try:
        json.loads(first, object_pairs_hook=keep)
    except (json.JSONDecodeError, RecursionError):
        return []
    return keys


def _find_error(path: Path, options: Mapping[str, Any], limits: ReadLimits) -> str | None:
    """Return the first JSON error with its position. This is slow."""
    encoding = options["encoding"]
    if not options["lines"]:
        with open_content(path, limits) as content:
            return _json_error(content.read().decode(encoding), "")
    for number, line in enumerate(_lines(path, encoding, limits), start=1):
        if message := _json_error(line, f"record {number:,}, "):
            return message
    return None


def _json_error(text: str, position: str) -> str | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno:,}, " if not position else ""
        return f"{error.msg} at {position}{line}character {error.colno:,}"
    except RecursionError:
        return f"It's nested too deeply ({position.rstrip(', ') or 'the array'})"
    return None
