"""MissingWords: the texts that stand for a missing value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records.codec import OutOfRange, Record

# The texts that pandas reads as missing.
DEFAULT_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
MAX_WORDS = 100


@dataclass(frozen=True, kw_only=True)
class MissingWords(Record):
    """The texts that stand for a missing value. The same rule holds for every file format.

    `all` holds for each column without a list of its own in `columns`. Empty text is always
    missing.
    """

    all: tuple[str, ...] = field(
        default=DEFAULT_MISSING,
        metadata={"doc": "Texts that are missing values, in any column. Empty text always is."},
    )
    columns: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={
            "doc": "Texts that are missing values in one column, instead of `all`: "
            '{discount: ["-"]}.'
        },
    )

    def __post_init__(self) -> None:
        if len(self.all) > MAX_WORDS:
            raise OutOfRange("all", f"at most {MAX_WORDS} texts")
        if any(len(words) > MAX_WORDS for words in self.columns.values()):
            raise OutOfRange("columns", f"at most {MAX_WORDS} texts per column")

    def words(self, column: str) -> frozenset[str]:
        """Return the texts that are missing values in a column."""
        return frozenset({"", *self.columns.get(column, self.all)})
