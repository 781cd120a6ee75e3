"""Shares: two distributions over the same bins, and what their rows are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.values import Floats

# A cell of a contingency table that expects fewer rows than these has no chi-square distribution
# (Cochran, Biometrics 10, 1954).
FEWEST_EXPECTED = 5.0


@dataclass(frozen=True)
class Shares:
    """What share of the reference's rows, and of the window's, falls into each bin.

    `n_reference` and `n_current` are effective numbers of rows (see `effective_rows`).
    """

    names: tuple[str, ...]
    reference: Floats
    current: Floats
    n_reference: float
    n_current: float

    @property
    def n_bins(self) -> int:
        return len(self.reference)

    def take(self, chosen: NDArray[np.bool_]) -> Shares:
        """Return some of the bins, as shares of the rows in them alone."""
        of_reference, of_current = self.reference[chosen].sum(), self.current[chosen].sum()
        return Shares(
            tuple(name for name, here in zip(self.names, chosen, strict=True) if here),
            self.reference[chosen] / max(of_reference, 1e-300),
            self.current[chosen] / max(of_current, 1e-300),
            self.n_reference * of_reference,
            self.n_current * of_current,
        )


def pooled(
    names: Sequence[str],
    reference: Floats,
    current: Floats,
    n_reference: float,
    n_current: float,
    *,
    rest: str = "(all others)",
) -> tuple[Shares, bool]:
    """Put bins that are too rare for a test together into one, at the end.

    Rare is judged by the reference alone, so that the window's own values choose nothing.

    Returns
    -------
    The shares, and whether the bin at the end is itself too rare for a chi-square test.
    """
    frequent = min(n_reference, n_current) * reference >= FEWEST_EXPECTED
    if frequent.all():
        return Shares(tuple(names), reference, current, n_reference, n_current), False
    rare = ~frequent
    shares = Shares(
        (*(name for name, here in zip(names, frequent, strict=True) if here), rest),
        np.append(reference[frequent], reference[rare].sum()),
        np.append(current[frequent], current[rare].sum()),
        n_reference,
        n_current,
    )
    expected = min(n_reference, n_current) * float(shares.reference[-1])
    return shares, expected < FEWEST_EXPECTED


def effective_rows(weights: Floats) -> float:
    """Return how many equally weighted rows say as much as these: (Σw)² / Σw².

    Kish, "Survey Sampling" (1965), 11.7: rows that were logged at different rates are weighted by
    the inverse of the rate, and are then worth less than their number.
    """
    total = float(weights.sum())
    return total * total / float((weights * weights).sum()) if total > 0 else 0.0
