"""Comparison of categories: PSI, chi-square test, and Fisher's exact test for rare categories."""

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

    Categories that the reference doesn't list count as "(other)".

    Parameters
    ----------
    n_reference : float
        Number of values in the reference.
    texts : sequence of str of length n_rows
        Categories of the window. At least one, none missing.
    weights : array of shape (n_rows,)
    """
    code_of = {level: i for i, level in enumerate(reference.levels)}
    other_code = len(code_of)
    codes = np.fromiter(
        (code_of.get(text, other_code) for text in texts), np.intp, count=len(texts)
    )
    counts = np.bincount(codes, weights=weights, minlength=other_code + 1)
    shares, last_is_rare = pooled(
        (*reference.levels, OTHER),
        np.array([*reference.shares, reference.other]),
        counts / counts.sum(),
        n_reference,
        effective_rows(weights),
        other_name=OTHER,
    )
    return compared(shares, last_is_rare=last_is_rare, rows=len(texts))
