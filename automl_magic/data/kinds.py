"""The kind of a column: one of eight, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.hidden_dates import find_dates, read_dates
from automl_magic.data.hidden_numbers import NumbersInText, find_numbers, read_numbers
from automl_magic.data.storage import as_dates, as_numbers, as_text, exact_numbers, stored_as
from automl_magic.errors import DataError
from automl_magic.recipe.booleans import FALSE_TEXTS, TRUE_TEXTS
from automl_magic.recipe.values import MAX_MAGNITUDE, category_text
from automl_magic.records import ColumnKind

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array

# Above 100 labels, or with fewer than 20 rows per label, a category has high cardinality.
MAX_CATEGORY_LEVELS, MAX_FEW_LEVELS = 100, 20
UNIQUE_SHARE = 0.98
_ID_NAME = re.compile(
    r"(^|[^a-z])(id|ids|uuid|guid|key|index|rownum|row_number|unnamed: \d+)$|[a-z](Id|ID)$"
)
_CODE_NAME = re.compile(
    r"(^|[^a-z])(id|code|zip|zipcode|zip_code|postcode|postal_code)$|[a-z]I[dD]$"
)


@dataclass(frozen=True)
class ColumnValues:
    """A column of the table, with cached views for the rules. Arrays have shape (n_rows,)."""

    name: str
    series: pd.Series

    @cached_property
    def storage(self) -> str:
        return stored_as(self.series)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """A number, boolean or date column as float64, dates in microseconds.

        Values out of the models' range become NaN: above 3.4e38 in size, and infinite ones.
        """
        if self.storage == "date":
            return _microseconds(as_dates(self.series))
        return _in_range(as_numbers(self.series))

    @cached_property
    def factorized(self) -> tuple[NDArray[np.int64], Array]:
        """Codes, shape (n_rows,), -1 for missing, and distinct values in order of appearance.

        Integers keep all digits.
        """
        import pandas as pd

        if self.storage == "text":
            codes, texts = pd.factorize(as_text(self.series))
            return codes, np.asarray(texts, dtype=object)
        if self.storage == "number":
            values: Array = exact_numbers(self.series)
            values = _in_range(values) if values.dtype.kind == "f" else values
        else:
            values = as_dates(self.series) if self.storage == "date" else self.numbers
        codes, levels = pd.factorize(values)
        return codes, np.asarray(levels)

    @property
    def levels(self) -> Array:
        return self.factorized[1]

    @cached_property
    def level_numbers(self) -> NDArray[np.float64]:
        """The levels of a column that isn't text as float64, dates in microseconds."""
        if self.storage == "date":
            return _microseconds(self.levels)
        return self.levels.astype(np.float64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        codes = self.factorized[0]
        return np.bincount(codes[codes >= 0], minlength=len(self.levels))

    @cached_property
    def n_missing(self) -> int:
        return int((self.factorized[0] < 0).sum())

    @cached_property
    def n_infinite(self) -> int:
        """The number of values out of range: infinite numbers, or dates after the year 9999."""
        if self.storage not in ("number", "date"):
            return 0
        return int((np.isnan(self.numbers) & self.series.notna().to_numpy()).sum())

    def spread(self, per_level: Array) -> Array:
        """Return values per row from values per level. Missing rows get NaN or NaT."""
        codes = self.factorized[0]
        missing = np.array([np.nan]) if per_level.dtype.kind == "f" else np.array(["NaT"], "M8[us]")
        return np.concatenate([per_level, missing.astype(per_level.dtype)])[codes]


@dataclass(frozen=True)
class InferredKind:
    """A kind, the reason for it, and the rule to read values that are stored as text.

    `n_unread` counts the values that the rule can't read. `is_ambiguous` means that another rule
    reads them equally well: the day or the month first, or a comma as decimal sign or separator.
    """

    kind: ColumnKind
    reason: str
    parse: Mapping[str, str] = field(default_factory=dict)
    n_unread: int = 0
    is_ambiguous: bool = False


def infer_kind(
    values: ColumnValues, *, is_target: bool = False, requested_kind: str | None = None
) -> InferredKind:
    """Return the inferred kind of a column.

    A target is never inferred to be an ID. If `requested_kind` is set, it is used, and only the
    rule to read it is inferred.
    """
    if requested_kind is not None:
        return _as_requested(values, ColumnKind(requested_kind))
    n_levels = len(values.levels)
    if n_levels == 0:
        return InferredKind(ColumnKind.CONSTANT, "All values are missing.")
    if n_levels == 1 and values.n_missing == 0:
        return InferredKind(ColumnKind.CONSTANT, "All rows have the same value.")
    if values.storage == "boolean":
        return InferredKind(ColumnKind.BOOLEAN, "Stored as true and false.", parse=_meaning(values))
    if values.storage == "date":
        return InferredKind(ColumnKind.DATE, "Stored as dates.")
    if values.storage == "number":
        return _number(values, is_target=is_target)
    return _text(values, is_target=is_target)


def _number(values: ColumnValues, *, is_target: bool) -> InferredKind:
    levels, n_levels = values.level_numbers, len(values.levels)
    n_filled = len(values.series) - values.n_missing
    if n_levels == 2 and set(levels.tolist()) == {0.0, 1.0}:
        return InferredKind(ColumnKind.BOOLEAN, "All values are 0 or 1.", parse=_meaning(values))
    if len(np.unique(levels)) < n_levels:
        return _long_integers(n_levels, n_filled, is_target=is_target)
    is_integer = bool((levels == np.floor(levels)).all())
    if not is_integer:
        return InferredKind(ColumnKind.NUMBER, f"Stored as numbers, {n_levels:,} distinct values.")
    named_id = bool(_ID_NAME.search(values.name.strip()) or _ID_NAME.search(values.name.lower()))
    dense = levels.max() / 2 - levels.min() / 2 < n_filled
    if not is_target and n_levels > UNIQUE_SHARE * n_filled and n_filled >= MAX_FEW_LEVELS:
        if named_id:
            return InferredKind(
                ColumnKind.ID, "An integer that differs in nearly every row, named like a key."
            )
        if dense:
            return InferredKind(ColumnKind.ID, "An integer that counts the rows.")
    coded = bool(_CODE_NAME.search(values.name.strip()) or _CODE_NAME.search(values.name.lower()))
    if not is_target and coded and n_levels < n_filled / 2:
        kind = _level_kind(n_levels, n_filled)
        return InferredKind(
            kind, f"Integers named like a code: {n_levels:,} labels, not quantities."
        )
    if n_levels <= MAX_FEW_LEVELS:
        return InferredKind(
            ColumnKind.NUMBER,
            f"Integers with {n_levels} distinct values. They could be codes, but reading them as "
            "numbers keeps their order.",
        )
    return InferredKind(ColumnKind.NUMBER, f"Stored as integers, {n_levels:,} distinct values.")


def _long_integers(n_levels: int, n_filled: int, *, is_target: bool) -> InferredKind:
    """Return the kind of integers of which floats can't tell some apart."""
    labels = f"{n_levels:,} integers, some so long that they'd be equal as numbers."
    if not is_target and n_levels > UNIQUE_SHARE * n_filled and n_filled >= MAX_FEW_LEVELS:
        return InferredKind(ColumnKind.ID, f"{labels} They differ in nearly every row.")
    kind = ColumnKind.CATEGORY if is_target else _level_kind(n_levels, n_filled)
    return InferredKind(kind, f"{labels} They're labels, not quantities.")


def _text(values: ColumnValues, *, is_target: bool) -> InferredKind:
    levels, counts = values.levels, values.counts
    pair = {str(level).strip().lower() for level in levels}
    if len(levels) == 2 and len(pair & TRUE_TEXTS) == 1 and len(pair & FALSE_TEXTS) == 1:
        return InferredKind(
            ColumnKind.BOOLEAN,
            f"Two values that mean yes and no: {_quoted(levels)}.",
            parse=_meaning(values),
        )
    if (numbers := find_numbers(levels, counts)) is not None:
        return InferredKind(
            ColumnKind.NUMBER,
            f"Text that reads as numbers in {numbers.share:.1%} of the non-empty rows"
            f"{_rule(numbers)}.",
            parse=numbers.parse,
            n_unread=numbers.n_unread,
            is_ambiguous=numbers.is_ambiguous,
        )
    if (dates := find_dates(levels, counts)) is not None:
        return InferredKind(
            ColumnKind.DATE,
            f"Text that reads as dates by {dates.date_format} in {dates.share:.1%} of the "
            f"non-empty rows. {dates.order_reason}".strip(),
            parse={"date_format": dates.date_format},
            n_unread=dates.n_unread,
            is_ambiguous=dates.is_ambiguous,
        )
    return _labels_or_text(values, is_target=is_target)


def _meaning(values: ColumnValues) -> dict[str, str]:
    """Return the two values for true and false, as texts of categories."""
    if values.storage == "boolean":
        return {"true": "True", "false": "False"}
    texts = [category_text(level) or "" for level in values.levels]
    no, yes = sorted(texts, key=lambda text: text.strip().lower() in TRUE_TEXTS)
    if not (yes.strip().lower() in TRUE_TEXTS and no.strip().lower() in FALSE_TEXTS):
        # For other values, when the kind was set by hand: the one that sorts last is true.
        no, yes = sorted(texts)
    return {"true": yes, "false": no}


def _labels_or_text(values: ColumnValues, *, is_target: bool) -> InferredKind:
    levels, counts, n_levels = values.levels, values.counts, len(values.levels)
    n_filled = int(counts.sum())
    # A few thousand values are enough for the means.
    sample = levels[:: max(1, n_levels // 5000)]
    n_words = float(np.mean([len(level.split()) for level in sample]))
    length = float(np.mean([len(level) for level in sample]))
    unique = n_levels / n_filled
    if n_levels > MAX_FEW_LEVELS and (
        n_words > 4 or (unique > 0.5 and length > 20 and n_words > 1.5)
    ):
        return InferredKind(
            ColumnKind.TEXT,
            f"{n_words:.1f} words and {length:.0f} characters per value on average, "
            f"{unique:.0%} of the values distinct.",
        )
    if unique > UNIQUE_SHARE and n_filled >= MAX_FEW_LEVELS and not is_target:
        return InferredKind(
            ColumnKind.ID, f"{n_levels:,} distinct labels in {n_filled:,} non-empty rows."
        )
    kind = ColumnKind.CATEGORY if is_target else _level_kind(n_levels, n_filled)
    share = (
        f", {n_filled / n_levels:.0f} rows per label on average"
        if n_levels > MAX_FEW_LEVELS
        else ""
    )
    return InferredKind(
        kind, f"Text with {n_levels:,} distinct label{'s' * (n_levels > 1)}{share}."
    )


def _level_kind(n_levels: int, n_filled: int) -> ColumnKind:
    if n_levels > MAX_CATEGORY_LEVELS or (n_levels > MAX_FEW_LEVELS and n_levels > n_filled / 20):
        return ColumnKind.HIGH_CARDINALITY
    return ColumnKind.CATEGORY


def _as_requested(values: ColumnValues, kind: ColumnKind) -> InferredKind:
    requested = InferredKind(kind, "Set by hand.")
    if kind is ColumnKind.BOOLEAN:
        if len(values.levels) != 2 and values.storage != "boolean":
            raise DataError(
                f"Can't read column {values.name[:40]!r} as boolean.",
                why=f"It has {len(values.levels):,} distinct values. A boolean has two.",
                fix="Don't set the kind, or use category.",
            )
        return replace(requested, parse=_meaning(values))
    if values.storage != "text" or kind not in (ColumnKind.NUMBER, ColumnKind.DATE):
        return requested
    inferred = infer_kind(values)
    if inferred.kind is not kind:
        raise DataError(
            f"Can't read column {values.name[:40]!r} as {kind}.",
            why=f"It's text, and less than 95% of it can be read as {kind}. {inferred.reason}",
            fix=f"Don't set the kind, or use {inferred.kind}.",
        )
    return replace(inferred, reason=f"Set by hand. {inferred.reason}")


def parse_text(values: ColumnValues, parse: Mapping[str, str]) -> Array:
    """Return the numbers or dates that a rule reads from a text column, shape (n_rows,)."""
    if "date_format" in parse:
        return values.spread(read_dates(values.levels, parse["date_format"]))
    return values.spread(read_numbers(values.levels, parse))


def n_read_levels(values: ColumnValues, inferred: InferredKind) -> int:
    """Return the number of distinct values of a text column that its rule can read."""
    if "date_format" in inferred.parse:
        return int((~np.isnat(read_dates(values.levels, inferred.parse["date_format"]))).sum())
    return int((~np.isnan(read_numbers(values.levels, inferred.parse))).sum())


def to_numbers(values: ColumnValues, parse: Mapping[str, str]) -> NDArray[np.float64] | None:
    """Return a column as finite numbers, dates as microseconds, or None if it has labels."""
    if values.storage != "text":
        return values.numbers
    if "date_format" not in parse and "decimal" not in parse:
        return None
    hidden = parse_text(values, parse)
    return _microseconds(hidden) if hidden.dtype.kind == "M" else hidden


def _in_range(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(numbers) <= MAX_MAGNITUDE, numbers, np.nan)


def _microseconds(dates: Array) -> NDArray[np.float64]:
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))


def _rule(numbers: NumbersInText) -> str:
    parts = []
    if numbers.parse["decimal"] != ".":
        parts.append("decimal comma")
    if separator := numbers.parse.get("thousands"):
        parts.append(f"thousands separated by {separator!r}")
    if numbers.signs:
        parts.append(f"without {' '.join(numbers.signs)}")
    if numbers.n_unread:
        parts.append(f"{numbers.n_unread:,} blank or other values become missing")
    return f" ({', '.join(parts)})" if parts else ""


def _quoted(levels: Array) -> str:
    return " and ".join(sorted(repr(str(level)[:20]) for level in levels))
