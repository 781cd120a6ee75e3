"""Measured: a metric that a family brings, with what computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import numpy.typing as npt

from automl_magic.records import Metric, TaskFamily

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Measured:
    """A metric and its score of (what is true, what the metric reads of a prediction)."""

    metric: Metric
    score: Callable[[Array, Array], float]


def brought_by(families: Iterable[TaskFamily]) -> dict[str, Measured]:
    """Return the metrics that some families bring beside ours, by name."""
    # By its name: what a family gives rests on the metrics, not the other way round.
    found = (import_module(family.tasks).FAMILY.metrics for family in families)
    return {one.metric.name: one for metrics in found for one in metrics}
