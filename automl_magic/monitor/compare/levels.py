"""Categories against categories: PSI, chi-square, and Fisher's test for what is rare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.monitor.compare.compared import Compared, compared
from automl_magic.monitor.measures.shares import effective_rows, pooled
from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import Levels

OTHER = "(other)"


def compare_levels(
    reference: Levels, n_reference: float, texts: Sequence[str], weights: Floats
) -> Compared:
    """Compare the categories of a window with the reference.

    Levels that the reference does not list count as others.

    Parameters
    ----------
    n_reference : float
        How many values the reference was made of.
    texts : sequence of str, shape (n,)
        At least one, none of them missing.
    """
    place = {level: i for i, level in enumerate(reference.levels)}
    others = len(place)
    codes = np.fromiter((place.get(text, others) for text in texts), np.intp, count=len(texts))
    counts = np.bincount(codes, weights=weights, minlength=others + 1)
    shares, last_is_rare = pooled(
        (*reference.levels, OTHER),
        np.array([*reference.shares, reference.other]),
        counts / counts.sum(),
        n_reference,
        effective_rows(weights),
        rest=OTHER,
    )
    return compared(shares, last_is_rare=last_is_rare, rows=len(texts))
