"""Turn a Dataset and an Experiment into a Plan: decide what's not set, with reasons."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from automl_magic.errors import BudgetTooSmall, DataError, PlanError, closest_match
from automl_magic.planning.columns import check_columns
from automl_magic.planning.estimate import make_estimate
from automl_magic.records import (
    EXCLUDED,
    Answer,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    ExperimentSpec,
    Finding,
    Plan,
    Severity,
    Split,
    SplitKind,
    StepSpec,
    TaskKind,
)
from automl_magic.records.plans.experiment import SAMPLERS, Hpo, Imbalance
from automl_magic.tasks.context import CandidateContext
from automl_magic.tasks.families import default_family, family_for
from automl_magic.tasks.family import Family
from automl_magic.tasks.labelled_rows import LabelledRows, ReadColumns
from automl_magic.tasks.personal_columns import included_personal
from automl_magic.tasks.target import Target
from automl_magic.tasks.validation import CODE as SPLIT_FINDING

# Imports in a fresh kernel take about 2 s. Then the baseline is fitted on the folds, once for the
# holdout and once on all rows. With a smaller budget, there's no time left for a candidate.
MIN_BUDGET_S = 5.0


def make_plan(
    experiment: ExperimentSpec,
    dataset: Dataset,
    read_columns: ReadColumns,
    *,
    n_cores: int,
    memory_bytes: int,
) -> Plan:
    """Decide how to search for a model, without training one.

    Parameters
    ----------
    experiment : Experiment
        The user's settings. The plan's experiment contains a decision for each setting that isn't
        set. Planning that experiment again gives the same plan.
    dataset : Dataset
        The profile of the table. The target's summary has its `classes` and `counts`.
    read_columns : callable
        Returns columns of the table by name, as arrays of shape (n_rows,). Only the target, and the
        column of a grouped or time split, are read.
    n_cores : int
        Number of CPU cores.
    memory_bytes : int
        Available memory.

    Raises
    ------
    TargetNotFound, TargetNotUsable, DataError
        If the target can't be predicted, or a finding has the severity error.
    PlanError
        `UnknownMetric`, `MetricDoesNotFit`, `BudgetTooSmall`, `TooFewRows`, or an invalid column,
        split, task, sampler or candidate, or a split that no model can be scored with.
    """
    _check_budget(experiment.budget_s)
    _check_sampler(experiment.hpo.sampler)
    requested_task = experiment.task
    family = default_family() if requested_task is None else family_for(requested_task)
    check_columns(experiment, dataset, family.column_kinds)
    experiment = family.complete(experiment, dataset)
    target = family.read_target(dataset, experiment.target, requested_task)
    _check_imbalance(experiment.imbalance, target.kind)
    rows = LabelledRows(read_columns, experiment.target, target)
    metric = family.metric(experiment.objective, target, rows)

    dropped = family.excluded_columns(dataset, experiment)
    context = _context(experiment, dataset, target, dropped, n_cores)
    validation = family.validation(experiment, dataset, target, rows)
    dataset = _with_findings(dataset, validation.findings)
    # After the split, because its errors state how many rows it needs.
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
        n_holdout=validation.n_holdout,
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
            *included_personal(dataset, experiment),
            _portfolio(experiment, family, context),
            *_memory(estimate.memory_bytes, memory_bytes),
        ),
        estimate=estimate,
    )


def _check_budget(budget_s: float) -> None:
    if budget_s < MIN_BUDGET_S:
        raise BudgetTooSmall(
            f"A {budget_s:g} s budget is too short.",
            why=f"The minimum is {MIN_BUDGET_S:g} s, to load libraries and refit the best "
            "model twice: for the holdout and on all rows.",
            fix=f"Use --budget {MIN_BUDGET_S:g}s or more. 60s is typical.",
        )


def _check_sampler(sampler: str) -> None:
    if sampler not in SAMPLERS:
        close = closest_match(sampler, SAMPLERS)
        raise PlanError(
            f"{sampler!r} isn't a sampler.",
            why=f"The samplers are {', '.join(SAMPLERS)}.",
            fix=f"Set hpo.sampler to {close or Hpo().sampler}.",
        )


def _check_findings(dataset: Dataset) -> None:
    for finding in dataset.findings:
        if finding.severity is Severity.ERROR:
            raise DataError(
                f"{finding.title.rstrip('.')} ({finding.code}).",
                why=finding.detail,
                fix=finding.fix,
            )


def _with_findings(dataset: Dataset, findings: tuple[Finding, ...]) -> Dataset:
    """Add the findings about the split, instead of those of an earlier plan of the same profile."""
    profiled = tuple(finding for finding in dataset.findings if finding.code != SPLIT_FINDING)
    return dataclasses.replace(dataset, findings=(*profiled, *findings))


def _check_imbalance(imbalance: Imbalance, kind: TaskKind) -> None:
    if imbalance is Imbalance.CLASS_WEIGHT and kind.answer is Answer.NUMBER:
        raise PlanError(
            f"Can't use class weights for the task {kind}.",
            why="Its target is a number, not a class.",
            fix="Set imbalance to none.",
        )


def _check_features(
    usual_view: tuple[StepSpec, ...],
    dataset: Dataset,
    dropped: Mapping[str, Decision],
) -> None:
    if not usual_view:
        raise DataError(
            "There are no features to train on.",
            why=f"The table has {len(dataset.columns)} columns: the target, and {len(dropped)} "
            "excluded ones.",
            fix="Add columns, or set a kind under features.kinds to use an excluded one.",
        )


def _context(
    experiment: ExperimentSpec,
    dataset: Dataset,
    target: Target,
    dropped: Mapping[str, Decision],
    n_cores: int,
) -> CandidateContext:
    kinds: dict[ColumnKind, int] = {}
    for column in dataset.columns:
        if column.name != experiment.target and column.name not in dropped:
            kinds[column.kind] = kinds.get(column.kind, 0) + 1
    return CandidateContext(
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
            why="It identifies the groups of the split, and new rows come from new groups.",
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
            why="Rows without a target can't be used for training or scoring.",
            evidence={"rows": n_missing, "of": dataset.n_rows},
            rejected=("fill them in: the model would learn made-up targets",),
        ),
    )


def _threads(requested: int | None, n_cores: int) -> Decision:
    evidence = {"cores": n_cores}
    if requested is not None:
        return Decision(
            about=DecisionKind.THREADS,
            choice=str(requested),
            why="You set this.",
            evidence=evidence,
        )
    return Decision(
        about=DecisionKind.THREADS,
        choice=str(n_cores),
        why="This many folds are fitted in parallel, each in one thread, so results don't depend "
        "on the number of threads.",
        evidence=evidence,
    )


def _portfolio(experiment: ExperimentSpec, family: Family, context: CandidateContext) -> Decision:
    if experiment.candidates is not None:
        names = ", ".join(experiment.candidates)
        return Decision(about=DecisionKind.CANDIDATES, choice=names, why="You set these.")
    return Decision(
        about=DecisionKind.CANDIDATES,
        choice=", ".join(candidate.name for candidate in family.propose(context)),
        why=family.candidates_reason,
        evidence=context.evidence(folds=context.folds),
        rejected=family.rejected(context),
    )


def _memory(needed_bytes: int, memory_bytes: int) -> tuple[Decision, ...]:
    if needed_bytes <= memory_bytes:
        return ()
    return (
        Decision(
            about=DecisionKind.MEMORY,
            choice="try anyway",
            why=f"The run may need {needed_bytes / 1e9:.1f} GB of memory, but only "
            f"{memory_bytes / 1e9:.1f} GB are available. If it runs out, use fewer rows or "
            "columns.",
            evidence={"needed_bytes": needed_bytes, "memory_bytes": memory_bytes},
        ),
    )
