"""The texts that stand for a missing value: mark them in a table, and keep how it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from automl_magic.errors import DataError
from automl_magic.records.data.missing import MISSING_ATTRIBUTE, MissingWords

if TYPE_CHECKING:
    import pandas as pd

# How often each text was read as missing, by column. Empty text isn't counted.
WordCounts: TypeAlias = dict[str, dict[str, int]]
_ATTRIBUTE = "automl_magic_read"


class _Shared(dict[str, Any]):
    """A dictionary that pandas doesn't copy with each column it takes from a table."""

    def __deepcopy__(self, memo: object) -> Self:
        return self


@dataclass(frozen=True, kw_only=True)
class ReadDetails:
    """How a table was read. The table carries it in `attrs`."""

    format: str
    options: Mapping[str, Any]
    missing: MissingWords
    counts: WordCounts = field(default_factory=dict)

    def attach(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Attach the details to a table, and return it."""
        read = {"format": self.format, "options": dict(self.options)}
        frame.attrs[_ATTRIBUTE] = _Shared(read=read, counts=self.counts)
        frame.attrs[MISSING_ATTRIBUTE] = _Shared(self.missing.to_json())
        return frame


def read_call(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how `load` read a table: `{"format": "csv", "options": {"sep": ";", …}}`.

    For files, `pandas.read_csv(path, **options)` (or `read_parquet`, `read_json`) returns the same
    table, up to texts in Parquet and JSON that stand for a missing value.

    Raises
    ------
    DataError
        If the table isn't from `load`.
    """
    if _ATTRIBUTE not in frame.attrs:
        raise DataError(
            "It isn't known how the table was read.",
            why="It isn't the result of data.load.",
            fix="Load it: data.load(source)",
        )
    return dict(frame.attrs[_ATTRIBUTE]["read"])


def missing_counts(frame: pd.DataFrame) -> WordCounts:
    """Return which texts `load` read as missing, by column: `{"city": {"NA": 12}}`.

    Empty text isn't counted. For CSV, it's known only after `load(…, count_missing=True)`.
    """
    counts: WordCounts = frame.attrs.get(_ATTRIBUTE, {}).get("counts", {})
    return counts


def mark_missing(frame: pd.DataFrame, missing: MissingWords) -> tuple[pd.DataFrame, WordCounts]:
    """Replace the texts that stand for a missing value, and count them.

    Parameters
    ----------
    frame : DataFrame
        It isn't changed.

    Returns
    -------
    frame : DataFrame
        A shallow copy. Columns without such texts are the same.
    counts : mapping of str to mapping of str to int
        By column and text, without empty texts.
    """
    marked, counts = frame.copy(deep=False), {}
    for position, name, column in _columns(frame):
        words: set[object] = set()
        if _may_hold_text(column):
            words |= missing.words(name)
        if _may_hold_numbers(column):
            words |= missing.numbers(name)
        is_missing = _is_in(column, words) if words else None
        if is_missing is None or not is_missing.any():
            continue
        words_of_rows = column[is_missing].astype(object).map(_as_word).value_counts()
        word_counts = {str(word): int(n) for word, n in words_of_rows.items() if word != ""}
        if word_counts:
            counts[name] = word_counts
        marked.isetitem(position, _without(column, is_missing).array)
    return marked, counts


def number_word(number: float) -> str:
    """Return a number that stands for a missing value as the text that counts it."""
    return str(int(number)) if number.is_integer() else repr(number)


def _columns(frame: pd.DataFrame) -> Iterator[tuple[int, str, pd.Series]]:
    for position, name in enumerate(frame.columns):
        yield position, str(name), frame.iloc[:, position]


def _may_hold_text(column: pd.Series) -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.dtype.categories.to_series()
    return column.dtype == object or pd.api.types.is_string_dtype(column.dtype)


def _may_hold_numbers(column: pd.Series) -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.dtype.categories.to_series()
    is_number = pd.api.types.is_numeric_dtype(column.dtype)
    return column.dtype == object or (is_number and not pd.api.types.is_bool_dtype(column.dtype))


def _is_in(column: pd.Series, words: set[object]) -> pd.Series | None:
    try:
        return column.isin(list(words))
    except TypeError:  # lists and dictionaries, which are refused elsewhere
        return None


def _as_word(value: Any) -> str:
    return value if isinstance(value, str) else number_word(float(value))


def _without(column: pd.Series, is_missing: pd.Series) -> pd.Series:
    import pandas as pd

    from automl_magic.recipe.values import MAX_EXACT_INTEGER

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.remove_categories(column[is_missing].unique().tolist())
    if column.dtype.kind in "iu" and int(column.abs().max()) >= MAX_EXACT_INTEGER:
        column = column.astype(str)
    marked = column.mask(is_missing)
    return marked.infer_objects() if column.dtype == object else marked
