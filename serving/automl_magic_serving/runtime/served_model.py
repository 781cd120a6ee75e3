"""A verified model that is ready to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from automl_magic.recipe import FittedRecipe
from automl_magic.recipe.families import RowPrediction, recipe_family
from automl_magic.recipe.instance_validator import ValidatedInstance
from automl_magic.records import TaskKind
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.models.deployment import InputChecks
from automl_magic.records.monitoring.reference import Reference
from automl_magic_serving.runtime.background import background_rows
from automl_magic_serving.runtime.compiled.inference_plan import (
    InferencePlan,
    MemberBackend,
    in_one_thread,
)
from automl_magic_serving.runtime.explainers import (
    MAX_PAIRS,
    RowExplanation,
    RowSamplingShap,
    RowTreeShap,
)


class ServedModel:
    """One loaded version of a model. Its methods are thread-safe.

    Attributes
    ----------
    model, version, manifest_sha256
        Identify the model's files.
    schema : InputSchema
    """

    def __init__(
        self,
        fitted: FittedRecipe,
        schema: InputSchema,
        *,
        model: str,
        version: int,
        manifest_sha256: str,
        reference: Reference | None = None,
    ) -> None:
        self.model, self.version, self.manifest_sha256 = model, version, manifest_sha256
        self.schema = schema
        self.fitted = fitted = in_one_thread(fitted)
        family = recipe_family(schema.task)
        self._validator = family.instance_validator(schema)
        self._classes = fitted.recipe.classes
        self._to_prediction = family.row_predictor(fitted.recipe)
        self._plan = InferencePlan(fitted, schema)
        self._reference = reference

    @property
    def task(self) -> TaskKind:
        """The kind of task."""
        return self.fitted.recipe.task

    @property
    def classes(self) -> tuple[object, ...]:
        """The labels in the order of the probabilities; empty for regression."""
        return self._classes

    @property
    def personal_columns(self) -> frozenset[str]:
        """Columns whose training values looked like personal data."""
        return frozenset(c.name for c in self.schema.columns if c.personal is not None)

    def parse(self, instance: Mapping[str, object], checks: InputChecks) -> ValidatedInstance:
        """Validate one instance against the signed schema.

        Raises
        ------
        Refused
            With all problems, at most 20.
        """
        return self._validator.validate(instance, checks)

    def predict(self, rows: Sequence[ValidatedInstance]) -> list[RowPrediction]:
        """Predict instances in order, with the fastest backend for their number."""
        if len(rows) == 1:
            return [self._to_prediction(self._plan.predict_row(rows[0].values))]
        if not rows:
            return []
        blends = self._plan.predict([row.values for row in rows])
        return [self._to_prediction(blend) for blend in blends.tolist()]

    def explain(self, row: ValidatedInstance) -> dict[str, float]:
        """Return each column's contribution to the prediction; see `explanation`."""
        return self.explanation(row).contributions

    def explanation(self, row: ValidatedInstance) -> RowExplanation:
        """Explain the prediction of an instance: contributions of the columns, base and unit."""
        blend = self._plan.predict_row(row.values)
        predicted_class = blend.index(max(blend)) if isinstance(blend, list) else 0
        return self._explainer.explain(row.values, predicted_class)

    @cached_property
    def _explainer(self) -> RowTreeShap | RowSamplingShap:
        names = [column.name for column in self.schema.columns]
        if RowTreeShap.refusal(self.fitted) is None:
            return RowTreeShap(self.fitted, names)
        background = background_rows(self.schema, self._reference, MAX_PAIRS)
        return RowSamplingShap(
            self.fitted, names, self._plan.predict, self._plan.estimate_seconds, background
        )

    def estimate_seconds(self, n: int) -> float:
        """Return the estimated time in seconds to predict `n` rows, measured at load."""
        return self._plan.estimate_seconds(n)

    def backends(self) -> tuple[MemberBackend, ...]:
        """Return the backend of each member, and why it was chosen."""
        return self._plan.backends
