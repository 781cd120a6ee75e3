"""Pruning: give a variation up early, by its learning curve."""

from __future__ import annotations

import math

# Curves are compared at these shares of the rounds that are foreseen. A trial that has done nearly
# all of its rounds is kept: it is paid for, and a blend may still want it.
ETA = 3
RUNGS = (1 / ETA**2, 1 / ETA)
FEWEST_OTHERS = 3
# A curve that begins further beyond a rung than this says nothing about it.
LATEST_BEGINNING = 1.5


class Halving:
    """Asynchronous successive halving on learning curves.

    A trial goes on past a rung if it is among the best third of those that have been there (Li et
    al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020). Every curve is the
    loss of one metric on the same rows, and a rung is a share of the rounds that a learning rate
    needs, so boosters of all libraries share the rungs.

    Optuna's pruners compare at whole steps, which trials in chunks of rounds do not have in common,
    and cannot learn from a trial without judging it; so this one is ours.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}
        self._rungs: dict[float, dict[str, float]] = {rung: {} for rung in RUNGS}

    def report(self, key: str, share: float, loss: float, *, may_prune: bool = True) -> str | None:
        """Note a point of a learning curve; return why the trial should end here, or None.

        Parameters
        ----------
        key
            Of the trial: the same for all its points, and no other trial's.
        share
            The rounds so far, divided by the rounds that are foreseen. May exceed 1.
        loss
            Of the pooled out-of-fold predictions after these rounds.
        may_prune
            False for a trial that others are compared with but that is not to be given up.
        """
        loss = loss if math.isfinite(loss) else math.inf
        before, now = self._last.get(key), (share, loss)
        if before is not None:
            now = (share, min(before[1], loss))  # early stopping goes back to the best round
        self._last[key] = now
        for rung in RUNGS:
            at_rung = _loss_at(rung, before, now)
            if at_rung is None or key in self._rungs[rung]:
                continue
            self._rungs[rung][key] = at_rung
            if may_prune and (reason := self._verdict(rung, key)):
                return reason
        return None

    def end(self, key: str) -> None:
        """Note that early stopping ended a trial: its best loss stands for the later rungs."""
        share, best = self._last.get(key, (math.inf, math.inf))
        for rung, losses in self._rungs.items():
            if rung > share:
                losses[key] = best

    def _verdict(self, rung: float, key: str) -> str | None:
        losses = self._rungs[rung]
        place = 1 + sum(loss < losses[key] for loss in losses.values())
        if len(losses) <= FEWEST_OTHERS or place <= math.ceil(len(losses) / ETA):
            return None
        return (
            f"Given up after {rung:.0%} of the rounds foreseen: number {place} of the "
            f"{len(losses)} trials that came so far, and the best third goes on."
        )


def _loss_at(
    rung: float, before: tuple[float, float] | None, now: tuple[float, float]
) -> float | None:
    """Return the loss at a rung that a curve has just passed, on a line between two points."""
    if now[0] < rung:
        return None
    if before is None:
        return now[1] if now[0] <= LATEST_BEGINNING * rung else None
    if before[0] >= rung:
        return None
    if not math.isfinite(before[1]):
        return now[1]
    part = (rung - before[0]) / (now[0] - before[0])
    return before[1] + part * (now[1] - before[1])
