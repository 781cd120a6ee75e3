"""What a door answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


class Refused(Exception):
    """A door's refusal of a table or a row, with its text."""


@dataclass(frozen=True)
class Answer:
    """What a door answers for some rows: values or probabilities, or the refusal of a row.

    `positions` are those of the rows in the training table.
    """

    positions: Sequence[int]
    rows: Sequence[np.ndarray | float | Refused]
