"""Family: the base class of task families. Only a family's own code names its task kinds.

A family is a folder, or a third-party package, with a module that defines `FAMILY`. The list of
families, `records.families`, has the kinds of each family, their properties, and the module. The
part that serving needs is separate, in `recipe/families`.

Most methods have a default based on the properties of the kind, so a small family is short: it
reads its target, chooses the columns and candidates, and labels each kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl_magic.files.templates import templates_folder
from automl_magic.records import (
    EXCLUDED,
    Candidate,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    ExperimentSpec,
    Plan,
    StepSpec,
    TaskKind,
)
from automl_magic.tasks.candidates import select_names
from automl_magic.tasks.context import CandidateContext
from automl_magic.tasks.labelled_rows import LabelledRows
from automl_magic.tasks.metrics import (
    FamilyMetric,
    check_metric_of_target,
    default_metric,
    find_metric,
)
from automl_magic.tasks.options import Option, fill_options
from automl_magic.tasks.personal_columns import excluded_personal
from automl_magic.tasks.search_steps import SearchStep, search_steps
from automl_magic.tasks.target import Target
from automl_magic.tasks.validation import ValidationPlan, make_validation

if TYPE_CHECKING:
    from automl_magic.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class TaskTexts:
    """The label of a task kind for beginners, and an example question it answers."""

    label: str
    example: str


@dataclass(frozen=True, kw_only=True)
class NotebookCell:
    """A cell of a family in the standalone notebook.

    `step` is its id, `piece` the template piece `model/<piece>.py`, and `values` fill its slots.
    """

    step: str
    piece: str
    values: Mapping[str, object] = field(default_factory=dict)


class Family(ABC):
    """A family of tasks: how they are specified, planned, exported and displayed.

    Attributes
    ----------
    name : str
        Its name in the list of families.
    texts : mapping
        The labels of its kinds in the wizard, in the order of display.
    options : tuple of Option
        The fields that it adds to the experiment file, under `options`.
    metrics : tuple of Measured
        Its additional metrics. Each has a piece, `model/metric_<name>.py`.
    candidates_reason : str
        The reason for its candidates and their order, for `automl why`.
    column_kinds : tuple of ColumnKind
        The kinds that you can set for a column.
    """

    name: ClassVar[str]
    texts: ClassVar[Mapping[TaskKind, TaskTexts]]
    options: ClassVar[tuple[Option, ...]] = ()
    metrics: ClassVar[tuple[FamilyMetric, ...]] = ()
    candidates_reason: ClassVar[str] = "These candidates suit this kind of task."
    column_kinds: ClassVar[tuple[ColumnKind, ...]] = tuple(
        kind for kind in ColumnKind if kind is not ColumnKind.CONSTANT
    )

    @property
    def templates(self) -> Path:
        """The folder of its own notebook pieces. The others are shared between families."""
        return templates_folder() / "notebooks" / self.name

    # Experiment

    def complete(self, experiment: ExperimentSpec, dataset: Dataset) -> ExperimentSpec:
        """Return the experiment with a value for each of the family's options.

        Raises
        ------
        PlanError
            If an option doesn't exist, or its value doesn't match the data.
        """
        del dataset
        return replace(experiment, options=fill_options(experiment.options, self.options))

    @abstractmethod
    def read_target(self, dataset: Dataset, name: str, requested: TaskKind | None) -> Target:
        """Infer the task from the target column, or check that the requested kind fits it.

        Raises
        ------
        TargetNotUsable
            If the column can't be predicted.
        PlanError
            If the requested kind doesn't fit the values.
        """

    # Metrics and validation

    def metric(self, requested: str | None, target: Target, rows: LabelledRows) -> Decision:
        """Choose the metric, or check the requested one.

        Raises
        ------
        UnknownMetric, MetricDoesNotFit
            If the metric doesn't exist, or can't score this target.
        """
        if requested is None:
            return self.default_metric(target)
        metric = find_metric(requested, target.kind)
        check_metric_of_target(metric.name, target.kind, rows.y)
        return Decision(about=DecisionKind.METRIC, choice=metric.name, why="You set this.")

    def default_metric(self, target: Target) -> Decision:
        """Choose the metric of a task without one."""
        return default_metric(target.kind, target.counts)

    def extra_metrics(self, kind: TaskKind) -> tuple[str, ...]:
        """Return the additional metrics to show on the leaderboard."""
        del kind
        return ()

    def validation(
        self, experiment: ExperimentSpec, dataset: Dataset, target: Target, rows: LabelledRows
    ) -> ValidationPlan:
        """Choose the split, and check the requested settings on the rows.

        Raises
        ------
        PlanError
            If the split doesn't fit the task or its rows, or lacks its column.
        TooFewRows
            If there are too few rows for the folds or the holdout.
        """
        return make_validation(experiment.cv, dataset, target, rows)

    # Features

    def excluded_columns(self, dataset: Dataset, experiment: ExperimentSpec) -> dict[str, Decision]:
        """Return the columns to exclude from all models, each with the reason."""
        return excluded_personal(dataset, experiment) | {
            name: Decision(
                about=DecisionKind.COLUMN,
                name=name,
                choice=EXCLUDED,
                why="You excluded it.",
            )
            for name in experiment.features.exclude
        }

    @abstractmethod
    def views(
        self, dataset: Dataset, experiment: ExperimentSpec, left_out: Mapping[str, Decision]
    ) -> dict[str, tuple[StepSpec, ...]]:
        """Return the feature steps of each view. The first view is the default.

        It is empty if no column is left.
        """

    # Candidates

    def context(self, context: CandidateContext) -> CandidateContext:
        """Return the context for this family's candidates."""
        return context

    @abstractmethod
    def candidates(self, context: CandidateContext) -> tuple[Candidate, ...]:
        """Return the candidates, in the order of trying."""

    def propose(
        self, context: CandidateContext, names: Sequence[str] | None = None
    ) -> tuple[Candidate, ...]:
        """Return the candidates in the order of trying.

        `names` selects and orders them.

        Raises
        ------
        PlanError
            If a name is unknown or repeated, or there is no name.
        """
        by_name = {candidate.name: candidate for candidate in self.candidates(context)}
        return tuple(
            by_name[name]
            for name in (by_name if names is None else select_names(names, [*by_name]))
        )

    def candidate_names(self) -> tuple[str, ...]:
        """Return the names of all candidates. Their results are stored for later searches."""
        return ()

    def rejected(self, context: CandidateContext) -> tuple[str, ...]:
        """Return the candidates that don't apply, each with its condition."""
        del context
        return ()

    def trial_s(self, context: CandidateContext) -> float:
        """Return the approximate seconds of a trial on all folds."""
        del context
        return 0.0

    # Notebooks

    def search_steps(self, plan: Plan) -> tuple[SearchStep, ...]:
        """Return the engine calls of a search. Each is a cell of the search notebook."""
        return search_steps(plan)

    def target_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        """Return the cells that drop the rows without a target from `table` and define `y`."""
        return (NotebookCell(step="target", piece="target", values={"target": recipe.target}),)

    def decision_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        """Return the cells that define `decide`, from probabilities to class codes."""
        del recipe
        return ()

    def prediction_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        """Return the cells that fit the model on all rows and define `predict`."""
        del recipe
        return (NotebookCell(step="predict", piece="predict"),)

    # Reports

    def explains(self, kind: TaskKind, section: str) -> bool:
        """Return whether to include a section of the explanation that suits the kind."""
        del kind, section
        return True

    def monitors(self, kind: TaskKind, section: str) -> bool:
        """Return whether to include a section of the monitoring report."""
        del kind, section
        return True
