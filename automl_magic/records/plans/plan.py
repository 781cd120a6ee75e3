"""Plan: the decisions about an experiment, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.data.dataset import Dataset
from automl_magic.records.families import TaskKind
from automl_magic.records.plans.decision import Decision
from automl_magic.records.plans.experiment import ExperimentSpec
from automl_magic.records.task import Split


@dataclass(frozen=True, kw_only=True)
class StepSpec(Record):
    """One unfitted feature step: its kind, input columns and parameters."""

    kind: str
    columns: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Candidate(Record):
    """One estimator with a feature view and parameters, for one trial.

    `name` is unique in a plan and part of the cell id `candidate-NAME`. `estimator` is the name of
    a member in `recipe.members`. `view` is the name of a list of feature steps of the plan.
    """

    name: str
    estimator: str
    view: str
    params: Mapping[str, object]
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Estimate(Record):
    """The estimated cost of a run, in seconds and bytes. Upper bounds, except `search_s`."""

    search_s: float
    overhead_s: float
    memory_bytes: int
    n_trials: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Plan(Record):
    """A complete experiment with its decisions and their reasons.

    All omitted fields of `experiment` are filled in. `decisions` has the reasons. `views` maps the
    name of a feature view to its steps in order. `n_holdout` is the number of rows that the split
    holds out, None in plans of version 0.1.
    """

    schema_version: int = 1
    experiment: ExperimentSpec
    dataset: Dataset
    task: TaskKind
    metric: str
    split: Split
    n_holdout: int | None = None
    classes: tuple[object, ...] = ()
    views: Mapping[str, tuple[StepSpec, ...]]
    candidates: tuple[Candidate, ...]
    decisions: tuple[Decision, ...]
    estimate: Estimate
