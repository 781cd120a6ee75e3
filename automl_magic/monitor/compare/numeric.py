"""Comparison of numbers: PSI and chi-square test on quantile bins, Kolmogorov-Smirnov test."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise

import numpy as np

from automl_magic.monitor.compare.column_comparison import ColumnComparison, compare_shares
from automl_magic.monitor.measures.kolmogorov_smirnov import kolmogorov_smirnov
from automl_magic.monitor.measures.shares import effective_rows, pool_rare_bins
from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.drift import Statistic
from automl_magic.records.monitoring.reference import NumericDistribution

MAX_BINS, ROWS_PER_BIN = 10, 10


def compare_numbers(
    reference: NumericDistribution, n_reference: float, values: Floats, weights: Floats
) -> ColumnComparison:
    """Compare the numbers of a window with the reference.

    The bins are the reference's deciles, or fewer bins if a decile would have less than ten rows.

    Parameters
    ----------
    n_reference : float
        Number of values in the reference.
    values : array of shape (n_rows,)
        Numbers of the window. At least one, none missing.
    weights : array of shape (n_rows,)
    """
    n_current = effective_rows(weights)
    cuts = bin_cuts(reference, int(min(n_reference, n_current) / ROWS_PER_BIN))
    below = np.asarray([cumulative_share(reference, cut) for cut in cuts])
    counts = np.bincount(
        np.searchsorted(np.asarray(cuts), values, side="left"),
        weights=weights,
        minlength=len(cuts) + 1,
    )
    shares, last_is_rare = pool_rare_bins(
        bin_labels(cuts),
        np.diff(np.concatenate([[0.0], below, [1.0]])),
        counts / counts.sum(),
        n_reference,
        n_current,
    )
    distance, p_value = kolmogorov_smirnov(reference, n_reference, values, weights, n_current)
    ks = Statistic(name="kolmogorov_smirnov", value=distance, p_value=p_value)
    return compare_shares(shares, last_is_rare=last_is_rare, rows=len(values), tests=(ks,))


def bin_cuts(reference: NumericDistribution, n_bins: int = MAX_BINS) -> list[float]:
    """Return the inner edges of bins with about equal shares of the reference.

    A frequent value, such as 0, ends its own bin, separate from rare values next to it. A value on
    an edge belongs to the bin below.
    """
    share = 1 / min(max(n_bins, 2), MAX_BINS) - 1e-9
    knots, below = reference.knots, reference.below
    # Separate a frequent value at either end from the values beyond it.
    cuts = [math.nextafter(knots[0], -math.inf)] if below[0] >= share else []
    last = 0.0
    for i, knot in enumerate(knots[:-1]):
        is_before_frequent = below[i + 1] - below[i] >= share and below[i] > last
        if below[i] - last >= share or is_before_frequent:
            cuts.append(knot)
            last = below[i]
    if below[-1] - (below[-2] if len(below) > 1 else 0.0) >= share:
        cuts.append(knots[-1])
    return cuts


def cumulative_share(reference: NumericDistribution, cut: float) -> float:
    """Return the share of the reference's values up to and including an edge of `bin_cuts`."""
    index = bisect_right(reference.knots, cut)
    return reference.below[index - 1] if index else 0.0


def bin_labels(cuts: list[float]) -> tuple[str, ...]:
    """Return the labels of the bins. A bin with a single value is named after it."""
    if not cuts:
        return ("all",)
    pairs = list(pairwise(cuts))
    is_single_value = [math.nextafter(a, math.inf) == b for a, b in pairs]
    first = f"< {cuts[1]:.4g}" if is_single_value[:1] == [True] else f"≤ {cuts[0]:.4g}"
    middle = (
        f"{b:.4g}" if is_single else f"{a:.4g} to {b:.4g}"
        for (a, b), is_single in zip(pairs, is_single_value, strict=True)
    )
    return (first, *middle, f"> {cuts[-1]:.4g}")
