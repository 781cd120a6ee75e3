"""LabelledRows: the rows that have a target, as the search will split and score them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from automl_magic.recipe import encode_target, has_target
from automl_magic.recipe.values import Array
from automl_magic.tasks.target import Target

# Returns columns of the table as arrays of shape (n_rows,), as `recipe.select_columns` does.
ReadColumns: TypeAlias = Callable[[Iterable[str]], Mapping[str, Array]]


@dataclass(frozen=True)
class LabelledRows:
    """The rows that have a target. They're only read if a decision needs them.

    Attributes
    ----------
    read_columns : callable
        Reads columns of all rows of the table.
    name : str
        The target column.
    target : Target
    """

    read_columns: ReadColumns
    name: str
    target: Target

    @cached_property
    def has_target(self) -> npt.NDArray[np.bool_]:
        """Which rows of the table these are, of shape (n_table_rows,)."""
        return has_target(self._values, self.target.parse)

    @cached_property
    def y(self) -> Array:
        """The class codes 0..k-1 (int64), or values (float64), of shape (n_rows,).

        Raises
        ------
        TargetNotUsable
            If a value isn't one of the classes, or (for a regression) not a finite number.
        """
        values = self._values[self.has_target]
        return encode_target(values, self.target.kind, self.target.classes, self.target.parse)

    def column(self, name: str) -> Array:
        """Return a column, of shape (n_rows,)."""
        return self.read_columns([name])[name][self.has_target]

    @cached_property
    def _values(self) -> Array:
        return self.read_columns([self.name])[self.name]
