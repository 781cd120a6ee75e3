"""Cross-validation: a proposal is fitted on each fold, with early stopping and within its time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import BASELINE, Proposal
from automl_magic.learn.matrices import FoldMatrices, FoldMatrix
from automl_magic.learn.trial import FoldResults, Scored
from automl_magic.learn.words import first_line, seconds
from automl_magic.recipe import Watch, member
from automl_magic.records import Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

MOST_ROUNDS = 5_000
# What cannot be told to stop at an instant has to be foreseen; below so many rows it is quick.
HAS_NO_DEADLINE, QUICK_ROWS, SAMPLES = ("linear",), 5_000, (250, 1_000)
USES_NO_THREADS = (BASELINE, "linear")
# Cells of a training matrix up to which a fold gets one thread.
SMALL_CELLS = 1_000_000
# A fold with the rounds of a first one that was cut short may be this much slower.
MOST_SLOWER = 1.5


@dataclass(frozen=True)
class Allowance:
    """The time a trial has. `share_s` is for its fits, which are cut short where they can be.

    From the instant `latest` of `time.monotonic()` on no fold begins, and a trial that would need
    to is pruned.
    """

    share_s: float = math.inf
    latest: float = math.inf


@dataclass(frozen=True)
class FoldLimits:
    """What one fold may take. `most_rounds` is None where only early stopping bounds them."""

    most_s: float
    most_rounds: int | None


@dataclass(frozen=True)
class CancellableWatch(Watch):
    """A watch that another thread can end: an interrupt reaches the main thread alone."""

    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        return self.cancelled.is_set() or super().is_over


class Stopped(Exception):
    """A trial ends before its last fold: by the clock, by a rule, or by a person."""


@dataclass
class CrossValidation:
    """The folds on which proposals are fitted, and how.

    `stop` is asked before each fold; what it returns, if not None, ends the trial as its reason.
    """

    task: Task
    rows: SplitRows
    matrices: FoldMatrices
    patience: int
    stop: Callable[[], str | None] = field(default=lambda: None)

    def __post_init__(self) -> None:
        self.y = self.task.y[self.rows.development]
        self.pairs = self.rows.pairs
        self._foreseen: dict[tuple[str, str], float] = {}

    def first_fold_s(self, proposal: Proposal) -> float:
        """Return the seconds of the first fold that cannot be cut short, before it is begun.

        These are the view, if it is new, and a fit without a deadline. They are measured on two
        samples of the rows, and the line through them is followed to all rows. A proposal that
        cannot be measured costs nothing: it will fail at once.
        """
        fits = proposal.estimator in HAS_NO_DEADLINE
        n_rows = len(self.pairs[0][0])
        is_known = not self.matrices.is_new(proposal.view) and not fits
        if proposal.estimator == BASELINE or n_rows <= QUICK_ROWS or is_known:
            return 0.0
        key = (proposal.view, proposal.estimator if fits else "")
        if key not in self._foreseen:
            self._foreseen[key] = self._foresee(proposal, n_rows, fits=fits)
        return self._foreseen[key]

    def _foresee(self, proposal: Proposal, n_rows: int, *, fits: bool) -> float:
        try:
            self._sample_s(proposal, SAMPLES[0], fits=fits)  # what is only slow the first time
            (few, few_s), (more, more_s) = (
                (rows, self._sample_s(proposal, rows, fits=fits)) for rows in SAMPLES
            )
        except Exception:  # noqa: BLE001 - `run` meets the same error, and records it
            return 0.0
        return more_s + max(0.0, more_s - few_s) / (more - few) * (n_rows - more)

    def _sample_s(self, proposal: Proposal, rows: int, *, fits: bool) -> float:
        started = time.monotonic()
        matrix, y = self.matrices.sample(proposal.view, rows)
        if fits:
            self._fit(proposal, matrix, y, None, None, threads=self.task.threads)
        return time.monotonic() - started

    def run(
        self,
        proposal: Proposal,
        number: int,
        allowance: Allowance,
        prune: Callable[[Sequence[float]], str | None] | None = None,
    ) -> Scored:
        """Fit a proposal on each fold.

        Whatever a candidate raises makes a failed trial; what the baseline raises is raised: it
        concerns the target or the metric, and so the whole search.

        Parameters
        ----------
        prune : callable, optional
            Asked before the last folds, with the scores of the folds so far; what it returns, if
            not None, ends the trial as its reason.

        Raises
        ------
        KeyboardInterrupt
            With the pruned trial as its argument.
        """
        found = self._results(proposal, number)
        try:
            member(proposal.estimator)  # imports its library, which is not the first fold's time
            while found.done < len(self.pairs):
                self._check_time(found, allowance)
                if prune and found.done and (reason := prune(found.scores(None))):
                    return found.ended(TrialState.PRUNED, reason)
                self._run_folds(found, lambda width: self._limits(found, allowance, width))
            return found.scored()
        except Stopped as stopped:
            return found.ended(TrialState.PRUNED, str(stopped))
        except KeyboardInterrupt as interrupt:
            done = f"Interrupted after {found.done} of {len(self.pairs)} folds."
            raise KeyboardInterrupt(found.ended(TrialState.PRUNED, done)) from interrupt
        except Exception as error:
            if proposal.estimator == BASELINE:
                raise
            return found.ended(TrialState.FAIL, first_line(error))

    def repeat(self, trial: Trial) -> Scored:
        """Fit a recorded trial again, with its iteration counts instead of early stopping."""
        proposal = Proposal(
            trial.candidate, trial.estimator, trial.view, trial.params, trial.reason
        )
        found = self._results(proposal, trial.number)
        while found.done < len(self.pairs):
            self._run_folds(found, None, trial.fold_iterations)
        return found.scored()

    def _results(self, proposal: Proposal, number: int) -> FoldResults:
        return FoldResults(proposal, number, self.task.metric.name, self.rows, self.y)

    def _check_time(self, found: FoldResults, allowance: Allowance) -> None:
        if reason := self.stop():
            raise Stopped(f"{reason} after {found.done} of {len(self.pairs)} folds.")
        if not found.done:
            return
        proposal, left = found.proposal, allowance.latest - time.monotonic()
        needed = self.matrices.expected_s(proposal.view) if proposal.estimator != BASELINE else 0.0
        if proposal.estimator in HAS_NO_DEADLINE:
            needed += (len(self.pairs) - found.done) * found.mean_s
        if left < needed:
            raise Stopped(
                f"{found.done} of {len(self.pairs)} folds took {seconds(sum(found.fit_s))}; "
                f"{seconds(max(0.0, left))} were left for the others."
            )

    def _limits(self, found: FoldResults, allowance: Allowance, width: int) -> FoldLimits:
        """Return how long each of the next folds may take, and with how many rounds.

        A first fold that was cut short says the rounds for all: models that stopped at different
        places are not on one scale, and their pooled predictions rank rows of different folds
        wrongly.
        """
        part_s = allowance.share_s * width / len(self.pairs)
        if found.done and found.fit_s[0] >= part_s and found.rounds[0] is not None:
            return FoldLimits(MOST_SLOWER * part_s, found.rounds[0])
        unused_s = allowance.share_s * width - sum(found.fit_s)
        return FoldLimits(max(part_s, unused_s / (len(self.pairs) - found.done)), None)

    def _run_folds(
        self,
        found: FoldResults,
        limits: Callable[[int], FoldLimits] | None,
        recorded: Sequence[int] = (),
    ) -> None:
        """Fit the next folds: side by side in one thread each, or one in all threads."""
        proposal, first = found.proposal, found.done
        matrix = self._matrix(proposal, first)
        width = self._width(proposal, matrix)
        folds = range(first, min(first + width, len(self.pairs)))
        matrices = [matrix, *(self._matrix(proposal, fold) for fold in folds[1:])]
        at_most = limits(width) if limits else None
        cancelled = threading.Event()
        is_alone = width == 1 and proposal.estimator not in USES_NO_THREADS
        found.threads = self.task.threads if is_alone else 1

        def fit(fold: int) -> tuple[Any, int | None, float]:
            asked = recorded[fold] if recorded else at_most.most_rounds if at_most else None
            predicted, rounds, fit_s = self._run_fold(
                proposal,
                fold,
                matrices[fold - first],
                self._watch(fold, matrices[fold - first], at_most, cancelled),
                asked,
                threads=found.threads,
            )
            # A forest that was asked for fewer trees, and grew them all, names no number.
            return predicted, asked if rounds is None else rounds, fit_s

        if width == 1:
            results = [fit(first)]
        else:
            with ThreadPoolExecutor(width, thread_name_prefix="automl-fold") as pool:
                try:
                    results = list(pool.map(fit, folds))
                except BaseException:
                    cancelled.set()  # or the pool would wait for the other fits to end
                    raise
        for fold, (predicted, rounds, fit_s) in zip(folds, results, strict=True):
            found.add(predicted, self.pairs[fold][1], rounds, fit_s)

    def _width(self, proposal: Proposal, matrix: FoldMatrix) -> int:
        """Return how many folds are fitted at once.

        On small matrices threads mostly wait for each other, and a fold in each of them is done
        sooner. The rule looks at nothing but sizes, so that a replay follows it too.
        """
        is_small = matrix.train.size <= SMALL_CELLS
        return self.task.threads if is_small and proposal.estimator not in USES_NO_THREADS else 1

    def _watch(
        self,
        fold: int,
        matrix: FoldMatrix,
        limits: FoldLimits | None,
        cancelled: threading.Event,
    ) -> Watch | None:
        if limits is None:
            return None
        deadline = None if math.isinf(limits.most_s) else time.monotonic() + limits.most_s
        y = self.y[self.pairs[fold][1]]
        return CancellableWatch(matrix.validation, y, self.patience, deadline, cancelled)

    def _run_fold(
        self,
        proposal: Proposal,
        fold: int,
        matrix: FoldMatrix,
        watch: Watch | None,
        rounds: int | None,
        *,
        threads: int,
    ) -> tuple[Any, int | None, float]:
        started = time.monotonic()
        y = self.y[self.pairs[fold][0]]
        model, n_rounds = self._fit(proposal, matrix, y, watch, rounds, threads=threads)
        predicted = member(proposal.estimator).predict(model, matrix.validation)
        return predicted, n_rounds, time.monotonic() - started

    def _matrix(self, proposal: Proposal, fold: int) -> FoldMatrix:
        if proposal.estimator != BASELINE:
            return self.matrices.fold(proposal.view, fold)
        train, validation = self.pairs[fold]
        return FoldMatrix(np.empty((len(train), 0)), np.empty((len(validation), 0)), ())

    def _fit(
        self,
        proposal: Proposal,
        matrix: FoldMatrix,
        y: Any,
        watch: Watch | None,
        rounds: int | None,
        *,
        threads: int,
    ) -> tuple[Any, int | None]:
        found = member(proposal.estimator)
        if rounds is None and found.has_iterations:
            rounds = MOST_ROUNDS
        return found.fit(
            proposal.params,
            matrix.train,
            y,
            task=self.task.kind,
            n_classes=self.task.n_classes,
            categorical=matrix.categorical,
            n_iterations=rounds,
            class_weight=self.task.class_weight,
            seed=self.task.seed,
            threads=threads,
            watch=watch,
        )
