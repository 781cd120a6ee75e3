"""combine: the predictions of the members → the prediction of the model, for tables and rows.

First the members are blended, then the blend is calibrated. Each step comes twice, for arrays and
for the plain lists of one row, with the same numbers; the standalone notebook says it a third time
in `templates/notebooks/shared/model/combine_*.py` and `calibrate_*.py`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from automl_magic.recipe.values import Floats
from automl_magic.records import Record
from automl_magic.records.codec import OutOfRange

# A probability of 0 has no logarithm, and no member has earned the right to veto a class for good.
SMALLEST = 1e-6


class Blend(StrEnum):
    """How the predictions of the members become one.

    `mean` is the weighted arithmetic mean. `geometric` is the weighted geometric mean of
    probabilities, made to sum to 1 again: for two classes, the mean of the log-odds.
    """

    MEAN = "mean"
    GEOMETRIC = "geometric"


class Method(StrEnum):
    """How blended probabilities are corrected."""

    TEMPERATURE = "temperature"
    ISOTONIC = "isotonic"


@dataclass(frozen=True, kw_only=True)
class Calibration(Record):
    """A correction of the blended probabilities.

    `temperature`: p becomes p^(1/temperature) · exp(shift of the class), made to sum to 1 again;
    above 1 it takes confidence away. `shift` has a number for each class, or is empty for none.
    `isotonic`: the probability of the second of two classes is read off the line through the
    points (`x`, `y`), which never falls.
    """

    method: Method
    temperature: float = 1.0
    shift: tuple[float, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise OutOfRange("temperature", "a number above 0")
        if not all(map(math.isfinite, self.shift)):
            raise OutOfRange("shift", "finite numbers")
        wants_points = self.method is Method.ISOTONIC
        if wants_points != bool(self.x) or len(self.x) != len(self.y):
            raise OutOfRange("x", "as many numbers as y has, and some for isotonic alone")
        if any(a >= b for a, b in zip(self.x, self.x[1:], strict=False)):
            raise OutOfRange("x", "numbers that rise")
        if any(a > b for a, b in zip(self.y, self.y[1:], strict=False)) or not all(
            0 <= y <= 1 for y in self.y
        ):
            raise OutOfRange("y", "probabilities that do not fall")

    @property
    def in_words(self) -> str:
        """The method with its numbers, for a sentence."""
        if self.method is Method.ISOTONIC:
            return f"isotonic regression with {len(self.x)} points"
        shift = ", and a shift of each class" if self.shift else ""
        return f"a temperature of {self.temperature:.3f}{shift}"


def blended(blend: Blend, weights: Sequence[float], predictions: Sequence[Floats]) -> Floats:
    """Return the blend of some predictions of shape (n,) or (n, k). The weights sum to 1."""
    if blend is Blend.GEOMETRIC:
        return _shares(_sum(weights, [np.log(np.maximum(p, SMALLEST)) for p in predictions]))
    return _sum(weights, predictions)


def calibrated(calibration: Calibration | None, probabilities: Floats) -> Floats:
    """Return corrected probabilities, of the same shape (n, k)."""
    if calibration is None:
        return probabilities
    if calibration.method is Method.ISOTONIC:
        second = np.interp(probabilities[:, 1], calibration.x, calibration.y)
        return np.column_stack([1.0 - second, second])
    logs = np.log(np.maximum(probabilities, SMALLEST)) / calibration.temperature
    return _shares(logs + np.array(calibration.shift) if calibration.shift else logs)


def blended_row(
    blend: Blend, weights: Sequence[float], predictions: Sequence[Any]
) -> float | list[float]:
    """Return the blend of the members' values, or lists of k probabilities, for one row."""
    if not isinstance(predictions[0], list):
        return float(sum(w * value for w, value in zip(weights, predictions, strict=True)))
    by_class = zip(*predictions, strict=True)
    if blend is Blend.GEOMETRIC:
        return _shares_of_row(
            [
                sum(w * math.log(max(p, SMALLEST)) for w, p in zip(weights, of_class, strict=True))
                for of_class in by_class
            ]
        )
    return [sum(w * p for w, p in zip(weights, of_class, strict=True)) for of_class in by_class]


def calibrated_row(calibration: Calibration | None, probabilities: list[float]) -> list[float]:
    """Return the corrected probabilities of one row."""
    if calibration is None:
        return probabilities
    if calibration.method is Method.ISOTONIC:
        second = _interpolated(probabilities[1], calibration.x, calibration.y)
        return [1.0 - second, second]
    shift = calibration.shift or [0.0] * len(probabilities)
    return _shares_of_row(
        [
            math.log(max(p, SMALLEST)) / calibration.temperature + add
            for p, add in zip(probabilities, shift, strict=True)
        ]
    )


def _sum(weights: Sequence[float], parts: Sequence[Floats]) -> Floats:
    total: Any = 0.0
    for weight, part in zip(weights, parts, strict=True):
        total = total + weight * part
    return np.asarray(total, dtype=np.float64)


def _shares(logs: Floats) -> Floats:
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _shares_of_row(logs: Sequence[float]) -> list[float]:
    highest = max(logs)
    powers = [math.exp(log - highest) for log in logs]
    total = sum(powers)
    return [power / total for power in powers]


def _interpolated(at: float, x: Sequence[float], y: Sequence[float]) -> float:
    """Return what `numpy.interp` does, for one number."""
    after = bisect_right(x, at)
    if after in (0, len(x)):
        return y[0] if after == 0 else y[-1]
    x0, x1, y0, y1 = x[after - 1], x[after], y[after - 1], y[after]
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
