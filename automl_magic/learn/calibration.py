"""Calibration: probabilities that mean what they say, where the rows show that it helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from automl_magic.learn.paired import gain
from automl_magic.recipe.combine import SMALLEST, Calibration, Method, calibrated
from automl_magic.tasks.metrics import score

# What reads no probability as such (an area under a curve, labels) is left as it is.
CALIBRATED = ("log_loss", "brier")
FEWEST_ROWS = {Method.TEMPERATURE: 500, Method.ISOTONIC: 5_000}
COLDEST, HOTTEST = 0.2, 5.0
# A correction is one more cell to read: a smaller part of the metric is not worth it.
LEAST_GAIN = 0.001
# The points of an isotonic curve stand in a notebook: more digits would say nothing more.
DIGITS = 6

Fit = Callable[[Any, Any], Calibration]


def find_calibration(
    metric_name: str, y: Any, probabilities: Any, parts: Any, *, class_weight: bool = False
) -> tuple[Calibration | None, str]:
    """Return the correction of out-of-fold probabilities that helps, if one does, and why.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, k)
    parts : array of int, shape (n,)
        The fold of each row: a correction is fitted without the rows it is judged on.
    class_weight : bool
        Whether the members learned from balanced classes. Their probabilities may be those of a
        world in which all classes are as frequent; a shift by the log of the true shares, or a
        part of it, takes them back.

    Notes
    -----
    A correction is taken if it lowers the metric on rows that it was not fitted on by 0.1 % or
    more. It is one number from 500 rows on (Guo et al., "On Calibration of Modern Neural
    Networks", 2017), a curve from 5,000 on (Zadrozny & Elkan, 2002); on fewer rows both did harm.
    The shift is that of Saerens et al. (2002).
    """
    if metric_name not in CALIBRATED or len(np.unique(parts)) < 2:
        return None, ""
    least = LEAST_GAIN * score(metric_name, y, probabilities)
    found = []
    for fit in _fits(len(y), probabilities.shape[1], class_weight):
        corrected = np.empty_like(probabilities)
        for part in np.unique(parts):
            inside = parts == part
            learned = fit(y[~inside], probabilities[~inside])
            corrected[inside] = calibrated(learned, probabilities[inside])
        won = gain(metric_name, y, corrected, probabilities, fold_ids=parts)
        if won.mean > least:
            found.append((won.mean, fit))
    if not found:
        return None, ""
    best, fit = max(found, key=lambda pair: pair[0])
    calibration = fit(y, probabilities)
    return calibration, (
        f"Calibrated by {calibration.in_words}: on rows that it was not fitted on, {metric_name} "
        f"is {best:.2g} better."
    )


def fit_temperature(y: Any, probabilities: Any) -> Calibration:
    """Return the temperature with the least log loss."""
    from scipy.optimize import minimize_scalar

    surprise = _surprise_of(y, probabilities, np.zeros(probabilities.shape[1]))
    found = minimize_scalar(
        lambda log_temperature: surprise(log_temperature, 0.0),
        bounds=np.log([COLDEST, HOTTEST]),
        method="bounded",
    )
    return Calibration(method=Method.TEMPERATURE, temperature=float(np.exp(found.x)))


def fit_shift(y: Any, probabilities: Any) -> Calibration:
    """Return the temperature, and the part of the shift to the true shares, of least log loss.

    Only a part, because not every member that learned from balanced classes believes in them: the
    leaves of a deep tree hold one class, however much its rows weigh.
    """
    from scipy.optimize import minimize

    whole = np.array(_shares_shift(y, probabilities.shape[1]))
    surprise = _surprise_of(y, probabilities, whole)
    bounds = [tuple(np.log([COLDEST, HOTTEST])), (0.0, 1.5)]
    found = minimize(lambda at: surprise(*at), [0.0, 0.5], bounds=bounds, method="L-BFGS-B")
    log_temperature, part = found.x
    return Calibration(
        method=Method.TEMPERATURE,
        temperature=float(np.exp(log_temperature)),
        shift=tuple((part * whole).tolist()),
    )


def fit_isotonic(y: Any, probabilities: Any) -> Calibration:
    """Return the curve that never falls with the least squared error, for two classes.

    It stays half a row away from 0 and 1: no finite number of rows shows that something never
    happens.
    """
    from sklearn.isotonic import IsotonicRegression

    edge = 0.5 / len(y)
    curve = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip")
    curve.fit(probabilities[:, 1], (y == 1).astype(float))
    x, first = np.unique(curve.X_thresholds_.round(DIGITS), return_index=True)
    values = curve.y_thresholds_[first].round(DIGITS)
    return Calibration(
        method=Method.ISOTONIC, x=tuple(x.tolist()), y=tuple(np.clip(values, 0, 1).tolist())
    )


def _fits(n_rows: int, n_classes: int, class_weight: bool) -> list[Fit]:
    enough = n_rows >= FEWEST_ROWS[Method.TEMPERATURE]
    fits: list[Fit] = []
    if class_weight:
        fits.append(fit_shift if enough else _whole_shift)
    elif enough:
        fits.append(fit_temperature)
    if n_classes == 2 and n_rows >= FEWEST_ROWS[Method.ISOTONIC]:
        fits.append(fit_isotonic)
    return fits


def _whole_shift(y: Any, probabilities: Any) -> Calibration:
    shift = _shares_shift(y, probabilities.shape[1])
    return Calibration(method=Method.TEMPERATURE, shift=shift)


def _shares_shift(y: Any, n_classes: int) -> tuple[float, ...]:
    counts = np.bincount(y, minlength=n_classes) + 1.0
    return tuple(np.log(n_classes * counts / counts.sum()).tolist())


def _surprise_of(y: Any, probabilities: Any, shift: Any) -> Callable[[float, float], float]:
    """Return the log loss as a function of the log of the temperature and a part of the shift."""
    logs, of_row = np.log(np.maximum(probabilities, SMALLEST)), np.arange(len(y))

    def surprise(log_temperature: float, part: float) -> float:
        powers = logs / np.exp(log_temperature) + part * shift
        highest = powers.max(axis=1, keepdims=True)
        total = np.log(np.exp(powers - highest).sum(axis=1)) + highest[:, 0]
        return float((total - powers[of_row, y]).mean())

    return surprise
