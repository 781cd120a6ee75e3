"""Pruning: stop a variation early by its learning curve."""

from __future__ import annotations

import math

# Curves are compared at these shares of the expected rounds. A trial that has done nearly all of
# its rounds is kept: it costs little more, and a blend could still use it.
ETA = 3
RUNGS = (1 / ETA**2, 1 / ETA)
MIN_OTHER_TRIALS = 3
# A curve whose first point is further beyond a rung than this has no loss at the rung.
MAX_FIRST_POINT = 1.5


class SuccessiveHalvingPruner:
    """Asynchronous successive halving on learning curves.

    A trial continues past a rung if it's among the best third of those that reached it (Li et al.,
    A System for Massively Parallel Hyperparameter Tuning, MLSys 2020). Every curve is the loss of
    one metric on the same rows, and a rung is a share of the rounds that a learning rate needs, so
    the boosters of all libraries share the rungs.

    Optuna's pruners don't fit here. They compare at integer steps, which trials in chunks of rounds
    don't share, and they can't learn from a trial without pruning it.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}
        self._rungs: dict[float, dict[str, float]] = {rung: {} for rung in RUNGS}

    def report(self, key: str, share: float, loss: float, *, may_prune: bool = True) -> str | None:
        """Add a point of a learning curve. Return why the trial should stop here, or None.

        Parameters
        ----------
        key : str
            Identifies the trial.
        share : float
            The rounds so far, divided by the expected rounds. Can exceed 1.
        loss : float
            The loss of the pooled out-of-fold predictions after these rounds.
        may_prune : bool
            False for a trial that others are compared with but that must not be pruned.
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
            if may_prune and (reason := self._prune_reason(rung, key)):
                return reason
        return None

    def end(self, key: str) -> None:
        """Use the best loss of a trial that early stopping ended for the later rungs."""
        share, best = self._last.get(key, (math.inf, math.inf))
        for rung, losses in self._rungs.items():
            if rung > share:
                losses[key] = best

    def _prune_reason(self, rung: float, key: str) -> str | None:
        losses = self._rungs[rung]
        rank = 1 + sum(loss < losses[key] for loss in losses.values())
        if len(losses) <= MIN_OTHER_TRIALS or rank <= math.ceil(len(losses) / ETA):
            return None
        return (
            f"Stopped after {rung:.0%} of the expected rounds: rank {rank} of the {len(losses)} "
            "trials that reached this point. Only the best third continues."
        )


def _loss_at(
    rung: float, before: tuple[float, float] | None, now: tuple[float, float]
) -> float | None:
    """Return the loss at a rung that a curve just passed, interpolated between two points."""
    if now[0] < rung:
        return None
    if before is None:
        return now[1] if now[0] <= MAX_FIRST_POINT * rung else None
    if before[0] >= rung:
        return None
    if not math.isfinite(before[1]):
        return now[1]
    part = (rung - before[0]) / (now[0] - before[0])
    return before[1] + part * (now[1] - before[1])
