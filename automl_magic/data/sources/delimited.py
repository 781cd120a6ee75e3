"""CSV and its relatives: the separator from the head of the file, then pandas."""

from __future__ import annotations

import csv
import io
import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.batch.formats import BY_NAME
from automl_magic.data.limits import Limits
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.files import Head, iconv, shown
from automl_magic.data.sources.streams import first_bad_byte, open_content
from automl_magic.errors import DataNotReadable, shorten

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
_RECORDS = 50
# A field above this is no field; the csv module's own limit (128 kB) is too low for documents.
_FIELD_BYTES = 16 << 20


class Csv(FileSource):
    """CSV, TSV, and what else is separated by semicolons or bars; also gzip-compressed."""

    form = BY_NAME["csv"]
    name = form.name

    def head_options(self, path: Path, head: Head) -> dict[str, Any]:
        """Return the options of `pandas.read_csv`.

        `float_precision` makes pandas read the nearest float, as every other reader does; without
        `low_memory=False` it guesses types per chunk of rows.
        """
        del path
        return {
            "sep": sniff_separator(_text(head), whole=head.whole),
            "encoding": head.encoding,
            "float_precision": "round_trip",
            "low_memory": False,
        }

    def parse(
        self, path: Path, options: Mapping[str, Any], limits: Limits, n_rows: int | None
    ) -> pd.DataFrame:
        import pandas as pd

        csv.field_size_limit(_FIELD_BYTES)
        try:
            header, first = _first_records(path, options, limits)
            _check_header(path, header, limits)
            # pandas would take the first field of longer rows for an index, and shift the others.
            if first and len(first) != len(header):
                _check_lengths(path, options, len(header), limits)
            with open_content(path, limits) as content:
                frame: pd.DataFrame = pd.read_csv(content, nrows=n_rows, **options)
            # A row that is too short leaves the last column missing.
            if len(frame) > 0 and bool(frame.iloc[:, -1].isna().any()):
                _check_lengths(path, options, len(header), limits)
        except UnicodeDecodeError as error:
            raise not_utf8(path, limits) from error
        except pd.errors.ParserError as error:
            if "out of memory" in str(error):
                raise MemoryError from error
            _check_lengths(path, options, len(header), limits)
            raise DataNotReadable(
                f"{shown(path)} is not a table.",
                why=" ".join(str(error).split()) + ".",
                fix="Look for an unclosed quote near that line, and write the file again.",
            ) from error
        return frame


def sniff_separator(text: str, *, whole: bool = False) -> str:
    """Return the separator under which the first records agree best on more than one field."""
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        counts = Counter(len(record) for record in _records(text, separator, whole=whole))
        if not counts:
            continue
        n_fields, n_agreeing = counts.most_common(1)[0]
        score = (round(n_agreeing / counts.total(), 1), n_fields)
        if n_fields > 1 and score > best_score:
            best, best_score = separator, score
    return best


def not_utf8(path: Path, limits: Limits) -> DataNotReadable:
    """Return the error for a text file in another encoding; it names the first wrong byte."""
    offset, byte = first_bad_byte(path, limits)
    return DataNotReadable(
        f"{shown(path)} is not encoded in UTF-8.",
        why=f"At byte {offset:,} is 0x{byte:02x}, which no UTF-8 text has there.",
        fix=f"If it is Latin-1 (Western European): {iconv(path, 'latin1')}",
    )


def _text(head: Head) -> str:
    try:
        return head.content.decode(head.encoding)
    except UnicodeDecodeError as error:
        # The head may end inside a character; anything earlier is a wrong encoding, which reading
        # the whole file reports with its place.
        return head.content[: error.start].decode(head.encoding)


def _records(text: str, separator: str, *, whole: bool) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if record:
                records.append(record)
            if len(records) > _RECORDS:
                break
    except csv.Error:
        return records
    # The last record may be cut, unless it is the only one.
    return records if whole or len(records) == 1 else records[:_RECORDS][: len(records) - 1]


def _reader(content: io.BufferedReader, options: Mapping[str, Any]) -> Any:
    text = io.TextIOWrapper(content, encoding=options["encoding"], newline="")
    return csv.reader(text, delimiter=options["sep"])


def _first_records(
    path: Path, options: Mapping[str, Any], limits: Limits
) -> tuple[list[str], list[str]]:
    with open_content(path, limits) as content:
        records = (record for record in _reader(content, options) if record)
        try:
            return next(records, []), next(records, [])
        except csv.Error as error:
            raise DataNotReadable(
                f"{shown(path)} has no header line that can be read.",
                why=f"{error}.",
                fix="Look for an unclosed quote in its first line.",
            ) from error


def _check_header(path: Path, header: list[str], limits: Limits) -> None:
    if len(header) > limits.columns:
        raise too_many_columns(path, len(header), limits)
    check_names(path, header)


def check_names(path: Path, names: list[str]) -> None:
    """Refuse a table in which two columns have one name: nobody could say which is meant."""
    repeated = [name for name, count in Counter(names).items() if count > 1 and name]
    if repeated:
        free = f"{repeated[0]}_2"
        raise DataNotReadable(
            f"{shown(path)} has {len(repeated)} column name{'s' * (len(repeated) > 1)} twice.",
            why=f"Repeated: {shorten([shown(name, 40) for name in repeated])}.",
            fix=f"Give every column its own name, e.g. {shown(free, 40)} for the second.",
        )


def too_many_columns(path: Path, n_columns: int, limits: Limits) -> DataNotReadable:
    """Return the error for a table that is too wide."""
    return DataNotReadable(
        f"{shown(path)} has too many columns.",
        why=f"It has {n_columns:,}; the limit is {limits.columns:,}.",
        fix="Keep the columns that matter, or turn the table: one row per thing to predict. "
        f"In Python: data.load(path, limits=Limits(columns={n_columns}))",
    )


def _check_lengths(path: Path, options: Mapping[str, Any], n_fields: int, limits: Limits) -> None:
    """Name the first row whose length differs from the header's. A slow pass, made on suspicion."""
    with open_content(path, limits) as content:
        reader = _reader(content, options)
        try:
            for record in reader:
                if record and len(record) != n_fields:
                    raise DataNotReadable(
                        f"{shown(path)} has rows of different length.",
                        why=f"Line {reader.line_num:,} has {len(record):,} fields, "
                        f"the header has {n_fields:,}.",
                        fix=f"Look at that line: {_show_line(path, reader.line_num)}",
                    )
        except csv.Error:
            return


def _show_line(path: Path, line: int) -> str:
    name = shlex.quote(path.name)
    if path.suffix.lower() == ".gz":
        return f"gzip -dc {name} | sed -n {line}p"
    return f"sed -n {line}p {name}"
