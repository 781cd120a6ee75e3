"""model_documents: the records that are saved and signed with a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl_magic.learn.input_schema import input_schema
from automl_magic.learn.reference import reference
from automl_magic.records import Record, Score
from automl_magic.records.data.missing import missing_of
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference

if TYPE_CHECKING:
    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.evaluate import Holdout
    from automl_magic.learn.trials import Search
    from automl_magic.recipe import FittedRecipe


def model_documents(
    search: Search,
    model: FittedRecipe,
    ensemble: Ensemble,
    holdout: Holdout | Score | None,
) -> dict[str, Record]:
    """Return the records that describe a model, by file name."""
    frame = search.task.frame
    schema = replace(input_schema(model.recipe, frame), missing=missing_of(frame))
    before_release = reference(search, model, ensemble, holdout, schema)
    return {
        SCHEMA_NAME: _with_unread(schema, before_release),
        REFERENCE_NAME: before_release,
    }


def _with_unread(schema: InputSchema, before_release: Reference) -> InputSchema:
    """Return the schema with the share of training values that couldn't be read."""
    shares = {
        column.name: column.unread / (1 - column.missing) if column.missing < 1 else 0.0
        for column in before_release.columns
    }
    columns = (replace(column, unread=round(shares[column.name], 6)) for column in schema.columns)
    return replace(schema, columns=tuple(columns))
