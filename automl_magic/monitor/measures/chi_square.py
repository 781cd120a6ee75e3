"""Pearson's chi-square test of homogeneity of two samples."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import chdtrc

from automl_magic.monitor.measures.shares import Shares


def chi_square(shares: Shares) -> tuple[float, float]:
    """Return the statistic and its p-value. Every bin needs five expected rows: see `pooled`.

    Uses effective row counts: for weighted rows, this is the first-order correction of Rao & Scott,
    Journal of the American Statistical Association 76 (1981).
    """
    n, m = shares.n_current, shares.n_reference
    pooled_shares = (n * shares.current + m * shares.reference) / (n + m)
    is_filled = pooled_shares > 0
    if n <= 0 or m <= 0 or is_filled.sum() < 2:
        return 0.0, 1.0
    difference = shares.current[is_filled] - shares.reference[is_filled]
    statistic = float(np.sum(difference * difference / pooled_shares[is_filled])) * n * m / (n + m)
    return statistic, float(chdtrc(int(is_filled.sum()) - 1, statistic))


def cramers_v(shares: Shares) -> float:
    """Return Cramér's V, an effect size from 0 to 1 that doesn't depend on the number of rows.

    Cramér, "Mathematical Methods of Statistics" (1946), 21.9: √(χ² / N) for two samples.
    """
    statistic, _ = chi_square(shares)
    total = shares.n_current + shares.n_reference
    return min(1.0, math.sqrt(statistic / total)) if total > 0 else 0.0
