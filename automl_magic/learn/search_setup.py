"""search_setup: choose the folds and the order of the candidates before the first trial."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.display.numbers import format_count
from automl_magic.learn import meta
from automl_magic.learn.candidate import BASELINE, BASELINE_VIEW, CandidateSpec
from automl_magic.learn.cost import PORTFOLIO_SHARE
from automl_magic.learn.formatting import format_seconds
from automl_magic.recipe import take_rows
from automl_magic.records import DecisionKind, SplitKind, TrialState
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task
    from automl_magic.learn.trials import Search

# With fewer validated rows than this, the scores are too noisy to drop folds for speed.
MIN_VALIDATED_ROWS = 2_000
# Larger budgets to suggest, in seconds.
BUDGETS_S = (30, 60, 120, 300, 600, 1200, 3600)
MANY_CLASSES = 20
# The view without missing values, which landmarks need.
DESCRIBED_VIEW = "dense"


def drop_one_class_folds(task: Task, split: SplitRows) -> str | None:
    """Skip the first folds of a time split whose training rows have one class: no model can learn.

    Returns why, or None if no fold was skipped.
    """
    if split.split.kind is not SplitKind.TIME or not task.kind.has_classes:
        return None
    y, n_folds = task.y[split.development], split.n_used_folds
    while split.n_used_folds > 1 and len(np.unique(y[split.pairs[0][0]])) < 2:
        split.use_folds(split.n_used_folds - 1)
    if split.n_used_folds == n_folds:
        return None
    return (
        f"The search uses the last {split.n_used_folds} of {n_folds} folds in time, because the "
        "training rows of the earlier folds have one class."
    )


def choose_metric(task: Task, split: SplitRows) -> str | None:
    """Rank by another metric if the task's is undefined on the rows that the folds validate.

    Returns why, or None if the task's metric is defined.
    """
    name = task.metric.name
    reason = metrics.undefined_reason(name, task.y[split.development][split.validated_mask])
    if reason is None:
        return None
    fallback = "log_loss" if task.kind.has_classes else "rmse"
    task.metric = metrics.METRICS[fallback]
    return (
        f"Trials are ranked by {fallback}, because {name} is undefined on the rows that the folds "
        f"validate: {reason}."
    )


def choose_folds(search: Search, candidates: Mapping[str, CandidateSpec]) -> None:
    """Use as many folds as the portfolio can be tried on in its share of the time."""
    rows = search.rows
    n_folds, n_available = len(rows.pairs), rows.n_used_folds
    affordable = search.costs.affordable_folds(candidates, search.budget.left_s)
    by_rows = math.ceil(MIN_VALIDATED_ROWS * rows.split.folds / len(rows.development))
    min_folds = min(by_rows, n_available)
    rows.use_folds(max(1, min_folds, math.floor(min(affordable, n_folds))))
    while rows.n_used_folds < n_available and _is_undefined(search):
        rows.use_folds(rows.n_used_folds + 1)
    search.matrices.divide()
    n_used = len(rows.pairs)
    share = f"{PORTFOLIO_SHARE / affordable:.0%}" if affordable else "more than all"
    why = (
        f"Trying the portfolio on one fold should take {share} of the time, and "
        f"{PORTFOLIO_SHARE:.0%} of the time is planned for the portfolio."
    )
    search.log_decision(
        DecisionKind.FOLDS, f"{n_used} of {n_folds}", why, affordable=round(min(affordable, 999), 1)
    )
    if n_used < n_folds:
        print(f"The search uses {n_used} of {n_folds} folds. {why}", flush=True)


def _is_undefined(search: Search) -> bool:
    y = search.task.y[search.rows.development][search.rows.validated_mask]
    return metrics.undefined_reason(search.task.metric.name, y) is not None


def choose_order(
    search: Search, candidates: Mapping[str, CandidateSpec], *, own: bool
) -> dict[str, CandidateSpec]:
    """Return the candidates in the order in which to try them.

    Parameters
    ----------
    own : bool
        Whether results of this user's earlier searches count. Without them the order depends only
        on the version of the package.
    """
    features = describe_table(search)
    if features is None or len(candidates) < 2:
        return dict(candidates)
    store = meta.load_known_datasets(search.home if own else None)
    ranked = meta.order_candidates(candidates, features, store=store)
    names = [candidate.name for candidate in ranked]
    evidence: dict[str, Any] = meta.order_evidence(features, store)
    evidence["candidates"] = {candidate.name: candidate.why for candidate in ranked}
    why = "Candidates that gained most for their time on the most similar known tables come first."
    search.log_decision(DecisionKind.ORDER, ", ".join(names), why, **evidence)
    return {name: candidates[name] for name in names}


def warn_of_baseline(search: Search) -> None:
    """Say so if no candidate was fitted, with the reason and what to do."""
    if not search.has_only_baseline:
        return
    tried = search.trials[1:]
    failed = [trial for trial in tried if trial.state is TrialState.FAIL]
    if search.stopped == "interrupt":
        why = "the search was stopped before another trial had a score. Run it for longer."
    elif failed:
        why = f"every other trial failed. The first reason: {failed[0].reason.rstrip('.')}."
    elif tried:
        steps = [step for view in search.views.values() for step in view]
        columns = {name for step in steps for name in step.columns}
        size = format_count(len(search.rows.development), "row")
        size += f" and {format_count(len(columns), 'column')}"
        if search.task.n_classes > MANY_CLASSES:
            size += f" of {search.task.n_classes:,} classes"
        why = (
            f"no other model fits into {format_seconds(search.budget.budget_s)} for {size}. Use "
            f"--budget {_larger_budget(search)}s, or fewer columns or rows."
        )
    else:
        return
    search.warn(
        DecisionKind.CANDIDATES,
        BASELINE,
        f"Only the baseline was fitted, which predicts without any column: {why}",
    )


def _larger_budget(search: Search) -> int:
    """Return a budget in seconds with which several trials should have a score."""
    needed_s = max(3 * search.budget.budget_s, 2 * min(search.needs_s, default=0.0))
    return next((b for b in BUDGETS_S if b >= needed_s), math.ceil(needed_s / 3600) * 3600)


def describe_table(search: Search) -> meta.MetaFeatures | None:
    """Return the meta-features of the table, computed once, or None if that isn't possible."""
    if not search.is_described:
        search.meta_features, search.is_described = _describe(search), True
    return search.meta_features


def _describe(search: Search) -> meta.MetaFeatures | None:
    views = {name: steps for name, steps in search.views.items() if name != BASELINE_VIEW}
    if DESCRIBED_VIEW not in views:
        return None
    names = sorted({name for steps in views.values() for step in steps for name in step.columns})
    rows = search.rows.development[meta.sample_rows(len(search.rows.development))]
    try:
        fold = search.matrices.sample(DESCRIBED_VIEW, meta.SAMPLE_ROWS)
        table = take_rows(search.task.columns(names), rows)
        counts = meta.count_table(table, views, len(search.rows.development))
        return meta.compute_meta_features(fold.X, fold.y, search.task.kind, counts)
    except Exception:  # noqa: BLE001 - an order isn't worth a run; trials record their own errors
        return None


def remember_results(search: Search, weights: Mapping[int, float]) -> bool:
    """Add the results of the search to the user's store. Return whether they were added.

    Only planned parameters count, because variations would look better than untuned candidates.
    """
    features = describe_table(search)
    if features is None:
        return False
    validated = search.rows.validated_mask
    planned = {trial.candidate: trial.params for trial in reversed(search.trials)}
    results = {
        result.trial.candidate: result
        for result in search.results
        if result.trial.params == planned[result.trial.candidate]
    }
    fit_s = {
        name: sum(
            trial.fit_s
            for trial in search.trials
            if trial.candidate == name and trial.params == planned[name]
        )
        for name in results
    }
    baseline = results.pop(search.trials[0].candidate, None)
    if baseline is None:
        return False
    entry = meta.measure_dataset(
        features,
        search.task.metric,
        search.task.y[search.rows.development][validated],
        {name: result.scored_oof[validated] for name, result in results.items()},
        baseline=baseline.scored_oof[validated],
        seconds=fit_s,
        weights={name: weights.get(result.trial.number, 0.0) for name, result in results.items()},
    )
    return (
        entry is not None and search.home is not None and meta.add_own_dataset(entry, search.home)
    )
