"""PSI, the population stability index: how far the shares of bins have moved."""

from __future__ import annotations

import numpy as np

from automl_magic.monitor.measures.shares import Shares
from automl_magic.recipe.values import Floats


def psi(shares: Shares) -> float:
    """Return Σ (p - q) ln(p / q), with p of the window and q of the reference; at least 0.

    A bin that one of the two lacks counts as half a row of the window there: a share that so small
    a window could not have shown.
    """
    p, q = smoothed(shares)
    return float(np.sum((p - q) * np.log(p / q)))


def psi_by_chance(shares: Shares) -> float:
    """Return what PSI is on average without any shift: (B - 1)(1/n + 1/m) for B bins.

    PSI · nm / (n + m) is then distributed as chi-square with B - 1 degrees of freedom: Yurdakul &
    Naranjo, "Statistical properties of the population stability index", Journal of Risk Model
    Validation 14(4), 2020. Less this, a small window has no PSI for being small.
    """
    return (shares.n_bins - 1) * (1 / shares.n_current + 1 / shares.n_reference)


def smoothed(shares: Shares) -> tuple[Floats, Floats]:
    """Return the shares of window and reference with half a row added to each bin."""
    half = 0.5 / max(shares.n_current, 1.0)
    p, q = shares.current + half, shares.reference + half
    return p / p.sum(), q / q.sum()
