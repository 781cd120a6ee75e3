"""opening: what a search chooses before its first trial: how many folds, and which order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.learn import meta
from automl_magic.learn.candidate import BASELINE_VIEW, Candidate
from automl_magic.learn.cost import PORTFOLIO_SHARE
from automl_magic.recipe import take
from automl_magic.records import DecisionKind

if TYPE_CHECKING:
    from automl_magic.learn.trials import Search

# A fold with fewer rows than this is too noisy a judge to save time on.
FEWEST_VALIDATED_ROWS = 2_000
# The view without gaps: landmarks need one.
DESCRIBED_VIEW = "dense"


def choose_folds(search: Search, candidates: Mapping[str, Candidate]) -> None:
    """Use as many of the folds as the portfolio can be tried on in its part of the time."""
    rows = search.rows
    made = len(rows.pairs)
    affordable = search.costs.affordable_folds(candidates, search.budget.left_s)
    by_rows = math.ceil(FEWEST_VALIDATED_ROWS * rows.split.folds / len(rows.development))
    least = min(by_rows, rows.split.folds)
    rows.use(max(1, least, math.floor(min(affordable, made))))
    search.matrices.divide()
    used = len(rows.pairs)
    why = (
        f"Trying the portfolio on one fold should take {PORTFOLIO_SHARE / affordable:.0%} of "
        f"the time, and {PORTFOLIO_SHARE:.0%} of it are meant for that."
    )
    search.decide(
        DecisionKind.FOLDS, f"{used} of {made}", why, affordable=round(min(affordable, 999), 1)
    )
    if used < made:
        print(f"{used} of {made} folds are fitted. {why}", flush=True)


def choose_order(
    search: Search, candidates: Mapping[str, Candidate], *, own: bool
) -> dict[str, Candidate]:
    """Return the candidates in the order in which they are worth being tried.

    Parameters
    ----------
    own : bool
        Whether results of this user's earlier searches count. Without them the order is the same
        for everybody who has this version.
    """
    described = describe(search)
    if described is None or len(candidates) < 2:
        return dict(candidates)
    store = meta.known(search.home if own else None)
    ordered = meta.order(candidates, described, store=store)
    names = [one.name for one in ordered]
    evidence: dict[str, Any] = meta.evidence(described, store)
    evidence["candidates"] = {one.name: one.why for one in ordered}
    why = "What was worth its time on the most similar known tables comes first."
    search.decide(DecisionKind.ORDER, ", ".join(names), why, **evidence)
    return {name: candidates[name] for name in names}


def describe(search: Search) -> meta.Described | None:
    """Put the table into numbers; None where it has no view without gaps."""
    views = {name: steps for name, steps in search.views.items() if name != BASELINE_VIEW}
    if DESCRIBED_VIEW not in views:
        return None
    names = sorted({name for steps in views.values() for step in steps for name in step.columns})
    some = search.rows.development[meta.sample_rows(len(search.rows.development))]
    try:
        fold = search.matrices.sample(DESCRIBED_VIEW, meta.SAMPLE_ROWS)
        table = take(search.task.columns(names), some)
    except Exception:  # noqa: BLE001 - the trials on the view meet the same error, and record it
        return None
    counts = meta.count(table, views, len(search.rows.development))
    return meta.describe(fold.X, fold.y, search.task.kind, counts)


def remember(search: Search, weights: Mapping[int, float]) -> bool:
    """Add what the search has found to the user's store, and say whether that was done.

    Each candidate counts as the plan has it: a variation would look better than what is untuned.
    """
    described = describe(search)
    if described is None:
        return False
    validated = search.rows.validated
    planned = {trial.candidate: trial.params for trial in reversed(search.trials)}
    found = {
        scored.trial.candidate: scored
        for scored in search.scored
        if scored.trial.params == planned[scored.trial.candidate]
    }
    took = {
        name: sum(
            trial.fit_s
            for trial in search.trials
            if trial.candidate == name and trial.params == planned[name]
        )
        for name in found
    }
    baseline = found.pop(search.trials[0].candidate, None)
    if baseline is None:
        return False
    entry = meta.entry(
        described,
        search.task.metric,
        search.task.y[search.rows.development][validated],
        {name: scored.oof[validated] for name, scored in found.items()},
        baseline=baseline.oof[validated],
        seconds=took,
        weights={name: weights.get(scored.trial.number, 0.0) for name, scored in found.items()},
    )
    return entry is not None and search.home is not None and meta.remember(entry, search.home)
