"""intervals: bootstrap confidence intervals of scores."""

from __future__ import annotations

import numpy as np

from automl_magic.recipe.values import Array
from automl_magic.tasks.metrics.row_losses import row_losses, score_of_mean
from automl_magic.tasks.metrics.scores import measure, metric_input

# 200 resamples of this many rows take about half a second with the slowest metric.
MAX_RESAMPLED_ROWS = 5_000
MIN_RESAMPLES = 20
# With many classes, fewer and smaller resamples take at most a few seconds.
MAX_RESAMPLED_NUMBERS, FEWEST_ROWS, FEWEST_REPEATS = 20_000_000, 500, 40


def interval(
    metric_name: str,
    y_true: Array,
    prediction: Array,
    *,
    threshold: float = 0.5,
    seed: int = 0,
    repeats: int = 200,
) -> tuple[float, float] | tuple[None, None]:
    """Return the 95% bootstrap percentile interval of a score.

    Parameters
    ----------
    y : array of shape (n_rows,)
    prediction : array of shape (n_rows, n_classes) or (n_rows,)
        See `score`.

    Returns
    -------
    (low, high), or (None, None) if too few resamples have a score, such as with a single row of a
    class. The same arguments give the same interval.

    Notes
    -----
    Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 13. With more than
    `MAX_RESAMPLED_ROWS` rows, m rows are resampled, and the deviations from the score are shrunk
    by √(m/n): Bickel, Götze & van Zwet, Statistica Sinica 7 (1997).
    """
    y_pred = metric_input(metric_name, prediction, threshold)
    n = len(y_true)
    m = min(n, MAX_RESAMPLED_ROWS)
    center = measure(metric_name, y_true, y_pred) if n else np.nan
    if not np.isfinite(center):
        return None, None
    random = np.random.default_rng(seed)
    losses = row_losses(metric_name, y_true, y_pred)
    if losses is not None:
        means = (float(losses[random.integers(0, n, m)].mean()) for _ in range(repeats))
        scores = np.array([score_of_mean(metric_name, mean) for mean in means])
    else:
        width = y_pred.shape[1] if y_pred.ndim > 1 else 1
        if width * m * repeats > MAX_RESAMPLED_NUMBERS:
            repeats = min(repeats, max(FEWEST_REPEATS, MAX_RESAMPLED_NUMBERS // (width * m)))
            m = min(m, max(FEWEST_ROWS, MAX_RESAMPLED_NUMBERS // (width * repeats)))
        samples = (random.integers(0, n, m) for _ in range(repeats))
        scores = np.array([measure(metric_name, y_true[rows], y_pred[rows]) for rows in samples])
    scores = scores[np.isfinite(scores)]
    if len(scores) < MIN_RESAMPLES:
        return None, None
    low, high = np.percentile(scores, [2.5, 97.5])
    shrink = np.sqrt(m / n)
    return float(center + shrink * (low - center)), float(center + shrink * (high - center))
