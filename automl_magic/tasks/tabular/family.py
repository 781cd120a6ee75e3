"""The tabular family: one table with a column to predict: two classes, several, or a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar

from automl_magic.records import (
    Answer,
    Candidate,
    Dataset,
    Decision,
    ExperimentSpec,
    StepSpec,
    TaskKind,
)
from automl_magic.tasks.context import CandidateContext
from automl_magic.tasks.family import Family, NotebookCell, TaskTexts
from automl_magic.tasks.personal_columns import excluded_personal
from automl_magic.tasks.tabular import candidates, features
from automl_magic.tasks.tabular.target import read_target
from automl_magic.tasks.target import Target

if TYPE_CHECKING:
    from automl_magic.recipe import Recipe

DEFAULT_THRESHOLD = 0.5
# The cost of a typical trial, relative to a LightGBM trial.
TYPICAL_COST = 1.5


class TabularFamily(Family):
    """One table with a target column."""

    name: ClassVar[str] = "tabular"
    candidates_reason: ClassVar[str] = (
        "Proven settings of different model families. Cheap and diverse ones come first, so an "
        "early stop covers all families."
    )
    texts: ClassVar[Mapping[TaskKind, TaskTexts]] = {
        TaskKind("binary"): TaskTexts(
            label="Yes or no (binary classification)", example="Will this customer leave?"
        ),
        TaskKind("multiclass"): TaskTexts(
            label="One of several classes", example="Which kind of product is it?"
        ),
        TaskKind("regression"): TaskTexts(label="A number", example="How much will it cost?"),
    }

    def read_target(self, dataset: Dataset, name: str, requested: TaskKind | None) -> Target:
        return read_target(dataset, name, requested)

    def excluded_columns(self, dataset: Dataset, experiment: ExperimentSpec) -> dict[str, Decision]:
        selection = experiment.features
        return excluded_personal(dataset, experiment) | features.excluded_columns(
            dataset,
            experiment.target,
            selection.exclude,
            keep=selection.kinds,
            include=selection.include,
        )

    def views(
        self, dataset: Dataset, experiment: ExperimentSpec, left_out: Mapping[str, Decision]
    ) -> dict[str, tuple[StepSpec, ...]]:
        return features.views(
            dataset, experiment.target, left_out, select=experiment.features.select
        )

    def context(self, context: CandidateContext) -> candidates.TabularContext:
        return candidates.TabularContext(
            **{f.name: getattr(context, f.name) for f in fields(context)}
        )

    def candidates(self, context: CandidateContext) -> tuple[Candidate, ...]:
        return candidates.propose_all(self.context(context))

    def propose(
        self, context: CandidateContext, names: Sequence[str] | None = None
    ) -> tuple[Candidate, ...]:
        return candidates.propose_all(self.context(context), names)

    def candidate_names(self) -> tuple[str, ...]:
        return candidates.candidate_names()

    def rejected(self, context: CandidateContext) -> tuple[str, ...]:
        return candidates.rejected(self.context(context))

    def trial_s(self, context: CandidateContext) -> float:
        with_costs = self.context(context)
        return with_costs.all_folds_s(TYPICAL_COST, with_costs.learning_rate(1.0))

    def target_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        rule = dict(recipe.target_parse)
        values: dict[str, object] = {"target": recipe.target}
        if not recipe.task.has_classes:
            values["parse"] = rule or None
            return (NotebookCell(step="target", piece="target_number", values=values),)
        values["classes"] = list(recipe.classes)
        if rule:
            values["parse"] = rule
            return (NotebookCell(step="target", piece="target_number_classes", values=values),)
        return (NotebookCell(step="target", piece="target_classes", values=values),)

    def decision_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        if recipe.task.answer is Answer.TWO_CLASSES:
            threshold = DEFAULT_THRESHOLD if recipe.threshold is None else recipe.threshold
            values = {"threshold": threshold}
            return (NotebookCell(step="decide", piece="decide_two_classes", values=values),)
        if recipe.task.has_classes:
            return (NotebookCell(step="decide", piece="decide_most_probable"),)
        return ()

    def prediction_cells(self, recipe: Recipe) -> tuple[NotebookCell, ...]:
        piece = "predict_classes" if recipe.task.has_classes else "predict_number"
        return (NotebookCell(step="predict", piece=piece),)


FAMILY = TabularFamily()
