"""Pareto front of score, latency and size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.combine import Blend
from automl_magic.recipe.values import Floats
from automl_magic.records import Metric


@dataclass(frozen=True)
class Cost:
    """The p95 latency of one row in milliseconds, and the size of the model's files in bytes."""

    row_latency_ms: float
    size_bytes: int


@dataclass(frozen=True)
class ModelOption:
    """A possible model: some trials with their weights, latency and size.

    `weights` maps the number of a trial to its weight. `row_latency_ms` is the p95 latency of one
    row in milliseconds. `size_bytes` is the size of the files. Both are None if not measured.
    """

    name: str
    weights: Mapping[int, float]
    score: float
    blend: Blend = Blend.MEAN
    row_latency_ms: float | None = None
    size_bytes: int | None = None


def pareto_mask(costs: Floats) -> NDArray[np.bool_]:
    """Return a mask of the rows on the Pareto front.

    A row isn't on the front if another one is no larger in all columns and smaller in one. NaN
    counts as the worst value.

    Parameters
    ----------
    costs : array, shape (n, d)

    Returns
    -------
    array of bool, shape (n,)
    """
    costs = np.where(np.isnan(costs), np.inf, np.asarray(costs, dtype=float))
    no_larger = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    smaller = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    return np.asarray(~(no_larger & smaller).any(axis=0))


def on_front(metric: Metric, options: Sequence[ModelOption]) -> list[bool]:
    """Return for each option whether it's on the Pareto front of score, latency and size.

    An option without a measured latency is never on the front.
    """
    costs = [
        [
            metric.loss(option.score),
            np.nan if option.row_latency_ms is None else option.row_latency_ms,
            np.nan if option.size_bytes is None else option.size_bytes,
        ]
        for option in options
    ]
    mask: Iterable[bool] = pareto_mask(np.array(costs)) if costs else []
    return [
        bool(is_on_front) and option.row_latency_ms is not None
        for is_on_front, option in zip(mask, options, strict=True)
    ]


def choose_option(
    metric: Metric, options: Sequence[ModelOption], latency_ms_p95: float
) -> tuple[ModelOption, str]:
    """Return the best option within the latency limit, or the fastest if none is, and why.

    Parameters
    ----------
    metric : Metric
    options : sequence of Option
        At least one has a latency.
    latency_ms_p95 : float
        Latency limit per row, in milliseconds (95th percentile).
    """
    measured = [option for option in options if option.row_latency_ms is not None]
    fast = [option for option in measured if option.row_latency_ms <= latency_ms_p95]  # type: ignore[operator]
    if fast:
        best = min(fast, key=lambda option: metric.loss(option.score))
        return best, (
            f"The best of {len(fast)} out of {len(measured)} options that predict a row within "
            f"{latency_ms_p95:g} ms (p95)."
        )
    fastest = min(measured, key=latency_of)
    return fastest, (
        f"No option predicts a row within the limit of {latency_ms_p95:g} ms (p95). This one is "
        f"the fastest, with {latency_of(fastest):.2g} ms."
    )


def latency_of(option: ModelOption) -> float:
    """Return the latency of a measured option, in milliseconds."""
    assert option.row_latency_ms is not None
    return option.row_latency_ms
