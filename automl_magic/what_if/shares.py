"""What each of some changes adds to the output: its Shapley value, exact while they are few.

A change is worth what it adds on average, over all orders in which the changes could be made
(Shapley, *A Value for n-Person Games*, 1953). All worths add up to the whole difference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Row = Mapping[str, Any]
# 2 ** EXACT predictions at most; beyond it, as many orders are drawn.
EXACT = 6
ORDERS = 24


def shares(
    output: Callable[[Row], float],
    before: Row,
    after: Row,
    changed: Sequence[str],
    *,
    seed: int = 0,
) -> dict[str, float]:
    """Return what each changed column adds to the output of a row, by column.

    Parameters
    ----------
    output : callable
        The model's output for a row: a probability, or a value.
    before, after : mapping
        The row as it was and as it is now.
    changed : sequence of str
        The columns in which they differ.
    seed : int
        Of the orders that are drawn where there are more than `EXACT` changes.
    """
    known: dict[frozenset[str], float] = {}

    def with_changes(made: frozenset[str]) -> float:
        if made not in known:
            known[made] = output({**before, **{name: after[name] for name in made}})
        return known[made]

    if len(changed) <= EXACT:
        return {name: _exact(with_changes, name, changed) for name in changed}
    totals = dict.fromkeys(changed, 0.0)
    draw = np.random.default_rng(seed)
    for _ in range(ORDERS):
        made = frozenset[str]()
        for i in draw.permutation(len(changed)):
            name = changed[i]
            totals[name] += with_changes(made | {name}) - with_changes(made)
            made |= {name}
    return {name: total / ORDERS for name, total in totals.items()}


def _exact(
    with_changes: Callable[[frozenset[str]], float], name: str, changed: Sequence[str]
) -> float:
    others = [other for other in changed if other != name]
    total = 0.0
    for size in range(len(others) + 1):
        weight = (
            math.factorial(size)
            * math.factorial(len(others) - size)
            / math.factorial(len(others) + 1)
        )
        for made in itertools.combinations(others, size):
            without = frozenset(made)
            total += weight * (with_changes(without | {name}) - with_changes(without))
    return total
