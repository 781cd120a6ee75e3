"""What a column means: one kind out of eight, with the sentence that says why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.data.hidden_dates import find_dates, read_dates
from automl_magic.data.hidden_numbers import NumbersInText, find_numbers, read_numbers
from automl_magic.data.storage import as_dates, as_numbers, as_text, stored_as
from automl_magic.errors import DataError
from automl_magic.records import ColumnKind

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# A person still surveys 100 labels; with fewer than 20 rows each there is little to learn from.
MANY_LEVELS, FEW_LEVELS = 100, 20
UNIQUE_SHARE = 0.98
MEANS_TRUE = {"1", "on", "positive", "t", "true", "y", "yes"}
MEANS_FALSE = {"0", "off", "negative", "f", "false", "n", "no"}
_ID_NAME = re.compile(
    r"(^|[^a-z])(id|ids|uuid|guid|key|index|rownum|row_number|unnamed: \d+)$|[a-z](Id|ID)$"
)
_CODE_NAME = re.compile(
    r"(^|[^a-z])(id|code|zip|zipcode|zip_code|postcode|postal_code)$|[a-z]I[dD]$"
)


@dataclass(frozen=True)
class Values:
    """A column as it lies in the table, with the views that the rules need, each made once."""

    name: str
    series: pd.Series[Any]

    @cached_property
    def storage(self) -> str:
        return stored_as(self.series)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The values of a number, boolean or date column as float64, infinite ones as missing."""
        if self.storage == "date":
            dates = as_dates(self.series)
            return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))
        numbers = as_numbers(self.series)
        return np.where(np.isfinite(numbers), numbers, np.nan)

    @cached_property
    def factorized(self) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Codes, shape (n_rows,), -1 for missing, and the distinct values in order of coming."""
        import pandas as pd

        values = as_text(self.series) if self.storage == "text" else self.numbers
        codes, levels = pd.factorize(values)
        return codes, np.asarray(levels, dtype=object if self.storage == "text" else None)

    @property
    def levels(self) -> NDArray[Any]:
        return self.factorized[1]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        codes = self.factorized[0]
        return np.bincount(codes[codes >= 0], minlength=len(self.levels))

    @cached_property
    def n_missing(self) -> int:
        return int((self.factorized[0] < 0).sum())

    @cached_property
    def n_infinite(self) -> int:
        return int(np.isinf(as_numbers(self.series)).sum()) if self.storage == "number" else 0

    def spread(self, per_level: NDArray[Any]) -> NDArray[Any]:
        """Return one value a row from one value a level; missing rows get NaN or NaT."""
        codes = self.factorized[0]
        missing = np.array([np.nan]) if per_level.dtype.kind == "f" else np.array(["NaT"], "M8[us]")
        return np.concatenate([per_level, missing.astype(per_level.dtype)])[codes]


@dataclass(frozen=True)
class Understood:
    """A kind, the rule that reads hidden values, the reason, and how many values it cannot read."""

    kind: ColumnKind
    reason: str
    parse: Mapping[str, str] = field(default_factory=dict)
    n_unread: int = 0


def understand(values: Values, *, is_target: bool = False, wanted: str | None = None) -> Understood:
    """Say what a column means.

    A target is never an id or text-with-dates to be left out: those rules look at features only.
    `wanted` is the kind that somebody asked for; it is taken, and the rule to read it is found.
    """
    if wanted is not None:
        return _as_asked(values, ColumnKind(wanted))
    n_levels = len(values.levels)
    if n_levels == 0:
        return Understood(ColumnKind.CONSTANT, "Every value is missing.")
    if n_levels == 1 and values.n_missing == 0:
        return Understood(ColumnKind.CONSTANT, "Every row has the same value.")
    if values.storage == "boolean":
        return Understood(ColumnKind.BOOLEAN, "Stored as true and false.")
    if values.storage == "date":
        return Understood(ColumnKind.DATE, "Stored as dates.")
    if values.storage == "number":
        return _number(values, is_target=is_target)
    return _text(values, is_target=is_target)


def _number(values: Values, *, is_target: bool) -> Understood:
    levels, n_levels = values.levels, len(values.levels)
    n_filled = len(values.series) - values.n_missing
    if n_levels == 2 and set(levels) == {0.0, 1.0}:
        return Understood(
            ColumnKind.BOOLEAN, "Its values are 0 and 1 only.", parse=_meaning(values)
        )
    whole = bool((levels == np.floor(levels)).all())
    if not whole:
        return Understood(ColumnKind.NUMBER, f"Stored as numbers; {n_levels:,} distinct values.")
    named_id = bool(_ID_NAME.search(values.name.strip()) or _ID_NAME.search(values.name.lower()))
    dense = levels.max() / 2 - levels.min() / 2 < n_filled
    if not is_target and n_levels > UNIQUE_SHARE * n_filled and n_filled >= FEW_LEVELS:
        if named_id:
            return Understood(
                ColumnKind.ID, "A whole number that is its own in nearly every row, named as a key."
            )
        if dense:
            return Understood(ColumnKind.ID, "A whole number that counts the rows.")
    coded = bool(_CODE_NAME.search(values.name.strip()) or _CODE_NAME.search(values.name.lower()))
    if not is_target and coded and n_levels < n_filled / 2:
        kind = _level_kind(n_levels, n_filled)
        return Understood(kind, f"Whole numbers named as a code: {n_levels:,} labels, no amounts.")
    if n_levels <= FEW_LEVELS:
        return Understood(
            ColumnKind.NUMBER,
            f"Whole numbers with {n_levels} distinct values. They may be codes; as a number their "
            "order is kept and nothing is lost.",
        )
    return Understood(ColumnKind.NUMBER, f"Stored as whole numbers; {n_levels:,} distinct values.")


def _text(values: Values, *, is_target: bool) -> Understood:
    levels, counts = values.levels, values.counts
    pair = {str(level).strip().lower() for level in levels}
    if len(levels) == 2 and len(pair & MEANS_TRUE) == 1 and len(pair & MEANS_FALSE) == 1:
        return Understood(
            ColumnKind.BOOLEAN,
            f"Two values that mean yes and no: {_quoted(levels)}.",
            parse=_meaning(values),
        )
    if (numbers := find_numbers(levels, counts)) is not None:
        return Understood(
            ColumnKind.NUMBER,
            f"Text that reads as numbers in {numbers.share:.1%} of the filled rows{_how(numbers)}.",
            parse=numbers.parse,
            n_unread=numbers.n_unread,
        )
    if (dates := find_dates(levels, counts)) is not None:
        return Understood(
            ColumnKind.DATE,
            f"Text that reads as dates by {dates.date_format} in {dates.share:.1%} of the filled "
            f"rows. {dates.about_order}".strip(),
            parse={"date_format": dates.date_format},
            n_unread=dates.n_unread,
        )
    return _labels_or_text(values, is_target=is_target)


def _meaning(values: Values) -> dict[str, str]:
    """Return the texts of the two values that mean yes and no, whole numbers without decimals."""
    texts = [str(level) if values.storage == "text" else f"{level:g}" for level in values.levels]
    no, yes = sorted(texts, key=lambda text: text.strip().lower() in MEANS_TRUE)
    if not (yes.strip().lower() in MEANS_TRUE and no.strip().lower() in MEANS_FALSE):
        # Set by hand on other values: the one that sorts last takes the place of yes.
        no, yes = sorted(texts)
    return {"true": yes, "false": no}


def _labels_or_text(values: Values, *, is_target: bool) -> Understood:
    levels, counts, n_levels = values.levels, values.counts, len(values.levels)
    n_filled = int(counts.sum())
    # A few thousand values tell the mean; the rest would only take time.
    sample = levels[:: max(1, n_levels // 5000)]
    n_words = float(np.mean([len(level.split()) for level in sample]))
    length = float(np.mean([len(level) for level in sample]))
    unique = n_levels / n_filled
    if n_levels > FEW_LEVELS and (n_words > 4 or (unique > 0.5 and length > 20 and n_words > 1.5)):
        return Understood(
            ColumnKind.TEXT,
            f"{n_words:.1f} words and {length:.0f} characters a value on average, "
            f"{unique:.0%} of them distinct.",
        )
    if unique > UNIQUE_SHARE and n_filled >= FEW_LEVELS and not is_target:
        return Understood(
            ColumnKind.ID, f"{n_levels:,} distinct labels in {n_filled:,} filled rows."
        )
    kind = ColumnKind.CATEGORY if is_target else _level_kind(n_levels, n_filled)
    share = f", {n_filled / n_levels:.0f} rows each on average" if n_levels > FEW_LEVELS else ""
    return Understood(kind, f"Text with {n_levels:,} distinct label{'s' * (n_levels > 1)}{share}.")


def _level_kind(n_levels: int, n_filled: int) -> ColumnKind:
    if n_levels > MANY_LEVELS or (n_levels > FEW_LEVELS and n_levels > n_filled / 20):
        return ColumnKind.HIGH_CARDINALITY
    return ColumnKind.CATEGORY


def _as_asked(values: Values, kind: ColumnKind) -> Understood:
    asked = Understood(kind, "Set by hand.")
    if kind is ColumnKind.BOOLEAN and values.storage != "boolean":
        if len(values.levels) != 2:
            raise DataError(
                f"Column {values.name[:40]!r} cannot be read as boolean.",
                why=f"It has {len(values.levels):,} distinct values; yes and no are two.",
                fix="Leave the kind out, or use category.",
            )
        return replace(asked, parse=_meaning(values))
    if values.storage != "text" or kind not in (ColumnKind.NUMBER, ColumnKind.DATE):
        return asked
    found = understand(values)
    if found.kind is not kind:
        raise DataError(
            f"Column {values.name[:40]!r} cannot be read as {kind}.",
            why=f"It is text, and less than 95 % of it reads so. {found.reason}",
            fix=f"Leave the kind out, or use {found.kind}.",
        )
    return replace(found, reason=f"Set by hand. {found.reason}")


def hidden_values(values: Values, parse: Mapping[str, str]) -> NDArray[Any]:
    """Return the numbers or dates that a rule reads out of a text column, shape (n_rows,)."""
    if "date_format" in parse:
        return values.spread(read_dates(values.levels, parse["date_format"]))
    return values.spread(read_numbers(values.levels, parse))


def numbers_of(values: Values, parse: Mapping[str, str]) -> NDArray[np.float64] | None:
    """Return a column as finite numbers, dates as microseconds; None where it holds labels."""
    if values.storage != "text":
        return values.numbers
    if "date_format" not in parse and "decimal" not in parse:
        return None
    hidden = hidden_values(values, parse)
    if hidden.dtype.kind == "M":
        return np.where(np.isnat(hidden), np.nan, hidden.astype(np.int64).astype(np.float64))
    return np.where(np.isfinite(hidden), hidden, np.nan)


def _how(numbers: NumbersInText) -> str:
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


def _quoted(levels: NDArray[Any]) -> str:
    return " and ".join(sorted(repr(str(level)[:20]) for level in levels))
