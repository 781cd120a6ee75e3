"""why: explain a candidate's position in the order in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from automl_magic.learn.meta.neighbours import Neighbour

FIRST, UNIT_OF_COST = "linear", "lightgbm"
QUOTED = 5
_RANKS = ("best", "second best", "third best")


def order_reason(name: str, cost: float | None, neighbours: Sequence[Neighbour]) -> str:
    """Return how a candidate ranked on the most similar known tables that tried it."""
    if name == FIRST:
        return "The simplest model comes first, as a baseline for the others."
    with_it = [neighbour for neighbour in neighbours if name in neighbour.entry.results][:QUOTED]
    if not with_it or cost is None:
        return "No known table has results for it, so it keeps its position in the plan."
    ranks = [
        sum(result.loss < n.entry.results[name].loss for result in n.entry.results.values())
        for n in with_it
    ]
    tables = _tables(with_it, len(neighbours))
    return f"{tables}, it was {_ranked(ranks, with_it)}{_at_cost(name, cost)}."


def _tables(quoted: Sequence[Neighbour], n_known: int) -> str:
    n_own = sum(neighbour.is_own for neighbour in quoted)
    own = f" ({n_own} of them your own)" if n_own else ""
    if len(quoted) == 1:
        return f"On the most similar of {n_known} known tables{own}"
    return f"On the {len(quoted)} most similar of {n_known} known tables{own}"


def _ranked(ranks: Sequence[int], quoted: Sequence[Neighbour]) -> str:
    median_rank = int(median(ranks))
    n_candidates = max(len(neighbour.entry.results) for neighbour in quoted)
    rank = _RANKS[median_rank] if median_rank < len(_RANKS) else f"number {median_rank + 1}"
    typically = "typically " if len(ranks) > 1 else ""
    return f"{typically}{rank} of {n_candidates}"


def _at_cost(name: str, cost: float) -> str:
    if name == UNIT_OF_COST:
        return ""
    return (
        f", at {cost:.2g} of LightGBM's cost"
        if cost < 1
        else f", at {cost:.2g} times LightGBM's cost"
    )
