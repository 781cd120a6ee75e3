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
    together = (n * shares.current + m * shares.reference) / (n + m)
    seen = together > 0
    if n <= 0 or m <= 0 or seen.sum() < 2:
        return 0.0, 1.0
    off = shares.current[seen] - shares.reference[seen]
    statistic = float(np.sum(off * off / together[seen])) * n * m / (n + m)
    return statistic, float(chdtrc(int(seen.sum()) - 1, statistic))


def cramers_v(shares: Shares) -> float:
    """Return Cramér's V, an effect size from 0 to 1 that doesn't depend on the number of rows.

    Cramér, "Mathematical Methods of Statistics" (1946), 21.9: √(χ² / N) for two samples.
    """
    statistic, _ = chi_square(shares)
    total = shares.n_current + shares.n_reference
    return min(1.0, math.sqrt(statistic / total)) if total > 0 else 0.0
