"""race: which trial runs next, and for how long.

The portfolio first, each candidate until its pooled score settles or its share of the time is used.
Then what the clock has frozen goes on, where it is still among the best; then variations, until the
budget ends. What is left over is always enough for the final fits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl_magic.learn.candidate import BASELINE, BASELINE_VIEW, Candidate, Proposal
from automl_magic.learn.cost import PROBE, memory_bytes, rounds_foreseen, too_large
from automl_magic.learn.growing import Growing, Judge
from automl_magic.learn.opening import choose_folds, choose_order
from automl_magic.learn.pruning import Halving
from automl_magic.learn.strategies import Strategy, most_trials, strategy
from automl_magic.learn.trial import Scored
from automl_magic.learn.warm import Warmup
from automl_magic.learn.words import seconds
from automl_magic.recipe import member
from automl_magic.records import DecisionKind, Trial

if TYPE_CHECKING:
    from automl_magic.learn.trials import Search

# What is thawed may take more: there is less that it could take the time from.
SHARE_OF_THE_THAWED = 0.4
# The final fits are foreseen as those of this many of the best trials, with so many seeds.
EXPECTED_MEMBERS, EXPECTED_SEEDS = 4, 2
LEAST_S = 0.3
# No fit is cut short before this, if there is as much.
FEWEST_S = 1.0


def run(
    search: Search, sampler: str, candidates: Mapping[str, Candidate], max_trials: int | None
) -> None:
    """Run the baseline and then the trials, until something ends the search.

    With a number of trials nothing is chosen by the clock or by earlier searches, so that the same
    call finds the same trials.
    """
    warmup = Warmup(offered.estimator for offered in candidates.values())
    race = _Race(search, max_trials, warmup)
    baseline = Proposal(BASELINE, BASELINE, BASELINE_VIEW, {}, "What is known without any column.")
    try:
        if max_trials is None:
            warmup.wait(PROBE)
            choose_folds(search, candidates)
        search.run(search.grow(baseline), math.inf)
        candidates = choose_order(search, candidates, own=max_trials is None)
        task = search.task
        search.stopped = race.run(strategy(sampler, candidates, task.metric, task.seed))
    except KeyboardInterrupt:
        if not search.scored:
            search.run(search.grow(baseline), math.inf)
        # A second one, in the next cells, is nobody's to catch.
        search.stopped = "interrupt"
    finally:
        race.close()


class _Race:
    def __init__(self, search: Search, max_trials: int | None, warmup: Warmup) -> None:
        self.search, self.max_trials, self.warmup = search, max_trials, warmup
        self.halving = Halving()
        self.frozen: list[Scored] = []
        # The least pooled loss of each trial of a booster: comparable, whatever the metric.
        self.losses: dict[int, float] = {}

    def run(self, chosen: Strategy) -> str | None:
        """Run trials until something ends the search, and return what."""
        search = self.search
        most = most_trials(search.n_rows)
        while True:
            if search.asks_to_stop:
                return "interrupt"
            if self.max_trials is not None and len(search.trials) > self.max_trials:
                return "trials"
            usable_s = self._usable_s()
            if usable_s < LEAST_S:
                self._refuse_the_rest(chosen)
                return "deadline"
            proposal = chosen.propose(search.trials, usable_s)
            listed = proposal is not None and proposal.parent is None
            if not listed and (thawed := self._worth_thawing()) is not None:
                self._thaw(thawed, usable_s)
            elif proposal is None or (not listed and len(search.scored) > most):
                return None
            elif not self._begin(proposal):
                return "deadline"

    def _refuse_the_rest(self, chosen: Strategy) -> None:
        """Write down which candidates were not begun: nobody should miss one without a reason."""
        while (proposal := chosen.propose(self.search.trials, 0.0)) is not None:
            if proposal.parent is not None:
                return
            self.search.refuse(proposal, "Not begun: the time was used before its turn.")

    def close(self) -> None:
        for frozen in self.frozen:
            if frozen.growing is not None:
                frozen.growing.close()

    def _begin(self, proposal: Proposal) -> bool:
        """Run a proposal, or say why not. Return whether there is time for more."""
        search = self.search
        self.warmup.wait(proposal.estimator)
        needed_s = self._single_fits_s(proposal)
        usable_s = self._usable_s()
        if needed_s > usable_s:
            if proposal.parent is not None:
                return False
            search.refuse(
                proposal,
                f"Not begun: it needs about {seconds(needed_s)}; "
                f"{seconds(max(0.0, usable_s))} are left for it.",
            )
            return True
        if reason := too_large(self._memory_bytes(proposal)):
            search.refuse(proposal, f"Not begun: {reason}.")
            return True
        growing = search.grow(proposal)
        found = search.run(
            growing,
            self._until(proposal, usable_s),
            self._judge(proposal),
            keep=member(proposal.estimator).goes_on,
        )
        self._keep(growing, found)
        return True

    def _keep(self, growing: Growing, found: Scored, after: int | None = None) -> None:
        """Remember how far a trial has come, and freeze it where it can go on."""
        if found.trial.score is not None and growing.curve:
            self.losses.pop(-1 if after is None else after, None)
            self.losses[found.trial.number] = growing.best_loss
            if growing.settled:
                self.halving.end(str(found.trial.number if after is None else after))
        if found.growing is not None:
            self.frozen.append(found)
            trial = found.trial
            self.search.decide(
                DecisionKind.TRIAL,
                "frozen",
                f"Its share of the time ended after {found.growing.n_rounds} rounds; it goes on "
                "later if it is still among the best.",
                name=str(trial.number),
                rounds=found.growing.n_rounds,
            )

    def _worth_thawing(self) -> Scored | None:
        """Return the frozen trial that may come furthest, if it may become one of the best."""

        def projected(one: Scored) -> float:
            assert one.growing is not None
            return one.growing.projected_loss(rounds_foreseen(one.trial.params))

        first = min(self.frozen, key=projected, default=None)
        if first is None:
            return None
        reached = sorted(self.losses.values())[:EXPECTED_MEMBERS]
        return first if not reached or projected(first) <= reached[-1] else None

    def _thaw(self, frozen: Scored, usable_s: float) -> None:
        self.frozen.remove(frozen)
        growing, number = frozen.growing, frozen.trial.number
        assert growing is not None
        self.search.decide(
            DecisionKind.TRIAL,
            "thawed",
            "It was still improving, and may come to be one of the best.",
            name=str(number),
        )
        until = self.search.budget.now() + SHARE_OF_THE_THAWED * usable_s
        self._keep(growing, self.search.run(growing, until, after=number, keep=True), number)

    def _judge(self, proposal: Proposal) -> Judge | None:
        key, foreseen = str(len(self.search.trials)), rounds_foreseen(proposal.params)

        def judge(rounds: int, loss: float) -> str | None:
            may_prune = proposal.parent is not None
            return self.halving.report(key, rounds / foreseen, loss, may_prune=may_prune)

        return judge

    def _until(self, proposal: Proposal, usable_s: float) -> float:
        now = self.search.budget.now()
        if self.max_trials is not None:
            return now + usable_s
        # No candidate takes all of the time that is left.
        share = member(proposal.estimator).share_of_time
        share_s = max(share * usable_s, min(0.8 * usable_s, FEWEST_S))
        return now + share_s

    def _usable_s(self) -> float:
        """Return the seconds that a trial may take, so that the final fits still fit."""
        search = self.search
        best = sorted(
            (one for one in search.scored if one.trial.estimator != BASELINE),
            key=lambda one: search.task.metric.loss(_score(one.trial)),
        )[:EXPECTED_MEMBERS]
        usable = search.budget.usable_s(search.final_fits_s(best, EXPECTED_SEEDS))
        # It may become a member itself, and then is fitted again on all rows.
        fits = EXPECTED_SEEDS * search.rows.final_fits / len(search.rows.pairs)
        return usable / (1 + fits)

    def _single_fits_s(self, proposal: Proposal) -> float:
        """Return the seconds of what cannot be cut short: each fold's view and single fit."""
        once = self.search.costs.single_fit_s(proposal)
        return once * math.ceil(len(self.search.rows.pairs) / self.search.task.threads)

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
    return trial.score.score
