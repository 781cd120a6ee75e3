"""combine: the members' predictions → the model's prediction, for tables and single rows.

The members are blended, then the blend is calibrated. Each step has two versions with the same
results: for arrays, and for the plain lists of one row. The standalone notebook has a third, in
`templates/notebooks/shared/model/combine_*.py` and `calibrate_*.py`.
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

# A probability of 0 has no logarithm, and would let one member veto a class.
MIN_PROBABILITY = 1e-6


class Blend(StrEnum):
    """How the members' predictions are combined.

    `mean` is the weighted arithmetic mean. `geometric` is the weighted geometric mean of
    probabilities, normalized to sum to 1. For two classes, that is the mean of the log-odds.
    """

    MEAN = "mean"
    GEOMETRIC = "geometric"


class CalibrationMethod(StrEnum):
    """How blended probabilities are calibrated."""

    TEMPERATURE = "temperature"
    ISOTONIC = "isotonic"


@dataclass(frozen=True, kw_only=True)
class Calibrator(Record):
    """A calibration of the blended probabilities.

    `temperature`: p becomes p^(1/temperature) · exp(shift of the class), normalized to sum to 1.
    Above 1, predictions become less confident. `shift` has one number per class, or is empty.
    `isotonic`: the probability of the positive class is interpolated between the points (`x`, `y`),
    which never decrease.
    """

    method: CalibrationMethod
    temperature: float = 1.0
    shift: tuple[float, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise OutOfRange("temperature", "a number above 0")
        if not all(map(math.isfinite, self.shift)):
            raise OutOfRange("shift", "finite numbers")
        is_isotonic = self.method is CalibrationMethod.ISOTONIC
        if is_isotonic != bool(self.x) or len(self.x) != len(self.y):
            raise OutOfRange("x", "as many numbers as y, and only for isotonic")
        if any(a >= b for a, b in zip(self.x, self.x[1:], strict=False)):
            raise OutOfRange("x", "increasing numbers")
        if any(a > b for a, b in zip(self.y, self.y[1:], strict=False)) or not all(
            0 <= y <= 1 for y in self.y
        ):
            raise OutOfRange("y", "probabilities that don't decrease")

    @property
    def description(self) -> str:
        """The method with its parameters, as part of a sentence."""
        if self.method is CalibrationMethod.ISOTONIC:
            return f"isotonic regression with {len(self.x)} points"
        shift = " and a shift per class" if self.shift else ""
        return f"a temperature of {self.temperature:.3f}{shift}"


def blend_predictions(
    blend: Blend, weights: Sequence[float], predictions: Sequence[Floats]
) -> Floats:
    """Return the blend of predictions of shape (n,) or (n, k). The weights sum to 1."""
    if blend is Blend.GEOMETRIC:
        return _softmax(
            _sum(weights, [np.log(np.maximum(p, MIN_PROBABILITY)) for p in predictions])
        )
    return _sum(weights, predictions)


def calibrate_probabilities(calibration: Calibrator | None, probabilities: Floats) -> Floats:
    """Return calibrated probabilities, of the same shape (n, k)."""
    if calibration is None:
        return probabilities
    if calibration.method is CalibrationMethod.ISOTONIC:
        second = np.interp(probabilities[:, 1], calibration.x, calibration.y)
        return np.column_stack([1.0 - second, second])
    logs = np.log(np.maximum(probabilities, MIN_PROBABILITY)) / calibration.temperature
    return _softmax(logs + np.array(calibration.shift) if calibration.shift else logs)


def blend_row_predictions(
    blend: Blend, weights: Sequence[float], predictions: Sequence[Any]
) -> float | list[float]:
    """Return the blend of the members' values, or of their k probabilities, for one row."""
    if not isinstance(predictions[0], list):
        return float(sum(w * value for w, value in zip(weights, predictions, strict=True)))
    by_class = zip(*predictions, strict=True)
    if blend is Blend.GEOMETRIC:
        return _softmax_row(
            [
                sum(
                    w * math.log(max(p, MIN_PROBABILITY))
                    for w, p in zip(weights, of_class, strict=True)
                )
                for of_class in by_class
            ]
        )
    return [sum(w * p for w, p in zip(weights, of_class, strict=True)) for of_class in by_class]


def calibrate_row_probabilities(
    calibration: Calibrator | None, probabilities: list[float]
) -> list[float]:
    """Return the calibrated probabilities of one row."""
    if calibration is None:
        return probabilities
    if calibration.method is CalibrationMethod.ISOTONIC:
        second = _interpolate(probabilities[1], calibration.x, calibration.y)
        return [1.0 - second, second]
    shift = calibration.shift or [0.0] * len(probabilities)
    return _softmax_row(
        [
            math.log(max(p, MIN_PROBABILITY)) / calibration.temperature + offset
            for p, offset in zip(probabilities, shift, strict=True)
        ]
    )


def _sum(weights: Sequence[float], parts: Sequence[Floats]) -> Floats:
    total: Floats | float = 0.0
    for weight, part in zip(weights, parts, strict=True):
        total = total + weight * part
    return np.asarray(total, dtype=np.float64)


def _softmax(logs: Floats) -> Floats:
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _softmax_row(logs: Sequence[float]) -> list[float]:
    highest = max(logs)
    powers = [math.exp(log - highest) for log in logs]
    total = sum(powers)
    return [power / total for power in powers]


def _interpolate(value: float, x: Sequence[float], y: Sequence[float]) -> float:
    """Interpolate one number, as `numpy.interp` does."""
    after = bisect_right(x, value)
    if after in (0, len(x)):
        return y[0] if after == 0 else y[-1]
    x0, x1, y0, y1 = x[after - 1], x[after], y[after - 1], y[after]
    return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
