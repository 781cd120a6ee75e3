"""order: which candidate first, by what it was worth on similar tables.

A candidate is worth the loss that it takes off the blend of those before it, on the most similar
known tables, for each second. Where few known tables are really near, that is half of the say;
the order of the plan has the other half.

References
----------
Feurer et al., "Efficient and Robust Automated Machine Learning" (NeurIPS 2015), for the nearest
tables; Salinas and Erickson, "TabRepo" (AutoML 2024), for the portfolio that is greedy on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from automl_magic.learn.meta.features import FEATURES, Described
from automl_magic.learn.meta.near import Neighbour, neighbours
from automl_magic.learn.meta.store import Outcome, Store
from automl_magic.learn.meta.why import FIRST, QUOTED, UNIT_OF_COST, why

# A table is near within this mean number of standard deviations in each feature.
NEAR, MANY_NEAR = 1.0, 50
STATIC_SHARE, STATIC_SHARE_OF_MANY_NEAR = 0.5, 0.25


@dataclass(frozen=True)
class Ordered:
    """A candidate at its place.

    `gain` is what it should take off the loss of the blend of those before it, in units of the
    middle candidate's loss; `cost` what it should take, in LightGBM's fits. Both are None where no
    known table has it.
    """

    name: str
    gain: float | None
    cost: float | None
    why: str


def order(
    candidates: Iterable[str] | Mapping[str, Any], described: Described, *, store: Store
) -> list[Ordered]:
    """Put candidates in the order in which they are worth being tried.

    Parameters
    ----------
    candidates : names, or mapping by name
        In the order of the plan. The linear model stays first, and what no known table has stays
        where it is.
    described : Described
        The table.
    store : Store
        What is known of others.
    """
    names = list(candidates)
    near = neighbours(described, store)
    costs = {name: cost for name in names if (cost := _cost(name, near, store)) is not None}
    free = [name for name in costs if name != FIRST]
    by_worth, gains = _by_worth(free, [FIRST] if FIRST in costs else [], near, costs)
    places = iter(_blend(free, by_worth, static_share(near)))
    ordered = [next(places) if name in free else name for name in names]
    ordered.sort(key=lambda name: name != FIRST)
    return [
        Ordered(
            name,
            round(gains[name], 4) if name in costs else None,
            round(costs[name], 3) if name in costs else None,
            why(name, costs.get(name), near),
        )
        for name in ordered
    ]


def static_share(near: Sequence[Neighbour]) -> float:
    """Return how much the order of the plan counts, from 0 to 1."""
    many = sum(neighbour.distance <= NEAR for neighbour in near) >= MANY_NEAR
    return STATIC_SHARE_OF_MANY_NEAR if many else STATIC_SHARE


def evidence(described: Described, store: Store) -> dict[str, Any]:
    """Return what an order rests on, in numbers, for the record of the decision."""
    near = neighbours(described, store)
    return {
        "table": dict(zip(FEATURES, described.values, strict=True)),
        "known_tables": len(near),
        "of_them_own": sum(neighbour.is_own for neighbour in near),
        "near": sum(neighbour.distance <= NEAR for neighbour in near),
        "most_similar": [
            {"name": n.entry.name or "(own)", "distance": round(n.distance, 2)}
            for n in near[:QUOTED]
        ],
        "share_of_the_plan": static_share(near),
    }


def _by_worth(
    names: Sequence[str],
    before: Sequence[str],
    near: Sequence[Neighbour],
    costs: Mapping[str, float],
) -> tuple[list[str], dict[str, float]]:
    """Return names in the order of gain for cost, each given those before it, and their gains."""
    tried, left = list(before), list(names)
    gains = {name: _gain(name, [], near) for name in before}
    while left:
        worth = {name: _gain(name, tried, near) for name in left}
        # Of equal worth, the one that the plan has earlier.
        best = max(left, key=lambda name: worth[name] / costs[name])
        gains[best] = worth[best]
        tried.append(best)
        left.remove(best)
    return tried[len(before) :], gains


def _gain(name: str, tried: Sequence[str], near: Sequence[Neighbour]) -> float:
    """Return the mean loss that a candidate takes off the best blend of two of those tried."""
    total = weights = 0.0
    for neighbour in near:
        entry = neighbour.entry
        if name not in entry.outcomes or not neighbour.weight:
            continue
        there = [other for other in tried if other in entry.outcomes]
        so_far = min((entry.loss(a, b) for a in there for b in there), default=math.inf)
        now = min(entry.loss(name, other) for other in (*there, name))
        unit = max(1e-6, median(outcome.loss for outcome in entry.outcomes.values()))
        total += neighbour.weight * max(0.0, min(1.0, so_far / unit) - min(1.0, now / unit))
        weights += neighbour.weight
    return total / weights if weights else 0.0


def _cost(name: str, near: Sequence[Neighbour], store: Store) -> float | None:
    """Return what a candidate should cost, LightGBM being 1; None where no table has it.

    Machines and tables differ in speed: each table's seconds count relative to what its other
    candidates took.
    """
    typical = _typical_costs(store)
    logarithms, weights = [], []
    for neighbour in near:
        entry = neighbour.entry
        if name not in entry.outcomes:
            continue
        speeds = [
            math.log(outcome.seconds / typical[other])
            for other, outcome in entry.outcomes.items()
            if other in typical
        ]
        if speeds:
            logarithms.append(math.log(entry.outcomes[name].seconds) - median(speeds))
            weights.append(neighbour.weight + 1e-6)
    if not weights:
        return None
    return float(np.exp(np.average(logarithms, weights=weights)))


def _typical_costs(store: Store) -> dict[str, float]:
    costs: dict[str, list[float]] = {}
    for entry in store.shipped or store.entries:
        middle = median(outcome.seconds for outcome in entry.outcomes.values())
        unit = entry.outcomes.get(UNIT_OF_COST, Outcome(0.0, middle)).seconds
        for name, outcome in entry.outcomes.items():
            costs.setdefault(name, []).append(outcome.seconds / unit)
    return {name: median(found) for name, found in costs.items()}


def _blend(static: Sequence[str], by_worth: Sequence[str], share: float) -> list[str]:
    def place(name: str) -> float:
        return share * static.index(name) + (1 - share) * by_worth.index(name)

    return sorted(by_worth, key=place)  # of equal places, the one that is worth more
