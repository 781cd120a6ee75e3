"""model_documents: the records that are saved and signed with a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl_magic.learn.input_schema import input_schema
from automl_magic.learn.reference import reference
from automl_magic.records import Record, Score
from automl_magic.records.data.missing import missing_of
from automl_magic.records.data.schema import SCHEMA_NAME
from automl_magic.records.monitoring.reference import REFERENCE_NAME

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
    return {
        SCHEMA_NAME: schema,
        REFERENCE_NAME: reference(search, model, ensemble, holdout, schema),
    }
