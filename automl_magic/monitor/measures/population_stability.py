"""PSI, the population stability index: a distance between two sets of bin shares."""

from __future__ import annotations

import numpy as np

from automl_magic.monitor.measures.shares import Shares
from automl_magic.recipe.values import Floats


def psi(shares: Shares) -> float:
    """Return Σ (p - q) ln(p / q), for the shares p of the window and q of the reference.

    Half a row of the window is added to each bin. This keeps the result finite if a bin is empty.
    """
    p, q = smooth(shares)
    return float(np.sum((p - q) * np.log(p / q)))


def expected_psi(shares: Shares) -> float:
    """Return the expected PSI without a shift: (B - 1)(1/n + 1/m) for B bins.

    Without a shift, PSI · nm / (n + m) has a chi-square distribution with B - 1 degrees of freedom
    (Yurdakul & Naranjo, "Statistical properties of the population stability index", Journal of Risk
    Model Validation 14(4), 2020). Subtracting the expected value corrects for small windows.
    """
    return (shares.n_bins - 1) * (1 / shares.n_current + 1 / shares.n_reference)


def smooth(shares: Shares) -> tuple[Floats, Floats]:
    """Return the shares of the window and the reference with half a row added to each bin."""
    half = 0.5 / max(shares.n_current, 1.0)
    p, q = shares.current + half, shares.reference + half
    return p / p.sum(), q / q.sum()
