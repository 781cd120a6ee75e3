"""loading: a signed folder becomes a `Served`, and nothing unsigned is ever parsed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from automl_magic.errors import ModelRefused
from automl_magic.recipe.stored import parse
from automl_magic.records import RecordProblem
from automl_magic.records.schema import SCHEMA_NAME, InputSchema
from automl_magic.store.signing import TrustedKeys
from automl_magic_serving.runtime.sealed import tampered, unseal
from automl_magic_serving.runtime.served import Served


def load_model(folder: Path, trusted: TrustedKeys, *, model: str, version: int) -> Served:
    """Load a model from its signed folder.

    Raises
    ------
    NotApproved
        If the approval is missing, is of something else, or no trusted key signed it.
    ModelRefused
        If a file is of a format that is not allowed, or its parser does not survive it.
    ArtifactTampered
        If a file is not the one that was approved.
    """
    sealed = unseal(folder, trusted, model=model, version=version)
    fitted = parse(sealed.contents)
    schema = read_schema(sealed.contents)
    if missing := set(fitted.recipe.used_columns) - {column.name for column in schema.columns}:
        raise tampered(SCHEMA_NAME, f"the model reads {min(missing)!r}, which it does not describe")
    return Served(
        fitted,
        schema,
        model=model,
        version=version,
        manifest_sha256=sealed.manifest_sha256,
    )


def read_schema(contents: Mapping[str, bytes]) -> InputSchema:
    """Return the schema among some verified files."""
    if SCHEMA_NAME not in contents:
        raise ModelRefused(
            "The model does not say what it takes.",
            why=f"It has no {SCHEMA_NAME}, which requests are checked against.",
            fix="Run the search again, and register its model: automl rerun RUN",
        )
    try:
        return InputSchema.from_json(json.loads(contents[SCHEMA_NAME]))
    except (RecordProblem, ValueError, RecursionError) as error:
        raise tampered(SCHEMA_NAME, f"it is no schema: {error}") from error
