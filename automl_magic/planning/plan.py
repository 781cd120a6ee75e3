"""Dataset and Experiment become a Plan: what was left open is decided, with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from automl_magic.errors import BudgetTooSmall, DataError, PlanError, near_miss
from automl_magic.planning.columns import check_columns, with_kinds
from automl_magic.planning.estimate import make_estimate
from automl_magic.records import (
    EXCLUDED,
    Answer,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    Experiment,
    Plan,
    Severity,
    Split,
    SplitKind,
    StepSpec,
    TaskKind,
)
from automl_magic.records.plans.experiment import SAMPLERS, Hpo, Imbalance
from automl_magic.tasks.context import Context
from automl_magic.tasks.families import default_family, family_for
from automl_magic.tasks.family import Family
from automl_magic.tasks.target import Target

# Imports in a fresh kernel take about 2 s, then the baseline is fitted on the folds, once for the
# holdout and once on all rows; what is left is too little for one candidate.
SMALLEST_BUDGET_S = 5.0


def make_plan(experiment: Experiment, dataset: Dataset, *, n_cores: int, memory_bytes: int) -> Plan:
    """Decide how a model will be found. Trains nothing.

    Parameters
    ----------
    experiment
        What was asked. What it leaves open is decided and written down in the plan's experiment;
        planning that one again gives the same plan.
    dataset
        The profile of the table; the target's summary holds its `classes` and `counts`.
    n_cores, memory_bytes
        What the machine has to give.

    Raises
    ------
    TargetNotFound, TargetNotUsable, DataError
        If the target cannot be learnt, or a finding of severity error stops the plan.
    PlanError
        `UnknownMetric`, `MetricDoesNotFit`, `BudgetTooSmall`, `TooFewRows`, or a column, split,
        task, sampler or candidate that does not exist or does not fit.
    """
    _check_budget(experiment.budget_s)
    _check_sampler(experiment.hpo.sampler)
    asked = experiment.task
    family = default_family() if asked is None else family_for(asked)
    check_columns(experiment, dataset, family.column_kinds)
    dataset = with_kinds(dataset, experiment)
    experiment = family.complete(experiment, dataset)
    target = family.read_target(dataset, experiment.target, asked)
    _check_imbalance(experiment.imbalance, target.kind)
    metric = family.metric(experiment.objective, target, dataset.column(experiment.target))

    dropped = family.left_out(dataset, experiment)
    context = _context(experiment, dataset, target, dropped, n_cores)
    validation = family.validation(experiment, dataset, target)
    # After the split, whose errors say how many rows it needs.
    _check_findings(dataset)
    split = validation.split
    dropped |= _group_column(split, dropped)
    feature_views = family.views(dataset, experiment, dropped)
    usual_view = next(iter(feature_views.values()), ())
    _check_features(usual_view, dataset, dropped)
    context = dataclasses.replace(
        context,
        folds=split.folds * split.repeats,
        views=tuple(feature_views),
        n_columns=_n_columns(usual_view),
    )
    candidates = family.propose(context, experiment.candidates)
    estimate = make_estimate(
        dataset,
        context,
        candidates,
        trial_s=family.trial_s(context),
        max_trials=experiment.hpo.trials,
    )
    return Plan(
        experiment=dataclasses.replace(
            experiment,
            task=target.kind,
            objective=metric.choice,
            threads=context.threads,
            cv=dataclasses.replace(
                experiment.cv,
                type=split.kind,
                folds=split.folds,
                repeats=split.repeats,
                column=split.column,
                holdout=split.holdout,
            ),
            candidates=tuple(candidate.name for candidate in candidates),
        ),
        dataset=dataset,
        task=target.kind,
        metric=metric.choice,
        split=split,
        classes=target.classes,
        views=feature_views,
        candidates=candidates,
        decisions=(
            target.decision,
            *_missing_target(dataset, target),
            metric,
            *validation.decisions,
            _threads(experiment.threads, n_cores),
            *dropped.values(),
            _portfolio(experiment, family, context),
            *_memory(estimate.memory_bytes, memory_bytes),
        ),
        estimate=estimate,
    )


def _check_budget(budget_s: float) -> None:
    if budget_s < SMALLEST_BUDGET_S:
        raise BudgetTooSmall(
            f"A budget of {budget_s:g} s is too small.",
            why=f"{SMALLEST_BUDGET_S:g} s are the least: it takes seconds to load the libraries, "
            "and the best model is fitted twice more, for the holdout and on all rows.",
            fix=f"Use --budget {SMALLEST_BUDGET_S:g}s or more; 60s is usual.",
        )


def _check_sampler(sampler: str) -> None:
    if sampler not in SAMPLERS:
        close = near_miss(sampler, SAMPLERS)
        raise PlanError(
            f"No sampler is called {sampler!r}.",
            why=f"The samplers are {', '.join(SAMPLERS)}.",
            fix=f"Write hpo.sampler: {close or Hpo().sampler}.",
        )


def _check_findings(dataset: Dataset) -> None:
    for found in dataset.findings:
        if found.severity is Severity.ERROR:
            raise DataError(
                f"{found.title.rstrip('.')} ({found.code}).", why=found.detail, fix=found.fix
            )


def _check_imbalance(imbalance: Imbalance, kind: TaskKind) -> None:
    if imbalance is Imbalance.CLASS_WEIGHT and kind.answer is Answer.NUMBER:
        raise PlanError(
            "Class weights need classes.",
            why=f"The task is a {kind}: its target is a number.",
            fix="Set imbalance to none.",
        )


def _check_features(
    usual_view: tuple[StepSpec, ...],
    dataset: Dataset,
    dropped: Mapping[str, Decision],
) -> None:
    if not usual_view:
        raise DataError(
            "There is no column left to learn from.",
            why=f"The table has {len(dataset.columns)} columns: the target, and {len(dropped)} "
            "that are left out.",
            fix="Give more columns, or name one under features.kinds to have it used.",
        )


def _context(
    experiment: Experiment,
    dataset: Dataset,
    target: Target,
    dropped: Mapping[str, Decision],
    n_cores: int,
) -> Context:
    kinds: dict[ColumnKind, int] = {}
    for column in dataset.columns:
        if column.name != experiment.target and column.name not in dropped:
            kinds[column.kind] = kinds.get(column.kind, 0) + 1
    return Context(
        n_rows=target.n_labelled,
        n_columns=max(1, sum(kinds.values())),
        kinds=kinds,
        task=target.kind,
        n_classes=len(target.classes),
        budget_s=experiment.budget_s,
        threads=experiment.threads or n_cores,
    )


def _n_columns(steps: tuple[StepSpec, ...]) -> int:
    return sum(len(step.columns) for step in steps)


def _group_column(split: Split, dropped: Mapping[str, Decision]) -> dict[str, Decision]:
    name = split.column
    if split.kind is not SplitKind.GROUPED or name is None or name in dropped:
        return {}
    return {
        name: Decision(
            about=DecisionKind.COLUMN,
            name=name,
            choice=EXCLUDED,
            why="It names the groups that are kept apart, and new rows come from new groups.",
        )
    }


def _missing_target(dataset: Dataset, target: Target) -> tuple[Decision, ...]:
    n_missing = dataset.n_rows - target.n_labelled
    if n_missing == 0:
        return ()
    return (
        Decision(
            about=DecisionKind.UNLABELLED_ROWS,
            choice=EXCLUDED,
            why="A row without an answer can neither train nor measure.",
            evidence={"rows": n_missing, "of": dataset.n_rows},
            rejected=("fill them in: a made-up answer would be learnt",),
        ),
    )


def _threads(asked: int | None, n_cores: int) -> Decision:
    evidence = {"cores": n_cores}
    if asked is not None:
        return Decision(
            about=DecisionKind.THREADS,
            choice=str(asked),
            why="It was asked for.",
            evidence=evidence,
        )
    return Decision(
        about=DecisionKind.THREADS,
        choice=str(n_cores),
        why="So many folds are fitted side by side, each in one thread, so that the results do not "
        "depend on the number.",
        evidence=evidence,
    )


def _portfolio(experiment: Experiment, family: Family, context: Context) -> Decision:
    if experiment.candidates is not None:
        names = ", ".join(experiment.candidates)
        return Decision(about=DecisionKind.CANDIDATES, choice=names, why="They were asked for.")
    return Decision(
        about=DecisionKind.CANDIDATES,
        choice=", ".join(candidate.name for candidate in family.propose(context)),
        why=family.why_these_candidates,
        evidence=context.evidence(folds=context.folds),
        rejected=family.rejected(context),
    )


def _memory(needed_bytes: int, memory_bytes: int) -> tuple[Decision, ...]:
    if needed_bytes <= memory_bytes:
        return ()
    return (
        Decision(
            about=DecisionKind.MEMORY,
            choice="try all the same",
            why=f"The run may need {needed_bytes / 1e9:.1f} GB, and there are "
            f"{memory_bytes / 1e9:.1f} GB. If it runs out, give it fewer rows or columns.",
            evidence={"needed_bytes": needed_bytes, "memory_bytes": memory_bytes},
        ),
    )
