"""The Kullback-Leibler divergence of the window from the reference."""

from __future__ import annotations

import numpy as np

from automl_magic.monitor.measures.population_stability import smooth
from automl_magic.monitor.measures.shares import Shares


def kullback_leibler(shares: Shares) -> float:
    """Return Σ p ln(p / q) in nats, for the shares p of the window and q of the reference.

    Kullback & Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22(1),
    1951. Half a row is added to each bin to keep it finite.
    """
    p, q = smooth(shares)
    return max(0.0, float(np.sum(p * np.log(p / q))))
