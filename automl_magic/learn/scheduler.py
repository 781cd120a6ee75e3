"""scheduler: choose which trial runs next, and for how long.

The portfolio runs first, each candidate until its pooled score converges or its share of the time
is used. Then paused trials that are still among the best resume, and variations follow until the
budget ends. Time for the final fits is always reserved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl_magic.learn.candidate import BASELINE, BASELINE_VIEW, CandidateSpec, Proposal
from automl_magic.learn.cost import PROBE, expected_rounds, memory_bytes, memory_reason
from automl_magic.learn.formatting import format_seconds
from automl_magic.learn.preload import LibraryPreloader
from automl_magic.learn.pruning import SuccessiveHalvingPruner
from automl_magic.learn.search_setup import choose_folds, choose_order
from automl_magic.learn.strategies import SearchStrategy, make_strategy, max_trials_for
from automl_magic.learn.trial import TrialResult
from automl_magic.learn.trial_fit import PruneCheck, TrialFit
from automl_magic.recipe import member
from automl_magic.records import DecisionKind, Trial

if TYPE_CHECKING:
    from automl_magic.learn.trials import Search

# A resumed trial gets a larger share of the time, because fewer trials are still waiting.
RESUMED_SHARE = 0.4
# The final fits are expected to be those of this many of the best trials, with this many seeds.
EXPECTED_MEMBERS, EXPECTED_SEEDS = 4, 2
MIN_TRIAL_S = 0.3
# No fit is cut short before this many seconds if that much time is left.
MIN_FIT_S = 1.0


def run(
    search: Search, sampler: str, candidates: Mapping[str, CandidateSpec], max_trials: int | None
) -> None:
    """Run the baseline and then the trials, until the search stops.

    With `max_trials`, no choice depends on the clock or on earlier searches, so the same call runs
    the same trials.
    """
    warmup = LibraryPreloader(candidate.estimator for candidate in candidates.values())
    scheduler = _Race(search, max_trials, warmup)
    baseline = Proposal(
        BASELINE, BASELINE, BASELINE_VIEW, {}, "The best prediction without any column."
    )
    try:
        if max_trials is None:
            warmup.wait(PROBE)
            choose_folds(search, candidates)
        search.run(search.start_fit(baseline), math.inf)
        candidates = choose_order(search, candidates, own=max_trials is None)
        task = search.task
        search.stopped = scheduler.run(make_strategy(sampler, candidates, task.metric, task.seed))
    except KeyboardInterrupt:
        if not search.results:
            search.run(search.start_fit(baseline), math.inf)
        # A second interrupt, in a later cell, isn't caught.
        search.stopped = "interrupt"
    finally:
        scheduler.close()


class _Race:
    def __init__(self, search: Search, max_trials: int | None, warmup: LibraryPreloader) -> None:
        self.search, self.max_trials, self.warmup = search, max_trials, warmup
        self.pruner = SuccessiveHalvingPruner()
        self.paused: list[TrialResult] = []
        # The lowest pooled loss of each boosting trial: comparable for any metric.
        self.losses: dict[int, float] = {}

    def run(self, strategy: SearchStrategy) -> str | None:
        """Run trials until the search stops, and return why it stopped."""
        search = self.search
        trial_limit = max_trials_for(search.n_rows)
        while True:
            if search.stop_requested:
                return "interrupt"
            if self.max_trials is not None and len(search.trials) > self.max_trials:
                return "trials"
            usable_s = self._usable_s()
            if usable_s < MIN_TRIAL_S:
                self._skip_remaining(strategy)
                return "deadline"
            proposal = strategy.propose(search.trials, usable_s)
            is_planned = proposal is not None and proposal.parent is None
            if not is_planned and (paused := self._worth_resuming()) is not None:
                self._resume(paused, usable_s)
            elif proposal is None or (not is_planned and len(search.results) > trial_limit):
                return None
            elif not self._start(proposal):
                return "deadline"

    def _skip_remaining(self, strategy: SearchStrategy) -> None:
        """Record the candidates that weren't started, with the reason."""
        while (proposal := strategy.propose(self.search.trials, 0.0)) is not None:
            if proposal.parent is not None:
                return
            self.search.skip(proposal, "Not started: the time ran out before its turn.")

    def close(self) -> None:
        for paused in self.paused:
            if paused.fit is not None:
                paused.fit.close()

    def _start(self, proposal: Proposal) -> bool:
        """Run a proposal or skip it with a reason. Return whether there is time for more."""
        search = self.search
        self.warmup.wait(proposal.estimator)
        needed_s = self.search.costs.uncut_s(proposal)
        usable_s = self._usable_s(proposal.view)
        if needed_s > usable_s:
            self.search.needs_s.append(self._total_s(needed_s))
            if proposal.parent is not None:
                return False
            search.skip(
                proposal,
                f"Not started: it needs about {format_seconds(needed_s)}, and "
                f"{format_seconds(max(0.0, usable_s))} are left.",
            )
            return True
        if reason := memory_reason(self._memory_bytes(proposal)):
            search.skip(proposal, f"Not started: {reason}.")
            return True
        fit = search.start_fit(proposal)
        result = search.run(
            fit,
            self._until(proposal, usable_s),
            self._prune_check(proposal),
            keep=member(proposal.estimator).resumable,
        )
        self._record(fit, result)
        return True

    def _record(self, fit: TrialFit, result: TrialResult, after: int | None = None) -> None:
        """Record the loss of a trial, and keep the trial as paused if it can continue."""
        if result.trial.score is not None and fit.loss_curve:
            self.losses.pop(-1 if after is None else after, None)
            self.losses[result.trial.number] = fit.best_loss
            if fit.has_converged:
                self.pruner.end(str(result.trial.number if after is None else after))
        if result.fit is not None:
            self.paused.append(result)
            trial = result.trial
            self.search.log_decision(
                DecisionKind.TRIAL,
                "paused",
                f"Its share of the time ended after {result.fit.n_rounds} rounds. It resumes "
                "later if it's still among the best.",
                name=str(trial.number),
                rounds=result.fit.n_rounds,
            )

    def _worth_resuming(self) -> TrialResult | None:
        """Return the paused trial with the lowest projected loss, if it could join the best."""

        def projected(result: TrialResult) -> float:
            assert result.fit is not None
            return result.fit.projected_loss(expected_rounds(result.trial.params))

        first = min(self.paused, key=projected, default=None)
        if first is None:
            return None
        best_losses = sorted(self.losses.values())[:EXPECTED_MEMBERS]
        return first if not best_losses or projected(first) <= best_losses[-1] else None

    def _resume(self, paused: TrialResult, usable_s: float) -> None:
        self.paused.remove(paused)
        fit, number = paused.fit, paused.trial.number
        assert fit is not None
        self.search.log_decision(
            DecisionKind.TRIAL,
            "resumed",
            "It was still improving and could become one of the best.",
            name=str(number),
        )
        until = self.search.budget.now() + RESUMED_SHARE * usable_s
        self._record(fit, self.search.run(fit, until, after=number, keep=True), number)

    def _prune_check(self, proposal: Proposal) -> PruneCheck | None:
        key, expected = str(len(self.search.trials)), expected_rounds(proposal.params)

        def check(rounds: int, loss: float) -> str | None:
            may_prune = proposal.parent is not None
            return self.pruner.report(key, rounds / expected, loss, may_prune=may_prune)

        return check

    def _until(self, proposal: Proposal, usable_s: float) -> float:
        now = self.search.budget.now()
        if self.max_trials is not None:
            return now + usable_s
        # No candidate gets all of the remaining time.
        share = member(proposal.estimator).time_share
        share_s = max(share * usable_s, min(0.8 * usable_s, MIN_FIT_S))
        return now + share_s

    def _usable_s(self, view: str | None = None) -> float:
        """Return the seconds that a trial can take without using time for the final fits.

        With a view, its final fits are included if none of the best trials has it.
        """
        search = self.search
        best = sorted(
            (result for result in search.results if result.trial.estimator != BASELINE),
            key=lambda result: search.task.metric.loss(_score(result.trial)),
        )[:EXPECTED_MEMBERS]
        usable_s = search.budget.usable_s(search.final_fits_s(best, EXPECTED_SEEDS))
        if view is not None and view not in {result.trial.view for result in best}:
            usable_s -= search.final_view_s(view)
        return usable_s / (1 + self._refits)

    @property
    def _refits(self) -> float:
        """The fits after the search per fold of a trial, which could become a member."""
        rows = self.search.rows
        return EXPECTED_SEEDS * rows.final_fits / len(rows.pairs)

    def _total_s(self, needed_s: float) -> float:
        """Return the budget with which a trial that needs this many seconds could have started."""
        budget = self.search.budget
        return budget.elapsed_s + budget.reserved_s + needed_s * (1 + self._refits)

    def _memory_bytes(self, proposal: Proposal) -> int:
        search = self.search
        rows = search.matrices.n_train_rows
        cells = rows * search.matrices.n_columns(proposal.view)
        folds = len(search.rows.pairs)
        return folds * memory_bytes(
            proposal.estimator, proposal.params, search.task, cells=cells, rows=rows
        )


def _score(trial: Trial) -> float:
    assert trial.score is not None
    return trial.score.value
