"""Calibration: correct the probabilities if that improves them on held-out rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from automl_magic.learn.paired import gain
from automl_magic.recipe.combine import (
    MIN_PROBABILITY,
    CalibrationMethod,
    Calibrator,
    calibrate_probabilities,
)
from automl_magic.recipe.values import Array, Floats
from automl_magic.tasks.metrics import score

# Metrics that use ranks or labels don't need calibration.
CALIBRATED = ("log_loss", "brier")
MIN_ROWS = {CalibrationMethod.TEMPERATURE: 500, CalibrationMethod.ISOTONIC: 5_000}
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.2, 5.0
# A calibration adds a cell to the notebook. A smaller relative gain isn't worth it.
MIN_GAIN = 0.001
# A temperature is fitted on at most this many probabilities.
MAX_FITTED_NUMBERS = 400_000
# The points of an isotonic curve are shown in a notebook. More digits wouldn't help.
DIGITS = 6

Fit = Callable[[Array, Floats], Calibrator]


def find_calibration(
    metric_name: str, y: Array, probabilities: Floats, parts: Array, *, class_weight: bool = False
) -> tuple[Calibrator | None, str]:
    """Return the calibration that improves out-of-fold probabilities, and why, or None.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, k)
    parts : array of int, shape (n,)
        The fold of each row. A calibration is scored only on rows it wasn't fitted on.
    class_weight : bool
        Whether the members were trained with balanced classes. Their probabilities then assume
        that all classes are equally frequent. A shift by the log of the true class shares, or a
        part of it, corrects that.

    Notes
    -----
    A calibration is used if it improves the metric by 0.1% or more on rows it wasn't fitted on. It
    is a temperature from 500 rows (Guo et al., "On Calibration of Modern Neural Networks", 2017)
    and an isotonic curve from 5,000 rows (Zadrozny & Elkan, 2002). On fewer rows both made scores
    worse. The shift is that of Saerens et al. (2002).
    """
    if metric_name not in CALIBRATED or len(np.unique(parts)) < 2:
        return None, ""
    min_gain = MIN_GAIN * score(metric_name, y, probabilities)
    improving = []
    for fit in _fits(len(y), probabilities.shape[1], class_weight):
        corrected = np.empty_like(probabilities)
        for part in np.unique(parts):
            inside = parts == part
            calibration = fit(y[~inside], probabilities[~inside])
            corrected[inside] = calibrate_probabilities(calibration, probabilities[inside])
        improvement = gain(metric_name, y, corrected, probabilities, fold_ids=parts)
        if improvement.mean > min_gain:
            improving.append((improvement.mean, fit))
    if not improving:
        return None, ""
    best_gain, fit = max(improving, key=lambda pair: pair[0])
    calibration = fit(y, probabilities)
    return calibration, (
        f"Calibrated by {calibration.description}. On rows it wasn't fitted on, {metric_name} is "
        f"{best_gain:.2g} better."
    )


def fit_temperature(y: Array, probabilities: Floats) -> Calibrator:
    """Return the temperature with the lowest log loss.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, k)
    """
    from scipy.optimize import minimize_scalar

    log_loss = _log_loss_of(y, probabilities, np.zeros(probabilities.shape[1]))
    optimum = minimize_scalar(
        lambda log_temperature: log_loss(log_temperature, 0.0),
        bounds=np.log([MIN_TEMPERATURE, MAX_TEMPERATURE]),
        method="bounded",
    )
    return Calibrator(method=CalibrationMethod.TEMPERATURE, temperature=float(np.exp(optimum.x)))


def fit_shift(y: Array, probabilities: Floats) -> Calibrator:
    """Return the temperature, and the part of the shift to the true shares, with lowest log loss.

    Only a part is shifted because class weights don't change all members: the leaves of a deep
    tree hold one class, whatever the weights of its rows.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, k)
    """
    from scipy.optimize import minimize

    full_shift = np.array(_shares_shift(y, probabilities.shape[1]))
    log_loss = _log_loss_of(y, probabilities, full_shift)
    bounds = [tuple(np.log([MIN_TEMPERATURE, MAX_TEMPERATURE])), (0.0, 1.5)]
    optimum = minimize(lambda x: log_loss(*x), [0.0, 0.5], bounds=bounds, method="L-BFGS-B")
    log_temperature, part = optimum.x
    return Calibrator(
        method=CalibrationMethod.TEMPERATURE,
        temperature=float(np.exp(log_temperature)),
        shift=tuple((part * full_shift).tolist()),
    )


def fit_isotonic(y: Array, probabilities: Floats) -> Calibrator:
    """Return the isotonic curve with the lowest squared error, for two classes.

    It stays half a row away from 0 and 1, because no finite number of rows proves that something
    never happens.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, 2)
    """
    from sklearn.isotonic import IsotonicRegression

    edge = 0.5 / len(y)
    curve = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip")
    curve.fit(probabilities[:, 1], (y == 1).astype(float))
    x, first = np.unique(curve.X_thresholds_.round(DIGITS), return_index=True)
    values = curve.y_thresholds_[first].round(DIGITS)
    return Calibrator(
        method=CalibrationMethod.ISOTONIC,
        x=tuple(x.tolist()),
        y=tuple(np.clip(values, 0, 1).tolist()),
    )


def _fits(n_rows: int, n_classes: int, class_weight: bool) -> list[Fit]:
    has_enough_rows = n_rows >= MIN_ROWS[CalibrationMethod.TEMPERATURE]
    fits: list[Fit] = []
    if class_weight:
        fits.append(fit_shift if has_enough_rows else _full_shift)
    elif has_enough_rows:
        fits.append(fit_temperature)
    if n_classes == 2 and n_rows >= MIN_ROWS[CalibrationMethod.ISOTONIC]:
        fits.append(fit_isotonic)
    return fits


def _full_shift(y: Array, probabilities: Floats) -> Calibrator:
    shift = _shares_shift(y, probabilities.shape[1])
    return Calibrator(method=CalibrationMethod.TEMPERATURE, shift=shift)


def _shares_shift(y: Array, n_classes: int) -> tuple[float, ...]:
    counts = np.bincount(y, minlength=n_classes) + 1.0
    return tuple(np.log(n_classes * counts / counts.sum()).tolist())


def _log_loss_of(y: Array, probabilities: Floats, shift: Floats) -> Callable[[float, float], float]:
    """Return the log loss as a function of the log of the temperature and a part of the shift."""
    # Evenly spaced rows: two numbers are fitted, and many classes take long on all rows.
    step = math.ceil(probabilities.size / MAX_FITTED_NUMBERS)
    y, probabilities = y[::step], probabilities[::step]
    logs, rows = np.log(np.maximum(probabilities, MIN_PROBABILITY)), np.arange(len(y))

    def log_loss(log_temperature: float, part: float) -> float:
        logits = logs / np.exp(log_temperature) + part * shift
        highest = logits.max(axis=1, keepdims=True)
        total = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
        return float((total - logits[rows, y]).mean())

    return log_loss
