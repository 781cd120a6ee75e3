"""Parquet files. The metadata is checked first, because 300 bytes can expand to gigabytes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.batch.formats import BY_NAME
from automl_magic.data.index import index_as_columns, named_levels
from automl_magic.data.limits import ReadLimits
from automl_magic.data.missing import mark_missing
from automl_magic.data.sources.delimited import check_names, too_many_columns_error
from automl_magic.data.sources.exact import add_piece, rounded_columns
from automl_magic.data.sources.file_source import FileSource
from automl_magic.data.sources.files import FileHead, quote_name
from automl_magic.data.sources.request import ParsedFile, ReadRequest
from automl_magic.errors import DataNotReadable
from automl_magic.files.templates import source_piece
from automl_magic.records.data.load_code import LoadCode

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

_CELL_BYTES = 8


class Parquet(FileSource):
    """A Parquet file."""

    form = BY_NAME["parquet"]
    name = form.name

    def head_options(self, path: Path, head: FileHead) -> dict[str, object]:
        del path, head
        return {}

    def parse(self, path: Path, options: Mapping[str, Any], request: ReadRequest) -> ParsedFile:
        import pandas as pd
        import pyarrow as pa
        import pyarrow.parquet as pq

        n_rows = request.n_rows
        try:
            with pq.ParquetFile(path) as file:
                metadata, schema = file.metadata, file.schema_arrow
                _check_size(path, metadata, request.limits)
                check_names(path, list(schema.names))
                _check_types(path, schema)
                first_rows = None if n_rows is None else _first_rows(file, n_rows)
            frame = pd.read_parquet(path, **options) if first_rows is None else first_rows
        except pa.ArrowMemoryError:
            raise
        except (pa.ArrowException, OSError) as error:
            raise DataNotReadable(
                f"Can't read {quote_name(path)} as Parquet.",
                why=f"{_reason(error)}.",
                fix="The file is truncated or corrupt. Copy, download or save it again.",
            ) from error
        # pandas restores an index that it wrote. Other formats have none.
        names = list(map(str, named_levels(frame)))
        frame = index_as_columns(frame, quote_name(path))
        inexact = _inexact_columns(frame, schema) if n_rows is None else []
        for name in inexact:
            texts = pq.read_table(path, columns=[name])[name].cast(pa.string())
            frame[name] = texts.to_pandas()
        frame, counts = mark_missing(frame, request.missing)
        more = {"index": names, "exact": inexact}
        options = {**options, **{option: value for option, value in more.items() if value}}
        return ParsedFile(frame, options, counts)

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        """Return the code.

        The option `index` has the index levels that become columns, and `exact` the columns of
        integers that become text.
        """
        piece = source_piece("parquet_index" if "index" in options else self.name)
        if "exact" in options:
            piece = add_piece(piece, "parquet_exact")
        # pandas reads Parquet with pyarrow, which the code doesn't always import.
        return LoadCode(text=piece, values=options, data_path=text, requirements=("pyarrow",))


def _inexact_columns(frame: pd.DataFrame, schema: pa.Schema) -> list[str]:
    """Return the columns of integers that floats can't hold."""
    import pyarrow as pa

    from automl_magic.recipe.values import MAX_EXACT_INTEGER

    rounded, inexact = rounded_columns(frame), []
    for name in frame.columns:
        stored = schema.field(name).type
        is_large = name in rounded
        if pa.types.is_decimal(stored) and stored.scale == 0:
            is_large = bool((frame[name].dropna().abs() >= int(MAX_EXACT_INTEGER)).any())
        elif not pa.types.is_integer(stored):
            continue
        if is_large:
            inexact.append(name)
    return inexact


def _first_rows(file: pq.ParquetFile, n_rows: int) -> pd.DataFrame:
    import pyarrow as pa

    batches = list(islice(file.iter_batches(n_rows), 1))
    frame: pd.DataFrame = pa.Table.from_batches(batches, file.schema_arrow).to_pandas()
    return frame


def _check_size(path: Path, metadata: pq.FileMetaData, limits: ReadLimits) -> None:
    if metadata.num_columns > limits.columns:
        raise too_many_columns_error(path, metadata.num_columns, limits)
    if metadata.num_rows > limits.rows:
        raise DataNotReadable(
            f"{quote_name(path)} has too many rows.",
            why=f"It has {metadata.num_rows:,} rows by its metadata. The limit is {limits.rows:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(rows={metadata.num_rows}))",
        )
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    claimed = max(
        sum(group.total_byte_size for group in groups),
        metadata.num_rows * metadata.num_columns * _CELL_BYTES,
    )
    file_bytes = path.stat().st_size
    if claimed > limits.max_expanded_bytes(file_bytes):
        raise DataNotReadable(
            f"{quote_name(path)} expands to too much data.",
            why=f"Its {file_bytes:,} bytes expand to {claimed:,} by its metadata. The limit is "
            f"{limits.ratio} times the file size.",
            fix="If you trust the file, raise the limit in Python: "
            f"data.load(path, limits=Limits(ratio={claimed // file_bytes + 1}))",
        )


def _check_types(path: Path, schema: pa.Schema) -> None:
    import pyarrow as pa

    for field in schema:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            raise DataNotReadable(
                f"{quote_name(path)} has a nested or binary column.",
                why=f"Column {quote_name(field.name, 40)} has the type {field.type}.",
                fix="Remove it, or write its parts as separate columns.",
            )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
