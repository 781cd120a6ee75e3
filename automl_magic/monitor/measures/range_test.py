"""Test for values outside the range of the training data."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, gammaln, logsumexp


def out_of_range_p_value(count: float, n: float, n_reference: float) -> float:
    """Return the p-value of `count` or more of `n` values outside the range of the reference.

    Without a shift, the share of a continuous distribution outside the range of m rows is Beta(2,
    m - 1), for every distribution. So the count is beta-binomial (Wilks, "Determination of sample
    sizes for setting tolerance limits", Annals of Mathematical Statistics 12(1), 1941). Ties make
    the share smaller.
    """
    n_outside, size, m = round(count), max(round(n), 1), max(round(n_reference), 2)
    if n_outside <= 0:
        return 1.0
    counts = np.arange(min(n_outside, size), size + 1, dtype=np.float64)
    logs = (
        gammaln(size + 1)
        - gammaln(counts + 1)
        - gammaln(size - counts + 1)
        + betaln(counts + 2, size - counts + m - 1)
        - betaln(2, m - 1)
    )
    return float(min(1.0, np.exp(logsumexp(logs))))
