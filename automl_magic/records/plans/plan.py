"""Plan: what was decided, with a reason for each decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.data.dataset import Dataset
from automl_magic.records.families import TaskKind
from automl_magic.records.plans.decision import Decision
from automl_magic.records.plans.experiment import Experiment
from automl_magic.records.task import Split


@dataclass(frozen=True, kw_only=True)
class StepSpec(Record):
    """One feature step before it is fitted: its kind, its input columns, its parameters."""

    kind: str
    columns: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Candidate(Record):
    """One estimator with a feature view and parameters, to be tried as one trial.

    `name` is unique in a plan and is the id of its cell (`candidate-NAME`); `estimator` names a
    member of `recipe.members`; `view` names a list of feature steps of the plan.
    """

    name: str
    estimator: str
    view: str
    params: Mapping[str, Any]
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Estimate(Record):
    """What a run will take, before anything has run. Bounds, not promises, except `search_s`."""

    search_s: float
    overhead_s: float
    memory_bytes: int
    n_trials: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Plan(Record):
    """What was decided, with a reason for each decision.

    `experiment` is complete: what was left out has been filled in, and `decisions` says why.
    `views` maps the name of a feature view to its steps in order.
    """

    schema_version: int = 1
    experiment: Experiment
    dataset: Dataset
    task: TaskKind
    metric: str
    split: Split
    classes: tuple[Any, ...] = ()
    views: Mapping[str, tuple[StepSpec, ...]]
    candidates: tuple[Candidate, ...]
    decisions: tuple[Decision, ...]
    estimate: Estimate
