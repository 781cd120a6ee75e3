"""The Jensen-Shannon distance: symmetric, from 0 (equal) to 1 (disjoint)."""

from __future__ import annotations

import math

import numpy as np

from automl_magic.monitor.measures.population_stability import smooth
from automl_magic.monitor.measures.shares import Shares


def jensen_shannon(shares: Shares) -> float:
    """Return the square root of the Jensen-Shannon divergence in bits.

    Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory
    37(1), 1991. The square root is a metric (Endres & Schindelin, 2003).
    """
    p, q = smooth(shares)
    middle = (p + q) / 2
    divergence = (np.sum(p * np.log2(p / middle)) + np.sum(q * np.log2(q / middle))) / 2
    return math.sqrt(min(1.0, max(0.0, float(divergence))))
