"""ExperimentSpec: the content of a `*.automl.yaml` file.

Every field has its documentation. The YAML comments, the reference page and the JSON Schema are
generated from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.data.missing import MissingWords
from automl_magic.records.families import TaskKind
from automl_magic.records.task import SplitKind

SPEC_SUFFIX = ".automl.yaml"
MAX_SEED = 2**31 - 1  # LightGBM's seed is a signed 32-bit integer
MAX_BUDGET_S = 30 * 24 * 3600
MAX_THREADS = 1024
SAMPLERS = ("portfolio", "random", "tpe")  # files of learn/strategies


def documented(doc: str, **options: Any) -> Any:
    """Declare a field with its documentation."""
    return field(metadata={"doc": doc}, **options)


class Imbalance(StrEnum):
    """The treatment of rare classes. Rows are never resampled."""

    NONE = "none"
    CLASS_WEIGHT = "class_weight"


class FeatureSelection(StrEnum):
    """The method that selects features from the outputs of the feature steps."""

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
        "How rows are split: stratified, kfold, grouped or time. "
        "Default: stratified for classes, kfold for numbers, time if the rows are ordered in time.",
        default=None,
    )
    folds: int | None = documented(
        "Number of folds. Default: chosen from the number of rows.", default=None
    )
    repeats: int | None = documented(
        "How many times the rows are split into folds, each time differently. "
        "Default: chosen from the number of rows.",
        default=None,
    )
    seed: int = documented("Random seed of the run.", default=0)
    column: str | None = documented(
        "Group column of a grouped split, or time column of a time split.", default=None
    )
    holdout: float | None = documented(
        "Fraction of rows held out to score the final model once. 0 for none. "
        "Default: chosen from the number of rows.",
        default=None,
    )

    def __post_init__(self) -> None:
        if self.folds is not None and not 2 <= self.folds <= 50:
            raise OutOfRange("folds", "a whole number from 2 to 50")
        if self.repeats is not None and not 1 <= self.repeats <= 20:
            raise OutOfRange("repeats", "a whole number from 1 to 20")
        if self.holdout is not None and not 0 <= self.holdout <= 0.5:
            raise OutOfRange("holdout", "a fraction between 0 and 0.5")
        if not 0 <= self.seed <= MAX_SEED:
            raise OutOfRange("seed", f"a whole number from 0 to {MAX_SEED:,}")


@dataclass(frozen=True, kw_only=True)
class Hpo(Record):
    """How hyperparameters are searched."""

    sampler: str = documented(
        "Search strategy: portfolio (only a fixed list of proven settings), random (the portfolio, "
        "then random variations of the best trials) or tpe (the portfolio, then variations chosen "
        "by Bayesian optimization).",
        default="tpe",
    )
    trials: int | None = documented(
        "Maximum number of trials. Default: no limit, only the budget.", default=None
    )
    early_stopping: int | None = documented(
        "Stop boosting after this many rounds without gain on the validation folds. "
        "Default: 20 rounds, up to 80 for models that keep improving.",
        default=None,
    )

    def __post_init__(self) -> None:
        if self.trials is not None and self.trials < 1:
            raise OutOfRange("trials", "a whole number of at least 1")
        if self.early_stopping is not None and self.early_stopping < 1:
            raise OutOfRange("early_stopping", "a whole number of at least 1")


@dataclass(frozen=True, kw_only=True)
class Constraints(Record):
    """Latency and cost limits of the deployed model."""

    latency_ms_p95: float | None = documented(
        "Latency limit per row, in milliseconds (95th percentile).", default=None
    )
    max_cost_per_hour: float | None = documented(
        "Maximum cost of the deployment per hour, in the workspace's currency.", default=None
    )

    def __post_init__(self) -> None:
        if self.latency_ms_p95 is not None and not 0 < self.latency_ms_p95 < math.inf:
            raise OutOfRange("latency_ms_p95", "a number of milliseconds above 0")
        if self.max_cost_per_hour is not None and not 0 <= self.max_cost_per_hour < math.inf:
            raise OutOfRange("max_cost_per_hour", "a number of at least 0")


@dataclass(frozen=True, kw_only=True)
class Degradation(Record):
    """Allowed loss of the metric in production, as a fraction of the score at release."""

    yellow: float = documented("Warn if the metric drops by this fraction.", default=0.05)
    red: float = documented("Stop and roll back if the metric drops by this fraction.", default=0.1)


@dataclass(frozen=True, kw_only=True)
class Business(Record):
    """Business context of the experiment: the problem, costs of errors, limits and rollout."""

    problem: str | None = documented("The problem, in one or two sentences.", default=None)
    cost_false_positive: float | None = documented(
        "Cost of a false positive (predicted yes, actually no).", default=None
    )
    cost_false_negative: float | None = documented(
        "Cost of a false negative (predicted no, actually yes).", default=None
    )
    degradation: Degradation = documented(
        "When to warn and when to roll back.", default_factory=Degradation
    )
    fairness: Mapping[str, float] = documented(
        "Maximum gap between the groups of a sensitive column, by fairness metric.",
        default_factory=dict,
    )
    rollout: tuple[str, ...] = documented("Rollout steps, in order.", default=())

    def __post_init__(self) -> None:
        for name in ("cost_false_positive", "cost_false_negative"):
            cost = getattr(self, name)
            if cost is not None and not 0 <= cost < math.inf:
                raise OutOfRange(name, "a number of at least 0")


@dataclass(frozen=True, kw_only=True)
class Features(Record):
    """Columns to exclude or include, column kinds and feature selection."""

    exclude: tuple[str, ...] = documented("Columns to exclude from all models.", default=())
    include: tuple[str, ...] = documented(
        "Columns to use although a check or a sign of personal data excludes them.", default=()
    )
    kinds: Mapping[str, str] = documented(
        "Column kinds to use instead of the inferred ones: number, boolean, category, "
        "high_cardinality, date or text.",
        default_factory=dict,
    )
    select: FeatureSelection = documented(
        "Feature selection: auto (the 200 features most informative about the target, if there are "
        "more), none (keep all), mutual_information (the most informative half, at most 200) or "
        "boruta (drop features that are no better than noise).",
        default=FeatureSelection.AUTO,
    )


@dataclass(frozen=True, kw_only=True)
class ExperimentSpec(Record):
    """Settings of an experiment. Only `data` and `target` are required. A plan sets the rest."""

    schema_version: int = documented("Version of the file format.", default=1)
    data: str = documented("Table: a path, or sklearn:NAME for a scikit-learn dataset.")
    target: str = documented("Column to predict.")
    task: TaskKind | None = documented(
        "Task type. Default: inferred from the target.", default=None
    )
    options: Mapping[str, str | int | float | bool | None] = documented(
        "Options of the task type, by name, if it has any. Default: the defaults of the task type.",
        default_factory=dict,
    )
    objective: str | None = documented(
        "Metric to optimize, by its scikit-learn name. Default: the usual metric of the task.",
        default=None,
    )
    budget_s: float = documented("Time limit of the search, in seconds.", default=60.0)
    compute: Compute = documented("Where notebooks run.", default=Compute.LOCAL)
    threads: int | None = documented(
        "Maximum number of threads per model. Default: the machine's cores.", default=None
    )
    cv: CrossValidation = documented("How trials are scored.", default_factory=CrossValidation)
    hpo: Hpo = documented("How hyperparameters are searched.", default_factory=Hpo)
    imbalance: Imbalance = documented(
        "Treatment of rare classes: none or class_weight. Rows are never resampled.",
        default=Imbalance.NONE,
    )
    candidates: tuple[str, ...] | None = documented(
        "Names of the candidates to try, in order. Default: chosen for the task.", default=None
    )
    features: Features = documented(
        "Columns to exclude or include, column kinds and feature selection.",
        default_factory=Features,
    )
    missing: MissingWords = documented(
        "Texts that stand for a missing value.", default_factory=MissingWords
    )
    constraints: Constraints = documented(
        "Latency and cost limits of the deployed model.", default_factory=Constraints
    )
    sensitive: tuple[str, ...] = documented("Columns to measure fairness by.", default=())
    business: Business = documented("Business context of the experiment.", default_factory=Business)

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")
        if not (math.isfinite(self.budget_s) and self.budget_s > 0):
            raise OutOfRange("budget_s", "a number of seconds above 0")
        if self.budget_s > MAX_BUDGET_S:
            raise OutOfRange("budget_s", f"at most {MAX_BUDGET_S:,} seconds (30 days)")
        if self.threads is not None and not 1 <= self.threads <= MAX_THREADS:
            raise OutOfRange("threads", f"a whole number from 1 to {MAX_THREADS:,}")

    def to_json(self) -> dict[str, object]:
        """Return the experiment as JSON, without `options` if there are none."""
        document = super().to_json()
        if not self.options:
            del document["options"]
        return document
