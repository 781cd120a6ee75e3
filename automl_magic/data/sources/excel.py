"""A sheet of an Excel workbook: `BOOK.xlsx`, or `BOOK.xlsx#SHEET` if several have a table.

openpyxl reads it, as pandas does by default: it's pure Python, and it tells formulas, merged cells
and dates apart. Cells keep the types that Excel gave them, so the text "007" stays text.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import ReadLimits
from automl_magic.data.missing import mark_missing
from automl_magic.data.sources import files
from automl_magic.data.sources.archives import open_archive
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.data.sources.delimited import check_names, too_many_columns_error
from automl_magic.data.sources.files import quote_name
from automl_magic.data.sources.parts import split_part
from automl_magic.data.sources.request import ParsedFile, ReadRequest
from automl_magic.errors import DataNotReadable, closest_match, shorten
from automl_magic.files.templates import source_piece
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from openpyxl import Workbook

    from automl_magic.batch.readers import Reader

SUFFIXES = (".xlsx", ".xlsm")
_PACKAGE = "openpyxl"


class Excel(Source):
    """A sheet with a header in its first row, parsed in a child process with limits."""

    name = "excel"
    is_path = True
    final_piece = "jsonl_mixed"

    def matches(self, text: str) -> bool:
        return has_sheets(text)

    def locate(self, text: str) -> str:
        path, sheet = split_part(text)
        location = str(files.find_file(path))
        return location if sheet is None else f"{location}#{sheet}"

    def title(self, text: str) -> str:
        return files.stem(split_part(text)[0])

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        """Return the options of `pandas.read_excel`, as far as they're known without reading.

        Text that looks like a number stays text, and only blank cells are missing.
        """
        del limits
        return {
            "sheet_name": split_part(text)[1],
            "engine": _PACKAGE,
            "dtype": "object",
            "keep_default_na": False,
            "na_values": [""],
        }

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        yield from pa.Table.from_pandas(self.load(text, limits), preserve_index=False).to_batches()

    def load(
        self,
        text: str,
        limits: ReadLimits = DEFAULT_LIMITS,
        *,
        missing: MissingWords = DEFAULT_WORDS,
        count_missing: bool = False,
    ) -> pd.DataFrame:
        from automl_magic.data.isolated import read_in_child

        path = files.find_file(split_part(text)[0])
        if find_spec(_PACKAGE) is None:
            raise DataNotReadable(
                f"Can't read {quote_name(path)}.",
                why=f"Excel files need the package {_PACKAGE}, which isn't installed.",
                fix="Install it: pip install 'automl-magic[excel]'",
            )
        request = ReadRequest(limits=limits, missing=missing, count_missing=count_missing)
        return read_in_child(self, path, self.options(text, limits), request)

    def preload(self) -> None:
        import openpyxl  # noqa: F401

    def parse(self, path: Path, options: Mapping[str, Any], request: ReadRequest) -> ParsedFile:
        """Read a sheet. Runs in the child process."""
        import pandas as pd

        with open_archive(path, request.limits):
            pass  # checks its size
        sheet = _find_sheet(path, options["sheet_name"])
        options = {**options, "sheet_name": sheet, "header": 0}
        frame = pd.read_excel(path, **options)
        names = _column_names(path, sheet, frame)
        if len(names) > request.limits.columns:
            raise too_many_columns_error(path, len(names), request.limits)
        check_names(path, list(names.values()))
        frame = frame.iloc[:, list(names)].set_axis(list(names.values()), axis="columns")
        _check_formulas(path, sheet, frame, list(names))
        frame, counts = mark_missing(frame.infer_objects(), request.missing)
        options |= {"usecols": list(names), "names": list(names.values())}
        return ParsedFile(frame, options, counts)

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        from automl_magic.batch.readers import FrameReader

        del stored_as
        return FrameReader(self.load(text, missing=missing), self.identity(text))

    def identity(self, text: str) -> object:
        from automl_magic.batch.readers.base import identity_of

        path, sheet = split_part(text)
        return [*identity_of([files.find_file(path)]), {"sheet": sheet}]

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        return LoadCode(
            text=source_piece(self.name),
            values=options,
            data_path=split_part(text)[0],
            requirements=(_PACKAGE,),
        )


def has_sheets(text: str) -> bool:
    """Return whether a text names an Excel file or a sheet of one."""
    return split_part(text)[0].lower().endswith(SUFFIXES)


def _find_sheet(path: Path, sheet: str | None) -> str:
    """Return the name of the sheet to read."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises any error for a corrupt workbook
        raise DataNotReadable(
            f"{quote_name(path)} isn't an Excel workbook.",
            why=f"{' '.join(f'{type(error).__name__}: {error}'.split())[:200].rstrip('.')}.",
            fix="Save it again as .xlsx, or as CSV.",
        ) from error
    try:
        return _choose_sheet(path, book, sheet)
    finally:
        book.close()


def _choose_sheet(path: Path, book: Workbook, sheet: str | None) -> str:
    names = [worksheet.title for worksheet in book.worksheets]
    if sheet is not None:
        if sheet in names:
            return sheet
        close = closest_match(sheet, names)
        raise DataNotReadable(
            f"{quote_name(path)} has no sheet {sheet[:60]!r}.",
            why=f"It has {shorten([repr(name) for name in names])}.",
            fix=_choice(path, close or names[0]),
        )
    filled = [
        worksheet.title
        for worksheet in book.worksheets
        if worksheet.sheet_state == "visible" and _has_rows(worksheet)
    ]
    if len(filled) == 1:
        return filled[0]
    raise DataNotReadable(
        f"{quote_name(path)} has {len(filled)} sheets with a table."
        if filled
        else f"{quote_name(path)} has no table.",
        why=f"They are {shorten([repr(name) for name in filled])}."
        if filled
        else f"Its {len(names)} sheets have no rows: {shorten([repr(name) for name in names])}.",
        fix=_choice(path, filled[0]) if filled else "Use a sheet with a header and rows.",
    )


def _choice(path: Path, sheet: str) -> str:
    return f"Use --sheet {shlex.quote(sheet)}, or {f'{path.name}#{sheet}'!r} in Python."


def _has_rows(worksheet: Any) -> bool:
    rows = worksheet.iter_rows(values_only=True)
    filled = (row for row in rows if any(value is not None for value in row))
    return next(filled, None) is not None and next(filled, None) is not None


def _column_names(path: Path, sheet: str, frame: pd.DataFrame) -> dict[int, str]:
    """Return the column names of the first row, by position.

    As in CSV, only the first may be blank: a table that pandas wrote with its index.
    """
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        values = next(book[sheet].iter_rows(values_only=True, max_row=1), ())
    finally:
        book.close()
    texts = ["" if value is None else str(value) for value in values]
    texts += [""] * (frame.shape[1] - len(texts))
    # Cells that only have a format make columns without a name and values.
    names = {
        position: text
        for position, text in enumerate(texts[: frame.shape[1]])
        if text.strip() or frame.iloc[:, position].notna().any()
    }
    blank = [position for position, text in names.items() if not text.strip()]
    if blank not in ([], [0]):
        cells = [f"{get_column_letter(position + 1)}1" for position in blank]
        raise DataNotReadable(
            f"The first row of sheet {sheet[:40]!r} isn't a header.",
            why=f"It has no name in {shorten(cells)}: cells may be merged, or a title may be above "
            "the table.",
            fix="Delete the rows above the header, unmerge its cells, and give each column a name.",
        )
    return {
        position: text if text.strip() else f"Unnamed: {position}"
        for position, text in names.items()
    }


def _check_formulas(path: Path, sheet: str, frame: pd.DataFrame, positions: Sequence[int]) -> None:
    """Raise an error if a column is blank because its formulas were never computed."""
    is_blank = frame.isna().all()
    blank = {
        position: name
        for position, name in zip(positions, frame.columns, strict=True)
        if is_blank[name]
    }
    if not blank or not len(frame):
        return
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, keep_links=False)
    try:
        for row in book[sheet].iter_rows(min_row=2, max_row=1_000, values_only=True):
            for position, name in blank.items():
                value = row[position] if position < len(row) else None
                if isinstance(value, str) and value.startswith("="):
                    raise DataNotReadable(
                        f"{quote_name(path)} has formulas without values.",
                        why=f"Column {name[:40]!r} has {value[:40]!r}, but the "
                        "program that wrote it didn't compute it.",
                        fix="Open it in Excel or LibreOffice, and save it again.",
                    )
    finally:
        book.close()
