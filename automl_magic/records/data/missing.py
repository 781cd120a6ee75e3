"""MissingWords: the texts that stand for a missing value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from automl_magic.records.codec import OutOfRange, Record

# The texts that pandas reads as missing.
DEFAULT_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
MAX_WORDS = 100
# The attribute of a DataFrame from `data.load` with its MissingWords, as JSON.
MISSING_ATTRIBUTE = "automl_magic_missing"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class MissingWords(Record):
    """The texts that stand for a missing value. The same rule holds for every file format.

    `all` holds for each column without a list of its own in `columns`. Empty text is always
    missing. A text that is a number, such as "-999", also stands for the number.
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
        """Return the texts that are missing values in a column.

        Whole numbers are in it in both spellings, "-999" and "-999.0".
        """
        integers = [int(number) for number in self.numbers(column) if number.is_integer()]
        spellings = [text for number in integers for text in (str(number), f"{number}.0")]
        return frozenset({"", *self._listed(column), *spellings})

    def with_words(self, columns: Mapping[str, Sequence[str]]) -> MissingWords:
        """Return the rule with more texts for some columns."""
        more = {name: (*self._listed(name), *words) for name, words in columns.items()}
        return replace(self, columns={**self.columns, **more})

    def numbers(self, column: str) -> frozenset[float]:
        """Return the numbers that are missing values in a column."""
        return frozenset(map(float, filter(_NUMBER.fullmatch, self._listed(column))))

    def _listed(self, column: str) -> tuple[str, ...]:
        return self.columns.get(column, self.all)


DEFAULT_WORDS = MissingWords()


def missing_of(frame: object) -> MissingWords:
    """Return the texts that `data.load` read as missing in a table, or the default ones."""
    attributes = getattr(frame, "attrs", {})
    if MISSING_ATTRIBUTE not in attributes:
        return DEFAULT_WORDS
    return MissingWords.from_json(attributes[MISSING_ATTRIBUTE])
