"""ColumnComparison: test statistics on two distributions, without a severity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.monitor.measures.chi_square import chi_square, cramers_v
from automl_magic.monitor.measures.fisher_exact import fisher_two_sided
from automl_magic.monitor.measures.jensen_shannon import jensen_shannon
from automl_magic.monitor.measures.kullback_leibler import kullback_leibler
from automl_magic.monitor.measures.multiple_testing import bonferroni
from automl_magic.monitor.measures.population_stability import expected_psi, psi
from automl_magic.monitor.measures.shares import Shares
from automl_magic.records.monitoring.drift import Histogram, Statistic


@dataclass(frozen=True)
class ColumnComparison:
    """Test results of one column.

    Attributes
    ----------
    rows : int
        Rows with a value.
    effective_rows : float
        Number of equally weighted rows with the same information.
    psi : float
        Population stability index minus its expected value without drift, at least 0.
    p_value : float
        Combined p-value of all tests of the column.
    """

    rows: int
    effective_rows: float
    psi: float
    p_value: float
    statistics: tuple[Statistic, ...]
    histogram: Histogram


def compare_shares(
    shares: Shares, *, last_is_rare: bool, rows: int, tests: tuple[Statistic, ...] = ()
) -> ColumnComparison:
    """Compare two distributions over bins.

    Parameters
    ----------
    last_is_rare : bool
        Whether the last bin has too few expected rows for chi-square. Then it's tested separately.
    rows : int
        Rows with a value.
    tests : tuple of Statistic
        Results of other tests of the same hypothesis.
    """
    results = [*tests]
    main = shares
    if last_is_rare:
        main = shares.take(np.arange(shares.n_bins) < shares.n_bins - 1)
        rare = fisher_two_sided(
            shares.current[-1] * shares.n_current,
            shares.n_current,
            shares.reference[-1] * shares.n_reference,
            shares.n_reference,
        )
        results.append(Statistic(name="fisher_rare", value=float(shares.current[-1]), p_value=rare))
    if main.n_bins > 1:
        statistic, p_value = chi_square(main)
        results.append(Statistic(name="chi_square", value=statistic, p_value=p_value))
    raw, by_chance = psi(shares), expected_psi(shares)
    distances = (
        ("psi_raw", raw),
        ("jensen_shannon", jensen_shannon(shares)),
        ("kullback_leibler", kullback_leibler(shares)),
        ("cramers_v", cramers_v(shares)),
    )
    return ColumnComparison(
        rows=rows,
        effective_rows=shares.n_current,
        psi=max(0.0, raw - by_chance),
        p_value=bonferroni([result.p_value for result in results if result.p_value is not None]),
        statistics=(*results, *(Statistic(name=name, value=value) for name, value in distances)),
        histogram=Histogram(
            bins=shares.names,
            reference=tuple(round(float(share), 6) for share in shares.reference),
            current=tuple(round(float(share), 6) for share in shares.current),
        ),
    )
