"""order: rank candidates by their gain per second on similar tables.

The gain of a candidate is the decrease in the loss of the blend of those before it, on the most
similar known tables. If few known tables are close, this counts half, and the order of the plan
counts the other half.

References
----------
Feurer et al., "Efficient and Robust Automated Machine Learning" (NeurIPS 2015), for the nearest
tables. Salinas and Erickson, "TabRepo" (AutoML 2024), for the greedy portfolio.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from automl_magic.learn.meta.features import FEATURES, MetaFeatures
from automl_magic.learn.meta.neighbours import Neighbour, find_neighbours
from automl_magic.learn.meta.store import CandidateResult, MetaStore
from automl_magic.learn.meta.why import FIRST, QUOTED, UNIT_OF_COST, order_reason

# A table is close if it's within this mean number of standard deviations per feature.
NEAR, MANY_NEAR = 1.0, 50
STATIC_SHARE, STATIC_SHARE_OF_MANY_NEAR = 0.5, 0.25


@dataclass(frozen=True)
class RankedCandidate:
    """A candidate with its expected gain and cost.

    `gain` is the expected decrease in the loss of the blend of those before it, in units of the
    median candidate's loss. `cost` is the expected time, in LightGBM fits. Both are None if no
    known table has results for it.
    """

    name: str
    gain: float | None
    cost: float | None
    why: str


def order_candidates(
    candidates: Iterable[str] | Mapping[str, object], described: MetaFeatures, *, store: MetaStore
) -> list[RankedCandidate]:
    """Return candidates in the order in which to try them.

    Parameters
    ----------
    candidates : names, or mapping by name
        In the order of the plan. The linear model stays first, and candidates without results on
        known tables keep their position.
    described : Described
        The meta-features of the table.
    store : Store
        The known tables.
    """
    names = list(candidates)
    nearest = find_neighbours(described, store)
    costs = {name: cost for name in names if (cost := _cost(name, nearest, store)) is not None}
    movable = [name for name in costs if name != FIRST]
    by_value, gains = _by_value(movable, [FIRST] if FIRST in costs else [], nearest, costs)
    next_movable = iter(_blend(movable, by_value, plan_share(nearest)))
    ordered = [next(next_movable) if name in movable else name for name in names]
    ordered.sort(key=lambda name: name != FIRST)
    return [
        RankedCandidate(
            name,
            round(gains[name], 4) if name in costs else None,
            round(costs[name], 3) if name in costs else None,
            order_reason(name, costs.get(name), nearest),
        )
        for name in ordered
    ]


def plan_share(nearest: Sequence[Neighbour]) -> float:
    """Return the weight of the plan's order, from 0 to 1."""
    has_many = sum(neighbour.distance <= NEAR for neighbour in nearest) >= MANY_NEAR
    return STATIC_SHARE_OF_MANY_NEAR if has_many else STATIC_SHARE


def order_evidence(described: MetaFeatures, store: MetaStore) -> dict[str, object]:
    """Return the numbers behind an order, to log with the decision."""
    nearest = find_neighbours(described, store)
    return {
        "table": dict(zip(FEATURES, described.values, strict=True)),
        "known_tables": len(nearest),
        "of_them_own": sum(neighbour.is_own for neighbour in nearest),
        "near": sum(neighbour.distance <= NEAR for neighbour in nearest),
        "most_similar": [
            {"name": n.entry.name or "(own)", "distance": round(n.distance, 2)}
            for n in nearest[:QUOTED]
        ],
        "share_of_the_plan": plan_share(nearest),
    }


def _by_value(
    names: Sequence[str],
    before: Sequence[str],
    nearest: Sequence[Neighbour],
    costs: Mapping[str, float],
) -> tuple[list[str], dict[str, float]]:
    """Return names by gain per cost, each given those before it, and their gains."""
    ordered, remaining = list(before), list(names)
    gains = {name: _gain(name, [], nearest) for name in before}
    while remaining:
        next_gains = {name: _gain(name, ordered, nearest) for name in remaining}
        # Ties keep the order of the plan.
        best = max(remaining, key=lambda name: next_gains[name] / costs[name])
        gains[best] = next_gains[best]
        ordered.append(best)
        remaining.remove(best)
    return ordered[len(before) :], gains


def _gain(name: str, before: Sequence[str], nearest: Sequence[Neighbour]) -> float:
    """Return the mean decrease in the loss of the best blend of two that a candidate brings."""
    total = weights = 0.0
    for neighbour in nearest:
        entry = neighbour.entry
        if name not in entry.results or not neighbour.weight:
            continue
        earlier = [candidate for candidate in before if candidate in entry.results]
        loss_before = min((entry.loss(a, b) for a in earlier for b in earlier), default=math.inf)
        loss_after = min(entry.loss(name, candidate) for candidate in (*earlier, name))
        unit = max(1e-6, median(result.loss for result in entry.results.values()))
        decrease = min(1.0, loss_before / unit) - min(1.0, loss_after / unit)
        total += neighbour.weight * max(0.0, decrease)
        weights += neighbour.weight
    return total / weights if weights else 0.0


def _cost(name: str, nearest: Sequence[Neighbour], store: MetaStore) -> float | None:
    """Return the expected cost of a candidate (LightGBM is 1), or None if no table has it.

    Machines and tables differ in speed, so the seconds on each table count relative to those of
    its other candidates.
    """
    typical = _typical_costs(store)
    log_costs, weights = [], []
    for neighbour in nearest:
        entry = neighbour.entry
        if name not in entry.results:
            continue
        speeds = [
            math.log(result.seconds / typical[candidate])
            for candidate, result in entry.results.items()
            if candidate in typical
        ]
        if speeds:
            log_costs.append(math.log(entry.results[name].seconds) - median(speeds))
            weights.append(neighbour.weight + 1e-6)
    if not weights:
        return None
    return float(np.exp(np.average(log_costs, weights=weights)))


def _typical_costs(store: MetaStore) -> dict[str, float]:
    costs: dict[str, list[float]] = {}
    for entry in store.shipped or store.entries:
        median_s = median(result.seconds for result in entry.results.values())
        unit = entry.results.get(UNIT_OF_COST, CandidateResult(0.0, median_s)).seconds
        for name, result in entry.results.items():
            costs.setdefault(name, []).append(result.seconds / unit)
    return {name: median(values) for name, values in costs.items()}


def _blend(planned: Sequence[str], by_value: Sequence[str], share: float) -> list[str]:
    def position(name: str) -> float:
        return share * planned.index(name) + (1 - share) * by_value.index(name)

    return sorted(by_value, key=position)  # ties keep the order by value
