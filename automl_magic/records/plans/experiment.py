"""Experiment: what was asked. The `*.automl.yaml` file is this record, written out.

Every field carries its documentation; the YAML comments, the reference page and the JSON Schema
are generated from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.families import TaskKind
from automl_magic.records.task import SplitKind

SPEC_SUFFIX = ".automl.yaml"
LARGEST_SEED = 2**31 - 1  # LightGBM's is a signed integer of 32 bits
LARGEST_BUDGET_S = 30 * 24 * 3600
MOST_THREADS = 1024
SAMPLERS = ("portfolio", "random", "tpe")  # files of learn/strategies


def documented(doc: str, **options: Any) -> Any:
    """Declare a field together with the sentence that documents it."""
    return field(metadata={"doc": doc}, **options)


class Imbalance(StrEnum):
    """What is done about rare classes. Rows are never resampled."""

    NONE = "none"
    CLASS_WEIGHT = "class_weight"


class Selection(StrEnum):
    """Which outputs of the feature steps a model sees."""

    AUTO = "auto"
    NONE = "none"
    MUTUAL_INFORMATION = "mutual_information"
    BORUTA = "boruta"


class Compute(StrEnum):
    """Where notebooks run."""

    LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class CrossValidation(Record):
    """How trials are scored."""

    type: SplitKind | None = documented(
        "How rows are kept apart: stratified, kfold, grouped or time. "
        "Left out: stratified for classes, kfold for numbers, time where rows are ordered in time.",
        default=None,
    )
    folds: int | None = documented(
        "Number of folds. Left out: chosen from the row count.", default=None
    )
    repeats: int | None = documented(
        "How often the rows are divided into folds, each time in another way. "
        "Left out: chosen from the row count.",
        default=None,
    )
    seed: int = documented("Seed of every random choice of the run.", default=0)
    column: str | None = documented(
        "The group column of a grouped split, or the time column of a time split.", default=None
    )
    holdout: float | None = documented(
        "Fraction of the rows that measures the run once, at its end; 0 turns it off. "
        "Left out: chosen from the row count.",
        default=None,
    )

    def __post_init__(self) -> None:
        if self.folds is not None and not 2 <= self.folds <= 50:
            raise OutOfRange("folds", "a whole number from 2 to 50")
        if self.repeats is not None and not 1 <= self.repeats <= 20:
            raise OutOfRange("repeats", "a whole number from 1 to 20")
        if self.holdout is not None and not 0 <= self.holdout <= 0.5:
            raise OutOfRange("holdout", "a fraction between 0 and 0.5")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise OutOfRange("seed", f"a whole number from 0 to {LARGEST_SEED:,}")


@dataclass(frozen=True, kw_only=True)
class Hpo(Record):
    """How parameters are searched."""

    sampler: str = documented(
        "The strategy that proposes trials: portfolio (a fixed list of proven settings, then "
        "stop), random (the portfolio, then random variations of the best while time is left) or "
        "tpe (the portfolio, then variations chosen by Bayesian optimisation from the results).",
        default="tpe",
    )
    trials: int | None = documented(
        "Stop after this many trials. Left out: the budget alone.", default=None
    )
    early_stopping: int | None = documented(
        "Boosting stops when this many rounds bring no gain on the validation folds. "
        "Left out: 20 rounds, and more the longer a model has gained, up to 80.",
        default=None,
    )

    def __post_init__(self) -> None:
        if self.trials is not None and self.trials < 1:
            raise OutOfRange("trials", "a whole number of at least 1")
        if self.early_stopping is not None and self.early_stopping < 1:
            raise OutOfRange("early_stopping", "a whole number of at least 1")


@dataclass(frozen=True, kw_only=True)
class Constraints(Record):
    """What the model may cost once it is deployed."""

    latency_ms_p95: float | None = documented(
        "The 95th percentile of the time to predict one row, in milliseconds.", default=None
    )
    max_cost_per_hour: float | None = documented(
        "What the deployment may cost in an hour, in the currency of the workspace.", default=None
    )

    def __post_init__(self) -> None:
        if self.latency_ms_p95 is not None and not 0 < self.latency_ms_p95 < math.inf:
            raise OutOfRange("latency_ms_p95", "a number of milliseconds above 0")
        if self.max_cost_per_hour is not None and not 0 <= self.max_cost_per_hour < math.inf:
            raise OutOfRange("max_cost_per_hour", "a number of at least 0")


@dataclass(frozen=True, kw_only=True)
class Degradation(Record):
    """How far the metric may fall in production, as a fraction of the score at release."""

    yellow: float = documented("Warn when the metric has lost this fraction.", default=0.05)
    red: float = documented(
        "Stop and roll back when the metric has lost this fraction.", default=0.1
    )


@dataclass(frozen=True, kw_only=True)
class Business(Record):
    """The side of the design that is not about data: why, at what cost, with which limits."""

    problem: str | None = documented("The problem in one or two sentences.", default=None)
    cost_false_positive: float | None = documented("What a wrong yes costs.", default=None)
    cost_false_negative: float | None = documented("What a wrong no costs.", default=None)
    degradation: Degradation = documented(
        "When to warn and when to roll back.", default_factory=Degradation
    )
    fairness: Mapping[str, float] = documented(
        "Largest allowed gap between groups of a sensitive column, by fairness metric.",
        default_factory=dict,
    )
    rollout: tuple[str, ...] = documented("The steps of the rollout, in order.", default=())

    def __post_init__(self) -> None:
        for name in ("cost_false_positive", "cost_false_negative"):
            cost = getattr(self, name)
            if cost is not None and not 0 <= cost < math.inf:
                raise OutOfRange(name, "a number of at least 0")


@dataclass(frozen=True, kw_only=True)
class Features(Record):
    """Which columns are used, and as what."""

    exclude: tuple[str, ...] = documented("Columns that no model may see.", default=())
    kinds: Mapping[str, str] = documented(
        "Column kinds to use instead of the inferred ones: number, boolean, category, "
        "high_cardinality, date or text.",
        default_factory=dict,
    )
    select: Selection = documented(
        "Which features are kept: auto (the 200 that say most of the target, where there are "
        "more), none (all), mutual_information (the half that says most of the target, at most "
        "200) or boruta (those that are not shown to be useless).",
        default=Selection.AUTO,
    )


@dataclass(frozen=True, kw_only=True)
class Experiment(Record):
    """What was asked. Everything but `data` and `target` may be left out: a plan fills it in."""

    schema_version: int = documented("Version of this file's format.", default=1)
    data: str = documented("The table: a path, or sklearn:NAME for one of scikit-learn's datasets.")
    target: str = documented("The column to predict.")
    task: TaskKind | None = documented(
        "The kind of task. Left out: read off the target.", default=None
    )
    options: Mapping[str, str | int | float | bool | None] = documented(
        "What some kinds of task ask besides, by name. Left out: their usual values.",
        default_factory=dict,
    )
    objective: str | None = documented(
        "The metric to improve, by its scikit-learn name. Left out: the task's usual one.",
        default=None,
    )
    budget_s: float = documented("Wall-clock seconds the search may take.", default=60.0)
    compute: Compute = documented("Where the notebooks run.", default=Compute.LOCAL)
    threads: int | None = documented(
        "Threads a model may use. Left out: the machine's cores.", default=None
    )
    cv: CrossValidation = documented("How trials are scored.", default_factory=CrossValidation)
    hpo: Hpo = documented("How parameters are searched.", default_factory=Hpo)
    imbalance: Imbalance = documented(
        "What is done about rare classes: none or class_weight. Rows are never resampled.",
        default=Imbalance.NONE,
    )
    candidates: tuple[str, ...] | None = documented(
        "Names of the candidates to try, in order. Left out: chosen for the task.", default=None
    )
    features: Features = documented(
        "Which columns are used, and as what.", default_factory=Features
    )
    constraints: Constraints = documented("Limits of the deployment.", default_factory=Constraints)
    sensitive: tuple[str, ...] = documented("Columns that fairness is measured by.", default=())
    business: Business = documented("The business side of the design.", default_factory=Business)

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")
        if not (math.isfinite(self.budget_s) and self.budget_s > 0):
            raise OutOfRange("budget_s", "a number of seconds above 0")
        if self.budget_s > LARGEST_BUDGET_S:
            raise OutOfRange("budget_s", f"at most {LARGEST_BUDGET_S:,} seconds (30 days)")
        if self.threads is not None and not 1 <= self.threads <= MOST_THREADS:
            raise OutOfRange("threads", f"a whole number from 1 to {MOST_THREADS:,}")

    def to_json(self) -> dict[str, Any]:
        """Return the experiment as JSON; without options, where the kind of task has none."""
        document = super().to_json()
        if not self.options:
            del document["options"]
        return document
