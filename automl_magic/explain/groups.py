"""groups: the values of a sensitive column as a few groups of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from automl_magic.explain.words import MISSING, shown
from automl_magic.look.numbers import format_value
from automl_magic.recipe.values import Array, as_missing

MOST_GROUPS, QUARTERS, FEWEST_ROWS = 12, 4, 50
OTHER = "(all others)"


@dataclass(frozen=True)
class Groups:
    """A group for each row, and how the groups came about.

    Attributes
    ----------
    of_row : array of int, shape (n_rows,)
        Positions in `names`.
    """

    of_row: Any
    names: tuple[str, ...]
    grouped: str


def groups_of(values: Array) -> Groups:
    """Return the groups of a column: its values, or quarters of a number with many of them.

    A missing value is a group of its own; the rarest of more than 12 values are one together.
    """
    missing = as_missing(values)
    known = values[~missing]
    if known.dtype.kind in "iuf" and len(np.unique(known)) > MOST_GROUPS:
        return _quarters(values, missing)
    texts = [MISSING if gone else shown(value) for value, gone in zip(values, missing, strict=True)]
    counts = Counter(texts)
    frequent = [name for name, _ in counts.most_common()]
    grouped = "by its values"
    if len(frequent) > MOST_GROUPS:
        kept = set(frequent[: MOST_GROUPS - 1])
        texts = [text if text in kept else OTHER for text in texts]
        grouped = f"by its {MOST_GROUPS - 1} most frequent values, the others together"
        frequent = [*frequent[: MOST_GROUPS - 1], OTHER]
    names = tuple(frequent)
    places = {name: place for place, name in enumerate(names)}
    return Groups(np.array([places[text] for text in texts], dtype=np.intp), names, grouped)


def _quarters(values: Array, missing: Any) -> Groups:
    known = values[~missing].astype(np.float64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, QUARTERS + 1)))
    inner = edges[1:-1]
    of_row = np.zeros(len(values), dtype=np.intp)
    of_row[~missing] = np.searchsorted(inner, known, side="right")
    names = [f"{format_value(low)} to {format_value(high)}" for low, high in pairwise(edges)]
    if missing.any():
        of_row[missing] = len(names)
        names.append(MISSING)
    return Groups(of_row, tuple(names), f"by quarters of its values, at {_listed(inner)}")


def _listed(edges: Any) -> str:
    return ", ".join(format_value(float(edge)) for edge in edges)
