"""Comparison of categories: PSI, chi-square test, and Fisher's exact test for rare categories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.monitor.compare.column_comparison import ColumnComparison, compare_shares
from automl_magic.monitor.measures.shares import effective_rows, pool_rare_bins
from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import CategoricalDistribution

OTHER = "(other)"


def compare_categories(
    reference: CategoricalDistribution, n_reference: float, texts: Sequence[str], weights: Floats
) -> ColumnComparison:
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
    shares, last_is_rare = pool_rare_bins(
        (*reference.levels, OTHER),
        np.array([*reference.shares, reference.other]),
        counts / counts.sum(),
        n_reference,
        effective_rows(weights),
        other_name=OTHER,
    )
    return compare_shares(shares, last_is_rare=last_is_rare, rows=len(texts))
