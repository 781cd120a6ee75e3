"""Groups of rows by the values of a sensitive column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from automl_magic.display.numbers import format_value
from automl_magic.explain.formatting import MISSING, format_cell
from automl_magic.recipe.values import Array, Floats, missing_mask
from automl_magic.tasks.splits import Rows

MAX_GROUPS, QUARTERS, MIN_ROWS = 12, 4, 50
OTHER = "(all others)"


@dataclass(frozen=True)
class Groups:
    """The group of each row, and a description of the grouping.

    Attributes
    ----------
    of_row : array of int, shape (n_rows,)
        Indices into `names`.
    """

    of_row: Rows
    names: tuple[str, ...]
    grouped: str


def assign_groups(values: Array) -> Groups:
    """Return the groups of a column: its values, or quartiles of a number with many values.

    Missing values form their own group. Of more than 12 values, the rarest form one group.
    """
    missing = missing_mask(values)
    observed = values[~missing]
    if observed.dtype.kind in "iuf" and len(np.unique(observed)) > MAX_GROUPS:
        return _quarters(values, missing)
    texts = [
        MISSING if is_missing else format_cell(value)
        for value, is_missing in zip(values, missing, strict=True)
    ]
    counts = Counter(texts)
    frequent = [name for name, _ in counts.most_common()]
    grouped = "by value"
    if len(frequent) > MAX_GROUPS:
        frequent_set = set(frequent[: MAX_GROUPS - 1])
        texts = [text if text in frequent_set else OTHER for text in texts]
        grouped = f"by the {MAX_GROUPS - 1} most frequent values, others together"
        frequent = [*frequent[: MAX_GROUPS - 1], OTHER]
    names = tuple(frequent)
    index_of = {name: index for index, name in enumerate(names)}
    return Groups(np.array([index_of[text] for text in texts], dtype=np.intp), names, grouped)


def _quarters(values: Array, missing: NDArray[np.bool_]) -> Groups:
    observed = values[~missing].astype(np.float64)
    edges = np.unique(np.quantile(observed, np.linspace(0, 1, QUARTERS + 1)))
    inner = edges[1:-1]
    of_row = np.zeros(len(values), dtype=np.intp)
    of_row[~missing] = np.searchsorted(inner, observed, side="right")
    names = [f"{format_value(low)} to {format_value(high)}" for low, high in pairwise(edges)]
    if missing.any():
        of_row[missing] = len(names)
        names.append(MISSING)
    return Groups(of_row, tuple(names), f"by quartile, at {_listed(inner)}")


def _listed(edges: Floats) -> str:
    return ", ".join(format_value(float(edge)) for edge in edges)
