"""Shares: two distributions over the same bins, with their effective numbers of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.values import Floats

# Cells of a contingency table need this many expected rows for a chi-square distribution (Cochran,
# Biometrics 10, 1954).
MIN_EXPECTED = 5.0


@dataclass(frozen=True)
class Shares:
    """Shares of the rows in each bin, for the reference and the window.

    Attributes
    ----------
    names : tuple of str
        Labels of the bins.
    reference, current : arrays of shape (n_bins,)
    n_reference, n_current : float
        Effective numbers of rows (see `effective_rows`).
    """

    names: tuple[str, ...]
    reference: Floats
    current: Floats
    n_reference: float
    n_current: float

    @property
    def n_bins(self) -> int:
        return len(self.reference)

    def take(self, mask: NDArray[np.bool_]) -> Shares:
        """Return the selected bins, with shares of the rows in only these bins."""
        of_reference, of_current = self.reference[mask].sum(), self.current[mask].sum()
        return Shares(
            tuple(name for name, is_selected in zip(self.names, mask, strict=True) if is_selected),
            self.reference[mask] / max(of_reference, 1e-300),
            self.current[mask] / max(of_current, 1e-300),
            self.n_reference * of_reference,
            self.n_current * of_current,
        )


def pool_rare_bins(
    names: Sequence[str],
    reference: Floats,
    current: Floats,
    n_reference: float,
    n_current: float,
    *,
    other_name: str = "(all others)",
) -> tuple[Shares, bool]:
    """Merge the bins that are too rare for a test into one bin at the end.

    Only the reference decides which bins are rare, so the window's values don't affect the choice.

    Returns
    -------
    shares : Shares
    last_is_rare : bool
        Whether the merged bin is still too rare for a chi-square test.
    """
    frequent = min(n_reference, n_current) * reference >= MIN_EXPECTED
    if frequent.all():
        return Shares(tuple(names), reference, current, n_reference, n_current), False
    rare = ~frequent
    shares = Shares(
        (
            *(name for name, is_frequent in zip(names, frequent, strict=True) if is_frequent),
            other_name,
        ),
        np.append(reference[frequent], reference[rare].sum()),
        np.append(current[frequent], current[rare].sum()),
        n_reference,
        n_current,
    )
    expected = min(n_reference, n_current) * float(shares.reference[-1])
    return shares, expected < MIN_EXPECTED


def effective_rows(weights: Floats) -> float:
    """Return the number of equally weighted rows with the same information: (Σw)² / Σw².

    Kish, "Survey Sampling" (1965), 11.7. Rows that were logged at different rates are weighted by
    the inverse of the rate, so they count less than their number.
    """
    total = float(weights.sum())
    return total * total / float((weights * weights).sum()) if total > 0 else 0.0
