"""CSV and similar files. The separator is detected from the first rows."""

from __future__ import annotations

import csv
import io
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.batch.encodings import TITLES, unknown_encoding_error
from automl_magic.batch.formats import BY_NAME
from automl_magic.batch.separators import sniff_separator
from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.exact import inexact_columns
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.files import FileHead, quote_name
from automl_magic.data.sources.request import ParsedFile, ReadRequest
from automl_magic.data.sources.streams import first_bad_byte, open_content
from automl_magic.errors import DataNotReadable, shorten
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_MISSING, MissingWords

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data.missing import WordCounts

_USUAL = ("sep", "encoding", "float_precision", "low_memory")
# The default limit of the csv module (128 kB) is too low for documents.
_FIELD_BYTES = 16 << 20


class Csv(FileSource):
    """CSV, TSV, and files separated by semicolons or bars, optionally gzip-compressed."""

    form = BY_NAME["csv"]
    name = form.name
    marks_missing = True

    def head_options(self, path: Path, head: FileHead) -> dict[str, object]:
        """Return the options of `pandas.read_csv`.

        With `float_precision`, pandas reads the nearest float, like other readers. Without
        `low_memory=False`, it infers types per chunk of rows.
        """
        del path
        return {
            "sep": sniff_separator(head.text, is_complete=head.is_complete),
            "encoding": head.encoding,
            "float_precision": "round_trip",
            "low_memory": False,
        }

    def parse(self, path: Path, options: Mapping[str, Any], request: ReadRequest) -> ParsedFile:
        import pandas as pd

        limits = request.limits
        csv.field_size_limit(_FIELD_BYTES)
        try:
            header, first = _first_records(path, options, limits)
            _check_header(path, header, limits)
            # pandas would read the first field of longer rows as the index and shift the others.
            if first and len(first) != len(header):
                _check_lengths(path, options, len(header), limits)
            options = {**options, **_missing_options(request.missing, header)}
            with open_content(path, limits) as content:
                frame: pd.DataFrame = pd.read_csv(content, nrows=request.n_rows, **options)
            # In a row that's too short, the last column is missing.
            if len(frame) > 0 and bool(frame.iloc[:, -1].isna().any()):
                _check_lengths(path, options, len(header), limits)
        except UnicodeDecodeError as error:
            raise decode_error(path, options["encoding"], limits) from error
        except pd.errors.ParserError as error:
            if "out of memory" in str(error):
                raise MemoryError from error
            _check_lengths(path, options, len(header), limits)
            raise DataNotReadable(
                f"{quote_name(path)} isn't a valid table.",
                why=" ".join(str(error).split()) + ".",
                fix="Check for an unclosed quote near that line, and save the file again.",
            ) from error
        if request.n_rows is None and (
            names := inexact_columns(path, options, frame, request.missing)
        ):
            as_text = dict.fromkeys(names, "str")
            with open_content(path, limits) as content:
                exact = pd.read_csv(content, usecols=names, dtype=as_text, **options)
            frame = frame.assign(**{name: exact[name] for name in names})
            options = {**options, "dtype": as_text}
        counts = _count_missing(path, options, frame, request) if request.count_missing else {}
        return ParsedFile(frame, options, counts)

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        """Return the code. Options that few tables need have no line in the piece."""
        code = super().code(text, options)
        rare = [name for name in options if name not in _USUAL]
        lines = "".join(f'\n    {name}=slot("{name}"),' for name in rare)
        return replace(code, text=code.text.replace("\n)", f"{lines}\n)", 1))


def _missing_options(missing: MissingWords, header: Sequence[str]) -> dict[str, Any]:
    """Return the options of `pandas.read_csv` for the texts that stand for a missing value.

    There are none for the default texts, and only the additional texts if each column has these.
    """
    default = frozenset({"", *DEFAULT_MISSING})
    words = {name: missing.words(name) for name in header}
    if all(default <= texts for texts in words.values()):
        more = {name: sorted(texts - default) for name, texts in words.items() if texts - default}
        return {"na_values": _for_all(more, header)} if more else {}
    texts = {name: sorted(texts) for name, texts in words.items()}
    return {"keep_default_na": False, "na_values": _for_all(texts, header)}


def _for_all(
    words: dict[str, list[str]], header: Sequence[str]
) -> list[str] | dict[str, list[str]]:
    """Return the words as one list if all columns have the same."""
    lists = [words.get(name, []) for name in header]
    return lists[0] if all(texts == lists[0] for texts in lists) else words


def _count_missing(
    path: Path, options: Mapping[str, Any], frame: pd.DataFrame, request: ReadRequest
) -> WordCounts:
    """Count the texts that were read as missing, in a second pass over the columns with some."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from automl_magic.batch.readers import CsvReader

    columns = [name for name in frame.columns if frame[name].isna().any()]
    counts: dict[str, Counter[str]] = {name: Counter() for name in columns}
    words = {
        name: pa.array(sorted(request.missing.words(name) - {""}), type=pa.string())
        for name in columns
    }
    reader = CsvReader(
        path, options["sep"], {}, encoding=options["encoding"], block_bytes=_FIELD_BYTES
    )
    for batch in reader.texts(columns) if columns else ():
        for name in columns:
            texts = batch.column(name)
            missing = texts.filter(pc.is_in(texts, value_set=words[name]))
            for item in missing.value_counts().to_pylist():
                counts[name][item["values"]] += item["counts"]
    return {name: dict(texts) for name, texts in counts.items() if texts}


def decode_error(path: Path, encoding: str, limits: ReadLimits) -> DataNotReadable:
    """Return the error for a text file with an invalid byte for its encoding."""
    offset, byte = first_bad_byte(path, encoding, limits)
    why = f"Byte {offset:,} is 0x{byte:02x}, which isn't valid in {TITLES[encoding]}."
    return unknown_encoding_error(path, why)


def _reader(content: io.BufferedReader, options: Mapping[str, Any]) -> Any:
    text = io.TextIOWrapper(content, encoding=options["encoding"], newline="")
    return csv.reader(text, delimiter=options["sep"])


def _first_records(
    path: Path, options: Mapping[str, Any], limits: ReadLimits
) -> tuple[list[str], list[str]]:
    with open_content(path, limits) as content:
        records = (record for record in _reader(content, options) if record)
        try:
            return next(records, []), next(records, [])
        except csv.Error as error:
            raise DataNotReadable(
                f"Can't read the header line of {quote_name(path)}.",
                why=f"{error}.",
                fix="Check for an unclosed quote in the first line.",
            ) from error


def _check_header(path: Path, header: list[str], limits: ReadLimits) -> None:
    if len(header) > limits.columns:
        raise too_many_columns_error(path, len(header), limits)
    check_names(path, header)


def check_names(path: Path, names: list[str]) -> None:
    """Raise an error if two columns have the same name."""
    duplicates = [name for name, count in Counter(names).items() if count > 1 and name]
    if duplicates:
        new_name = f"{duplicates[0]}_2"
        raise DataNotReadable(
            f"{quote_name(path)} has duplicate column names.",
            why=f"More than one column has the name "
            f"{shorten([quote_name(name, 40) for name in duplicates])}.",
            fix=f"Give each column its own name, such as {quote_name(new_name, 40)}.",
        )


def too_many_columns_error(path: Path, n_columns: int, limits: ReadLimits) -> DataNotReadable:
    """Return the error for a table with too many columns."""
    return DataNotReadable(
        f"{quote_name(path)} has too many columns.",
        why=f"It has {n_columns:,}. The limit is {limits.columns:,}.",
        fix="Remove columns, or transpose the table to have one row per example. Or raise the "
        f"limit in Python: data.load(path, limits=Limits(columns={n_columns}))",
    )


def _check_lengths(
    path: Path, options: Mapping[str, Any], n_fields: int, limits: ReadLimits
) -> None:
    """Raise an error for the first row whose length differs from the header's. This is slow."""
    with open_content(path, limits) as content:
        reader = _reader(content, options)
        try:
            for record in reader:
                if record and len(record) != n_fields:
                    raise DataNotReadable(
                        f"{quote_name(path)} has rows of different lengths.",
                        why=f"Line {reader.line_num:,} has {len(record):,} fields, but the header "
                        f"has {n_fields:,}.",
                        fix=f"Check that line: {_show_line(path, reader.line_num)}",
                    )
        except csv.Error:
            return


def _show_line(path: Path, line: int) -> str:
    name = shlex.quote(path.name)
    if path.suffix.lower() == ".gz":
        return f"gzip -dc {name} | sed -n {line}p"
    return f"sed -n {line}p {name}"
