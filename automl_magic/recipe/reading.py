"""reading: read the values of a model's input columns, however they're written.

Every door reads values here: files, DataFrames, requests, messages and monitored tables. The same
value, written in another way, is read as the value of the training table. A value that isn't valid
for its column is *unread*: it's never guessed. In a table unread values count as missing, but with
more of them than in training the table is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from automl_magic.errors import DataError, closest_match
from automl_magic.recipe.booleans import BooleanTexts
from automl_magic.recipe.values import (
    MAX_EXACT_INTEGER,
    NAN,
    Array,
    Column,
    EncodedColumn,
    as_dates,
    as_numbers,
    category_text,
    is_missing_value,
    missing_mask,
    to_float,
    to_utc_datetime,
)
from automl_magic.records import ColumnKind
from automl_magic.records.codec import Json
from automl_magic.records.data.schema import InputColumn, InputSchema, OnUnread

# A table is refused if more of a column's values are unread than this share, and than twice the
# share in the training table.
MAX_UNREAD, MAX_UNREAD_OF_TRAINING = 0.005, 2.0
MAX_EXAMPLES, MAX_NAMED = 3, 5
LABELS = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.ID, ColumnKind.CONSTANT)

Mask: TypeAlias = NDArray[np.bool_]
ValueReader: TypeAlias = Callable[[object], object]


class Unread:
    """The type of `UNREAD`, a value that isn't valid for its column."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNREAD"


UNREAD: Final = Unread()


def read_policy(text: str) -> OnUnread:
    """Return the policy with this name.

    Raises
    ------
    DataError
        If there's none.
    """
    try:
        return OnUnread(text)
    except ValueError:
        close = closest_match(str(text), list(OnUnread)) or OnUnread.FAIL
        raise DataError(
            f"{str(text)[:40]!r} isn't a way to treat values that can't be read.",
            why=f"The choices are {' and '.join(OnUnread)}.",
            fix=f"Use --on-unread {close}.",
        ) from None


class ColumnReader:
    """Reads the values of one column.

    Parameters
    ----------
    column : InputColumn
    missing : collection of str
        The texts that stand for a missing value.
    levels : collection of str
        The training levels, if the column doesn't list them.
    """

    def __init__(
        self, column: InputColumn, missing: Collection[str] = (), levels: Collection[str] = ()
    ) -> None:
        self.column = column
        self.missing = frozenset({"", *missing})
        self._read = _value_reader(column, frozenset(column.levels) or levels)
        # A blank isn't a number, a date or a yes. As a label it's text like any other.
        self._ignores_blanks = column.kind not in (*LABELS, ColumnKind.TEXT)

    @property
    def max_unread(self) -> float:
        """The largest share of unread values, of those that aren't missing."""
        return max(MAX_UNREAD, MAX_UNREAD_OF_TRAINING * self.column.unread)

    def is_missing(self, value: object) -> bool:
        """Return whether a value is missing, or a text that stands for a missing value."""
        if type(value) is not str:
            return is_missing_value(value)
        if value in self.missing:
            return True
        return self._ignores_blanks and value.strip() in self.missing

    def read(self, value: object) -> object:
        """Return a value as in the training table, None if it's missing, or `UNREAD`.

        Numbers become floats, dates naive datetimes in UTC, and yes and no the two values of the
        training table. Labels and texts stay as they are.
        """
        return None if self.is_missing(value) else self._read(value)

    def read_column(self, values: Column) -> tuple[Column, Mask]:
        """Return the values of a column as `read` returns them, and the mask of unread values.

        Unread values become missing.

        Parameters
        ----------
        values : array or EncodedColumn of shape (n_rows,)

        Returns
        -------
        column : array or EncodedColumn of shape (n_rows,)
            float64 for numbers, datetime64[us] for dates. Otherwise objects.
        unread : array of bool of shape (n_rows,)
        """
        kind = self.column.kind
        if not isinstance(values, EncodedColumn):
            if kind is ColumnKind.NUMBER and values.dtype.kind in "fium":
                numbers = as_numbers(values)
                return numbers, np.isnan(numbers) & ~missing_mask(values)
            if kind is ColumnKind.DATE and values.dtype.kind == "M":
                dates = as_dates(values)
                return dates, np.isnat(dates) & ~missing_mask(values)
            values = _encode(values)
        read = [self.read(value) for value in values.distinct.tolist()]
        unread = np.array([value is UNREAD for value in read], dtype=bool)
        if kind is ColumnKind.NUMBER:
            numbers = np.array([v if isinstance(v, float) else NAN for v in read], dtype=np.float64)
            column: Column = values.expand(numbers, NAN)
        elif kind is ColumnKind.DATE:
            dates = np.array([None if v is UNREAD else v for v in read], dtype="datetime64[us]")
            column = values.expand(dates, np.datetime64("NaT"))
        else:
            distinct = (None if value is UNREAD else value for value in read)
            column = EncodedColumn(values.codes, np.fromiter(distinct, object, len(read)))
        return column, values.expand(unread, missing=False)


class TableReader:
    """Reads the input columns of a model.

    Parameters
    ----------
    schema : InputSchema
    levels : mapping of str to collection of str
        The training levels of columns whose levels the schema doesn't list.
    """

    def __init__(
        self, schema: InputSchema, levels: Mapping[str, Collection[str]] | None = None
    ) -> None:
        levels = levels or {}
        self.schema = schema
        self.columns = {
            column.name: ColumnReader(
                column, schema.missing.words(column.name), levels.get(column.name, ())
            )
            for column in schema.columns
        }

    def read(self, table: Mapping[str, Column], unread: UnreadValues) -> dict[str, Column]:
        """Return the columns of a table as in the training table, and count unread values.

        Columns that the model doesn't have are kept as they are.
        """
        read = dict(table)
        for name, reader in self.columns.items():
            if name in table:
                values = table[name]
                read[name], mask = reader.read_column(values)
                unread.add(reader, values, read[name], mask)
        return read

    def read_row(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return the values of one row as in the training table.

        Raises
        ------
        DataError
            If a value can't be read. The error names its column.
        """
        values = dict(row)
        for name, reader in self.columns.items():
            if name in row and (value := reader.read(row[name])) is not UNREAD:
                values[name] = value
            elif name in row:
                raise _row_error(reader, row[name])
        return values


@dataclass
class _Count:
    reader: ColumnReader
    n_values: int = 0
    n_unread: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.n_unread / max(self.n_values, 1)


class UnreadValues:
    """Counts the unread values of a table's columns, chunk by chunk."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def add(self, reader: ColumnReader, values: Column, read: Column, unread: Mask) -> None:
        """Add some rows of a column, before and after reading, and the mask of unread values."""
        count = self._counts.setdefault(reader.column.name, _Count(reader))
        n_unread = int(unread.sum())
        count.n_values += len(unread) - int(missing_mask(read).sum()) + n_unread
        if n_unread == 0:
            return
        count.n_unread += n_unread
        for row in np.flatnonzero(unread)[: 10 * MAX_EXAMPLES]:
            example = _example(reader.column, values, row)
            if len(count.examples) < MAX_EXAMPLES and example not in count.examples:
                count.examples.append(example)

    def merge(self, other: UnreadValues) -> None:
        """Add the counts of other rows of the same table."""
        for name, count in other._counts.items():
            own = self._counts.setdefault(name, _Count(count.reader))
            own.n_values += count.n_values
            own.n_unread += count.n_unread
            new = [example for example in count.examples if example not in own.examples]
            own.examples += new[: MAX_EXAMPLES - len(own.examples)]

    @property
    def counts(self) -> dict[str, int]:
        """The number of unread values, by column. Only columns that have some."""
        return {name: count.n_unread for name, count in self._counts.items() if count.n_unread}

    def check(self, n_rows: float = 0) -> None:
        """Check that no column has too many unread values.

        Parameters
        ----------
        n_rows : float
            The number of rows of the whole table, if this is only its start.

        Raises
        ------
        DataError
            If a column has too many. The error names the columns, with counts and examples.
        """
        refused = [
            count
            for count in self._counts.values()
            if count.n_unread > count.reader.max_unread * max(count.n_values, n_rows)
        ]
        if refused:
            raise unread_error(refused)

    def to_json(self) -> dict[str, Json]:
        """Return the counts as JSON."""
        return {
            name: {
                "values": count.n_values,
                "unread": count.n_unread,
                "examples": list(count.examples),
            }
            for name, count in self._counts.items()
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], reader: TableReader) -> Self:
        """Return the counts of `to_json`."""
        unread = cls()
        for name, count in document.items():
            unread._counts[name] = _Count(
                reader.columns[name], count["values"], count["unread"], list(count["examples"])
            )
        return unread


def unread_error(counts: Iterable[_Count]) -> DataError:
    """Return the error for columns with too many unread values, the worst first."""
    worst, *others = sorted(counts, key=lambda count: -count.share)
    column = worst.reader.column
    why = (
        f"{worst.n_unread:,} of {worst.n_values:,} values ({worst.share:.1%}) can't be read: "
        f"{', '.join(worst.examples)}. {expected_values(column)}"
    )
    if others:
        named = ", ".join(repr(c.reader.column.name) for c in others[:MAX_NAMED])
        more = f" and {len(others) - MAX_NAMED:,} more" if len(others) > MAX_NAMED else ""
        why += f" The same holds for {named}{more}."
    return DataError(
        f"Can't read the column {column.name!r}.",
        why=why,
        fix="Write the values as in the training table. To predict as if they were missing: "
        '--on-unread missing, or on_unread="missing" in Python.',
    )


def expected_values(column: InputColumn) -> str:
    """Return a sentence on the values of a column in training."""
    match column.kind:
        case ColumnKind.NUMBER:
            decimal = column.parse.get("decimal", ".")
            thousands = column.parse.get("thousands")
            grouped = f", thousands {thousands!r}" if thousands else ""
            return f"The training table has numbers (decimal {decimal!r}{grouped})."
        case ColumnKind.DATE:
            date_format = column.parse.get("date_format")
            return f"The training table has dates{f' like {date_format}' if date_format else ''}."
        case ColumnKind.BOOLEAN if texts := BooleanTexts.of_parse(column.parse):
            return f"The training table has {texts.true!r} and {texts.false!r}."
    stored = {"number": "numbers", "boolean": "true and false", "date": "dates"}
    return f"The training table has {stored.get(column.stored_as, 'text')}."


def _row_error(reader: ColumnReader, value: object) -> DataError:
    column = reader.column
    quoted = "" if column.personal else f" {str(value)[:40]!r}"
    return DataError(
        f"Can't read the value{quoted} of the column {column.name!r}.",
        why=expected_values(column),
        fix="Write the value as in the training table, or omit it if it's missing.",
    )


def _value_reader(column: InputColumn, levels: Collection[str]) -> ValueReader:
    match column.kind:
        case ColumnKind.NUMBER:
            return _number_reader(column)
        case ColumnKind.DATE:
            return _date_reader(column)
        case ColumnKind.BOOLEAN if texts := BooleanTexts.of_parse(column.parse):
            return _boolean_reader(column, texts)
        case ColumnKind.TEXT:
            return _text_reader
    return _label_reader(column, levels)


def _number_reader(column: InputColumn) -> ValueReader:
    parse, as_boolean = column.parse, column.stored_as == "boolean"

    def read(value: object) -> object:
        if isinstance(value, bool | np.bool_) and not as_boolean:
            return UNREAD
        number = to_float(value, parse)
        return UNREAD if math.isnan(number) else number

    return read


def _date_reader(column: InputColumn) -> ValueReader:
    date_format = column.parse.get("date_format")

    def read(value: object) -> object:
        moment = to_utc_datetime(value, date_format)
        return UNREAD if isinstance(value, bool) or moment is None else moment

    return read


def _boolean_reader(column: InputColumn, texts: BooleanTexts) -> ValueReader:
    values: dict[bool, object] = {True: texts.true, False: texts.false}
    if column.stored_as == "boolean":
        values = {True: True, False: False}
    elif column.stored_as == "number":
        values = {is_true: _plain_number(str(text)) for is_true, text in values.items()}

    def read(value: object) -> object:
        meaning = texts.read(value)
        return UNREAD if meaning is None else values[meaning]

    return read


def _label_reader(column: InputColumn, levels: Collection[str]) -> ValueReader:
    """Read labels. The text `1`, the number 1 and 1.0 are the same label.

    A number that isn't a known label of a text column can be the rest of a text, as 7 is of `007`.
    """
    stored_as = column.stored_as
    if stored_as == "boolean":
        return _boolean_reader(column, BooleanTexts("True", "False"))
    if stored_as == "date":
        return _date_reader(column)

    def read(value: object) -> object:
        text = category_text(value)
        if text in levels:
            return value
        if isinstance(value, str):
            if stored_as != "number":
                return value
            # The training table has numbers, so `1.0` and ` 1` are 1, and `A1` is none of them.
            number = _plain_number(value)
            return UNREAD if number is None else number
        if isinstance(value, list | tuple | dict | set | np.ndarray):
            return UNREAD
        is_rest_of_text = stored_as == "text" and isinstance(value, int | float | np.number)
        # A float this large can stand for several integers.
        is_rounded = (
            isinstance(value, float | np.floating) and abs(float(value)) >= MAX_EXACT_INTEGER
        )
        return UNREAD if levels and (is_rest_of_text or is_rounded) else value

    return read


def _text_reader(value: object) -> object:
    return UNREAD if isinstance(value, list | tuple | dict | set | np.ndarray) else value


_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")


def _plain_number(text: str) -> int | float | None:
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)  # exact, also above 2^53
    number = to_float(text)
    return None if math.isnan(number) else number


def _encode(values: Array) -> EncodedColumn:
    """Return a column with each distinct value once, of its own type: 1, 1.0 and True differ."""
    if values.dtype.kind not in "OUS":
        distinct, codes = np.unique(values, return_inverse=True)
        return EncodedColumn(codes, distinct)
    listed = values.tolist()
    has_one_type = len(set(map(type, listed))) < 2
    keys = listed if has_one_type else list(zip(map(type, listed), listed, strict=True))
    try:
        # No Python code per value: a tenth of the time of a loop.
        positions = {key: code for code, key in enumerate(dict.fromkeys(keys))}
    except TypeError:  # a list or a dictionary
        return EncodedColumn(np.arange(len(values)), values)
    codes = np.fromiter(map(positions.__getitem__, keys), np.int64, len(keys))
    distinct = np.empty(len(positions), dtype=object)
    distinct[:] = list(positions) if has_one_type else [value for _, value in positions]
    return EncodedColumn(codes, distinct)


def _example(column: InputColumn, values: Column, row: int) -> str:
    if column.personal is not None:
        return "(personal data)"
    value = values.distinct[values.codes[row]] if isinstance(values, EncodedColumn) else values[row]
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 40 else text[:39] + "…"
