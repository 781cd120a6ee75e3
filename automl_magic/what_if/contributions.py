"""The contribution of each change to the output: its Shapley value, exact for few changes.

A Shapley value is the mean effect of a change over all orders of the changes (Shapley, *A Value for
n-Person Games*, 1953). The values add up to the total difference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Row = Mapping[str, object]
# At most 2 ** EXACT predictions. With more changes, ORDERS random orders are sampled.
MAX_EXACT = 6
ORDERS = 24


def shapley_contributions(
    output: Callable[[Row], float],
    before: Row,
    after: Row,
    changed: Sequence[str],
    *,
    seed: int = 0,
) -> dict[str, float]:
    """Return the contribution of each changed column to the output of a row.

    Parameters
    ----------
    output : callable
        The model's output for a row: a probability, or a value.
    before, after : mapping
        The original and the changed row.
    changed : sequence of str
        The columns that differ.
    seed : int
        The seed of the random orders, for more than `MAX_EXACT` changes.
    """
    cache: dict[frozenset[str], float] = {}

    def with_changes(subset: frozenset[str]) -> float:
        if subset not in cache:
            cache[subset] = output({**before, **{name: after[name] for name in subset}})
        return cache[subset]

    if len(changed) <= MAX_EXACT:
        return {name: _exact(with_changes, name, changed) for name in changed}
    totals = dict.fromkeys(changed, 0.0)
    draw = np.random.default_rng(seed)
    for _ in range(ORDERS):
        subset = frozenset[str]()
        for i in draw.permutation(len(changed)):
            name = changed[i]
            totals[name] += with_changes(subset | {name}) - with_changes(subset)
            subset |= {name}
    return {name: total / ORDERS for name, total in totals.items()}


def _exact(
    with_changes: Callable[[frozenset[str]], float], name: str, changed: Sequence[str]
) -> float:
    others = [column for column in changed if column != name]
    total = 0.0
    for size in range(len(others) + 1):
        weight = (
            math.factorial(size)
            * math.factorial(len(others) - size)
            / math.factorial(len(others) + 1)
        )
        for subset in itertools.combinations(others, size):
            without = frozenset(subset)
            total += weight * (with_changes(without | {name}) - with_changes(without))
    return total
