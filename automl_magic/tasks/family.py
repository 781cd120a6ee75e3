"""Family: what a family of tasks gives. Nothing outside a family names one of its kinds.

A family is a folder (or a package of somebody else's) with a module that holds its `FAMILY`. The
list of families, `records.families`, says which kinds it has, what those can do, and where the
module is; what the server needs of a family stands apart, in `recipe/families`.

Most methods have a default that goes by what a kind can do, so that a small family is short: it
reads its target, says which columns a model sees and what is tried, and has a word for each kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl_magic.errors import MetricDoesNotFit
from automl_magic.files.templates import templates
from automl_magic.records import (
    EXCLUDED,
    Candidate,
    Column,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    Experiment,
    Plan,
    StepSpec,
    TaskKind,
)
from automl_magic.tasks.candidates import chosen
from automl_magic.tasks.context import Context
from automl_magic.tasks.metrics import Measured, default_metric, find_metric
from automl_magic.tasks.options import Option, completed
from automl_magic.tasks.search_steps import SearchStep, search_steps
from automl_magic.tasks.target import Target
from automl_magic.tasks.validation import Validation, make_validation

if TYPE_CHECKING:
    from automl_magic.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Words:
    """What somebody who has never met a kind of task is told: its name, and a question it answers.

    Where there are costs of mistakes to ask for, `costs` says between whom they choose.
    """

    label: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell that a family puts into the standalone notebook.

    `step` is its id, `piece` the template piece `model/<piece>.py`, `values` fill the slots of it.
    """

    step: str
    piece: str
    values: Mapping[str, object] = field(default_factory=dict)


class Family(ABC):
    """What a family of tasks gives: how its tasks are asked, planned, written down and shown.

    Attributes
    ----------
    name : str
        Its name in the list of families.
    words : mapping
        What each kind is called in the wizard, in the order in which the kinds are offered.
    options : tuple of Option
        The fields that it adds to the experiment file, under `options`.
    metrics : tuple of Measured
        The metrics that it brings beside ours. Each has a piece, `model/metric_<name>.py`.
    why_these_candidates : str
        Why its candidates are these, in this order; `automl why` says it.
    column_kinds : tuple of ColumnKind
        What a person may say that a column is.
    """

    name: ClassVar[str]
    words: ClassVar[Mapping[TaskKind, Words]]
    options: ClassVar[tuple[Option, ...]] = ()
    metrics: ClassVar[tuple[Measured, ...]] = ()
    why_these_candidates: ClassVar[str] = "They are what is known to suit this kind of task."
    column_kinds: ClassVar[tuple[ColumnKind, ...]] = tuple(
        kind for kind in ColumnKind if kind is not ColumnKind.CONSTANT
    )

    @property
    def templates(self) -> Path:
        """The folder of its own pieces of notebooks; the others are those that families share."""
        return templates() / "notebooks" / self.name

    # What is asked

    def complete(self, experiment: Experiment, dataset: Dataset) -> Experiment:
        """Return the experiment with a value for each of the family's options.

        Raises
        ------
        PlanError
            If there is no such option, or the data have nothing that fits its value.
        """
        del dataset
        return replace(experiment, options=completed(experiment.options, self.options))

    @abstractmethod
    def read_target(self, dataset: Dataset, name: str, asked: TaskKind | None) -> Target:
        """Read off a column what is to be predicted, or check that the kind asked for fits it.

        Raises
        ------
        TargetNotUsable
            If nothing can be learnt from the column.
        PlanError
            If the kind asked for does not fit the values.
        """

    # How it is measured

    def metric(self, asked: str | None, target: Target, column: Column) -> Decision:
        """Choose the metric, or check the one that was asked for.

        Raises
        ------
        UnknownMetric, MetricDoesNotFit
            If there is no such metric, or it cannot score this target.
        """
        if asked is None:
            return self.default_metric(target)
        metric = find_metric(asked, target.kind)
        smallest = column.summary.get("quantiles", {}).get("0", 0)
        if metric.name == "rmsle" and smallest < 0:
            raise MetricDoesNotFit(
                "The metric 'rmsle' cannot score this target.",
                why=f"It takes logarithms, and the target goes down to {smallest:g}.",
                fix="Use --metric rmse, or --metric mae.",
            )
        return Decision(about=DecisionKind.METRIC, choice=metric.name, why="It was asked for.")

    def default_metric(self, target: Target) -> Decision:
        """Choose the metric of a task that names none."""
        return default_metric(target.kind, target.counts)

    def also_measured(self, kind: TaskKind) -> tuple[str, ...]:
        """Return the metrics that the leaderboard shows beside the one that trials compete by."""
        del kind
        return ()

    def validation(self, experiment: Experiment, dataset: Dataset, target: Target) -> Validation:
        """Choose how rows are kept apart, and check what was asked about it.

        Raises
        ------
        PlanError
            If the split does not fit the task, or lacks its column.
        TooFewRows
            If the folds or the holdout cannot be filled.
        """
        return make_validation(experiment.cv, dataset, target)

    # What a model sees

    def left_out(self, dataset: Dataset, experiment: Experiment) -> dict[str, Decision]:
        """Return the columns that no model sees, each with the reason."""
        del dataset
        return {
            name: Decision(
                about=DecisionKind.COLUMN,
                name=name,
                choice=EXCLUDED,
                why="It was asked to be left out.",
            )
            for name in experiment.features.exclude
        }

    @abstractmethod
    def views(
        self, dataset: Dataset, experiment: Experiment, left_out: Mapping[str, Decision]
    ) -> dict[str, tuple[StepSpec, ...]]:
        """Return the feature steps of each view; the first one is the usual one.

        It is empty where no column is left to learn from.
        """

    # What is tried

    def context(self, context: Context) -> Context:
        """Return the context as this family's candidates know it."""
        return context

    @abstractmethod
    def candidates(self, context: Context) -> tuple[Candidate, ...]:
        """Return what is to be tried, in this order."""

    def propose(
        self, context: Context, names: Sequence[str] | None = None
    ) -> tuple[Candidate, ...]:
        """Return the candidates in the order in which they are to be tried.

        `names` restricts and reorders them.

        Raises
        ------
        PlanError
            If a name is unknown, named twice, or none is named.
        """
        found = {candidate.name: candidate for candidate in self.candidates(context)}
        return tuple(found[name] for name in (found if names is None else chosen(names, [*found])))

    def candidate_names(self) -> tuple[str, ...]:
        """Return the names of all candidates; how they fared is remembered for later searches."""
        return ()

    def rejected(self, context: Context) -> tuple[str, ...]:
        """Return the candidates that do not propose themselves, each with its condition."""
        del context
        return ()

    def trial_s(self, context: Context) -> float:
        """Return about how many seconds a trial takes, on all folds."""
        del context
        return 0.0

    # How it is written down

    def search_steps(self, plan: Plan) -> tuple[SearchStep, ...]:
        """Return the calls of the engine that find a model; each is a cell of the notebook."""
        return search_steps(plan)

    def target_cells(self, recipe: Recipe) -> tuple[Cell, ...]:
        """Return the cells that make `table`, without the rows that have no answer, and `y`."""
        return (Cell(step="target", piece="target", values={"target": recipe.target}),)

    def decision_cells(self, recipe: Recipe) -> tuple[Cell, ...]:
        """Return the cells that make an answer of what the model says: they define `decide`."""
        del recipe
        return ()

    def prediction_cells(self, recipe: Recipe) -> tuple[Cell, ...]:
        """Return the cells that fit the model on all rows and define `predict`."""
        del recipe
        return (Cell(step="predict", piece="predict"),)

    # What is shown

    def explains(self, kind: TaskKind, section: str) -> bool:
        """Say whether a section of the explanation, which suits the kind, is of use here."""
        del kind, section
        return True

    def monitors(self, kind: TaskKind, section: str) -> bool:
        """Say whether a section of the monitor's report is of use here."""
        del kind, section
        return True
