"""why: the evidence for a candidate's place, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from automl_magic.learn.meta.near import Neighbour

FIRST, UNIT_OF_COST = "linear", "lightgbm"
QUOTED = 5
_RANKS = ("best", "second best", "third best")


def why(name: str, cost: float | None, near: Sequence[Neighbour]) -> str:
    """Say how a candidate did on the most similar of the known tables that have it."""
    if name == FIRST:
        return "The simplest model comes first: what follows has to be better."
    with_it = [neighbour for neighbour in near if name in neighbour.entry.outcomes][:QUOTED]
    if not with_it or cost is None:
        return "No known table has it: it keeps its place in the plan."
    ranks = [
        sum(other.loss < n.entry.outcomes[name].loss for other in n.entry.outcomes.values())
        for n in with_it
    ]
    return f"{_tables(with_it, len(near))} it was {_ranked(ranks, with_it)}{_at_cost(name, cost)}."


def _tables(quoted: Sequence[Neighbour], n_known: int) -> str:
    n_own = sum(neighbour.is_own for neighbour in quoted)
    own = f" ({n_own} of them your own)" if n_own else ""
    if len(quoted) == 1:
        return f"On the most similar of {n_known} known tables{own}"
    return f"On the {len(quoted)} most similar of {n_known} known tables{own}"


def _ranked(ranks: Sequence[int], quoted: Sequence[Neighbour]) -> str:
    middle = int(median(ranks))
    of = max(len(neighbour.entry.outcomes) for neighbour in quoted)
    place = _RANKS[middle] if middle < len(_RANKS) else f"number {middle + 1}"
    typically = "typically " if len(ranks) > 1 else ""
    return f"{typically}{place} of {of}"


def _at_cost(name: str, cost: float) -> str:
    if name == UNIT_OF_COST:
        return ""
    return (
        f", at {cost:.2g} of LightGBM's cost"
        if cost < 1
        else f", at {cost:.2g} times LightGBM's cost"
    )
