"""Score against latency and size: what nothing else beats in everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.recipe.combine import Blend
from automl_magic.records import Metric


@dataclass(frozen=True)
class Cost:
    """The 95th percentile of the time to predict one row, and the size of the model's files."""

    row_latency_ms: float
    size_bytes: int


@dataclass(frozen=True)
class Option:
    """One thing that could be the model: some trials with their shares, and what they cost.

    `weights` maps the number of a trial to its share. `row_latency_ms` is the 95th percentile of
    the time to predict one row, `size_bytes` that of the files; None where it was not measured.
    """

    name: str
    weights: Mapping[int, float]
    score: float
    blend: Blend = Blend.MEAN
    row_latency_ms: float | None = None
    size_bytes: int | None = None


def front(costs: Any) -> Any:
    """Return which rows of an array of costs, shape (n, d), are on the Pareto front, as a mask.

    A row is off the front if another is as small everywhere and smaller somewhere. NaN counts as
    the worst: what was not measured beats nothing by it.
    """
    costs = np.where(np.isnan(costs), np.inf, np.asarray(costs, dtype=float))
    no_larger = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    smaller = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    on_front: Any = ~(no_larger & smaller).any(axis=0)
    return on_front


def on_front(metric: Metric, options: Sequence[Option]) -> list[bool]:
    """Return for each option whether no other beats it by score, latency and size together.

    An option whose latency was not measured is never on the front.
    """
    costs = [
        [
            metric.loss(option.score),
            np.nan if option.row_latency_ms is None else option.row_latency_ms,
            np.nan if option.size_bytes is None else option.size_bytes,
        ]
        for option in options
    ]
    found = front(np.array(costs)) if costs else []
    return [
        bool(on) and option.row_latency_ms is not None
        for on, option in zip(found, options, strict=True)
    ]


def choose(metric: Metric, options: Sequence[Option], latency_ms_p95: float) -> tuple[Option, str]:
    """Return the best option that is quick enough, or else the quickest, and why.

    Parameters
    ----------
    options : sequence of Option
        At least one has a latency.
    latency_ms_p95 : float
        The most milliseconds that the prediction of one row may take, in 95 of 100 rows.
    """
    measured = [option for option in options if option.row_latency_ms is not None]
    quick = [option for option in measured if option.row_latency_ms <= latency_ms_p95]  # type: ignore[operator]
    if quick:
        best = min(quick, key=lambda option: metric.loss(option.score))
        return best, (
            f"The best of the {len(quick)} of {len(measured)} that predict a row within "
            f"{latency_ms_p95:g} ms."
        )
    fastest = min(measured, key=latency_of)
    return fastest, (
        f"Nothing predicts a row within {latency_ms_p95:g} ms, the limit that was asked for: this "
        f"is the quickest, with {latency_of(fastest):.2g} ms."
    )


def latency_of(option: Option) -> float:
    """Return the latency of an option that was measured."""
    assert option.row_latency_ms is not None
    return option.row_latency_ms
