"""JSON lines, and JSON files that hold one array of records."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.batch.formats import BY_NAME
from automl_magic.data.limits import Limits
from automl_magic.data.sources.delimited import check_names, not_utf8, too_many_columns
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.files import Head, shown
from automl_magic.data.sources.streams import open_content
from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    import pandas as pd


class JsonRecords(FileSource):
    """One object a line, or one array of objects; also gzip-compressed."""

    form = BY_NAME["jsonl"]
    name = form.name

    def head_options(self, path: Path, head: Head) -> dict[str, Any]:
        """Return the options of `pandas.read_json`.

        All of pandas' guessing is off: it would turn the text "007" into 7, a column named
        `made_at` into dates, and the column name "2019" into a number.
        """
        first = head.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if first not in (b"{", b"["):
            raise DataNotReadable(
                f"{shown(path)} is not JSON records.",
                why=f"It starts with {first!r}; JSON lines start with '{{', an array with '['.",
                fix="Write one JSON object per line, e.g. in pandas: "
                'frame.to_json("table.jsonl", orient="records", lines=True)',
            )
        return {
            "lines": first == b"{",
            "orient": "records",
            "encoding": head.encoding,
            "dtype": False,
            "convert_axes": False,
            "convert_dates": False,
            "precise_float": True,
        }

    def parse(
        self, path: Path, options: Mapping[str, Any], limits: Limits, n_rows: int | None
    ) -> pd.DataFrame:
        import pandas as pd

        # pandas knows the end of a row only where each has a line of its own.
        at_most = n_rows if options["lines"] else None
        try:
            if options["lines"]:
                check_names(path, _first_keys(path, options["encoding"], limits))
            with open_content(path, limits) as content:
                frame = pd.read_json(content, nrows=at_most, **options)
        except UnicodeDecodeError as error:
            raise not_utf8(path, limits) from error
        except ValueError as error:
            raise DataNotReadable(
                f"{shown(path)} is not JSON records.",
                why=f"{_place(path, options, limits) or error}.",
                fix=f"Look at that place with: jq . {shlex.quote(path.name)}",
            ) from error
        has_names = isinstance(frame, pd.DataFrame) and all(
            isinstance(name, str) for name in frame.columns
        )
        if not has_names:
            raise DataNotReadable(
                f"{shown(path)} holds no records.",
                why="Its array holds plain values or lists; a table needs objects with names.",
                fix='Write records like [{"age": 31, "city": "Oslo"}, …].',
            )
        if frame.shape[1] > limits.columns:
            raise too_many_columns(path, frame.shape[1], limits)
        return frame


def _lines(path: Path, encoding: str, limits: Limits) -> Iterator[str]:
    with open_content(path, limits) as content:
        for line in content:
            text = line.decode(encoding).strip()
            if text:
                yield text


def _first_keys(path: Path, encoding: str, limits: Limits) -> list[str]:
    keys: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        # Objects close from the inside out, so the last call is that of the record itself.
        keys[:] = [key for key, _ in pairs]

    first = next(_lines(path, encoding, limits), "{}")
    try:
        json.loads(first, object_pairs_hook=keep)
    except (json.JSONDecodeError, RecursionError):
        return []
    return keys


def _place(path: Path, options: Mapping[str, Any], limits: Limits) -> str | None:
    """Say where the JSON breaks, by a slow pass over a file that pandas has refused."""
    encoding = options["encoding"]
    if not options["lines"]:
        with open_content(path, limits) as content:
            return _problem(content.read().decode(encoding), "")
    for number, line in enumerate(_lines(path, encoding, limits), start=1):
        if problem := _problem(line, f"record {number:,}, "):
            return problem
    return None


def _problem(text: str, where: str) -> str | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno:,}, " if not where else ""
        return f"{error.msg} at {where}{line}character {error.colno:,}"
    except RecursionError:
        return f"It is nested too deeply ({where.rstrip(', ') or 'the array'})"
    return None
