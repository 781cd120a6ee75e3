"""The texts that stand for a missing value, as a person sets them for one column."""

from __future__ import annotations

from collections.abc import Mapping

from automl_magic.records import Column
from automl_magic.records.data.missing import MissingWords

# The name of a column's field. It ends with the column's position, because a name can be any text.
FIELD = "missing/"
SEPARATOR = ","


def words_of(column: Column, missing: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the texts of a column that are read as missing: as answered, or those that occur."""
    return missing.get(column.name, tuple(column.missing))


def has_words(column: Column, missing: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether texts of a column were read as missing, or the user set them."""
    return bool(column.missing) or column.name in missing


def with_words(
    missing: Mapping[str, tuple[str, ...]], column: str, text: str
) -> dict[str, tuple[str, ...]]:
    """Return the answer with the texts of one column, as typed: `NA, -`."""
    words = dict.fromkeys(filter(None, (word.strip() for word in text.split(SEPARATOR))))
    return {**missing, column: tuple(words)}


def missing_words(missing: Mapping[str, tuple[str, ...]]) -> MissingWords:
    """Return the answer as the rule that a table is read with."""
    return MissingWords(columns=dict(missing))
