"""Placeholders such as `?` and `-`, which stand for a missing value among numbers or dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.hidden_dates import find_dates
from automl_magic.data.hidden_numbers import find_numbers
from automl_magic.data.kinds import ColumnValues
from automl_magic.recipe.booleans import BooleanTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array
    from automl_magic.records.data.missing import MissingWords

# In lower case. pandas reads some of them as missing, but only in this or another spelling.
KNOWN = frozenset({
    "?", "??", "???", "-", "--", "---", "–", "—", ".", "..", "...", "…", "*", "**", "#", "/", "\\n",
    "n/a", "n.a.", "n.a", "na", "n.d.", "n/d", "nan", "none", "(none)", "null", "(null)", "nil",
    "unknown", "unk", "missing", "not available", "not applicable", "not known", "undefined",
    "blank", "(blank)", "empty", "tbd", "k.a.", "k. a.", "keine angabe", "inconnu", "desconocido",
    "#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#num!", "#null!",
})  # fmt: skip
# With fewer numbers, a word that isn't known as a placeholder may be a label.
MIN_LEVELS = 10


def find_placeholders(
    frame: pd.DataFrame, missing: MissingWords, skip: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the texts of columns that stand for a missing value, and aren't in the rule yet.

    Parameters
    ----------
    missing : MissingWords
        The texts that were read as missing. A column with a list of its own has no other ones.
    skip : collection of str
        Columns to skip.
    """
    columns = [
        ColumnValues(str(name), column)
        for name, column in frame.items()
        if name not in missing.columns and name not in skip
    ]
    return {
        values.name: words
        for values in columns
        if values.storage == "text" and (words := lone_placeholders(values.levels, values.counts))
    }


def lone_placeholders(levels: Array, counts: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the placeholders among numbers, dates, or two words that mean yes and no.

    They're known ones such as `?`, or the only text without digits among at least ten numbers or
    dates.

    Parameters
    ----------
    levels : array of str, shape (n_levels,)
        The distinct values of the column.
    counts : array of int, shape (n_levels,)
        The number of rows with each value.
    """
    texts = [level.strip() for level in levels]
    is_known = np.array([text.casefold() in KNOWN for text in texts], dtype=bool)
    is_blank = np.array([not text for text in texts], dtype=bool)
    rest = ~is_known & ~is_blank
    if is_known.any() and (_mean_yes_and_no(levels[rest]) or _reads(levels[rest], counts[rest])):
        return tuple(levels[is_known])
    has_digits = np.array([any(map(str.isdigit, text)) for text in texts], dtype=bool)
    words = rest & ~has_digits
    if words.sum() != 1:
        return ()
    rest &= has_digits
    if rest.sum() >= MIN_LEVELS and _reads(levels[rest], counts[rest], share=1.0):
        return tuple(levels[is_known | words])
    return ()


def _mean_yes_and_no(levels: Array) -> bool:
    return len(levels) == 2 and BooleanTexts(*levels).have_meaning | (
        BooleanTexts(*reversed(levels)).have_meaning
    )


def _reads(levels: Array, counts: NDArray[np.int64], share: float = 0.0) -> bool:
    """Return whether some levels are numbers or dates."""
    if len(levels) < 2:
        return False
    rule = find_numbers(levels, counts) or find_dates(levels, counts)
    return rule is not None and rule.share >= share
