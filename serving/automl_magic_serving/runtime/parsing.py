"""Parse verified files into a fitted recipe and its schema: in the child and in the server."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from typing import TypeVar

from automl_magic.errors import ModelRefused
from automl_magic.recipe import model_io
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.hashed_levels import FindKey, workspace_key
from automl_magic.records import Record, RecordProblem
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference
from automl_magic_serving.runtime.verified_files import tampered_error

Known = TypeVar("Known", bound=Record)


@dataclass(frozen=True)
class ParsedModel:
    """A model, its input schema, and the reference data if the model has any."""

    fitted: FittedRecipe
    schema: InputSchema
    reference: Reference | None


def parse_model(
    contents: Mapping[str, bytes],
    find_key: FindKey = workspace_key(None),  # noqa: B008 - a function
) -> ParsedModel:
    """Parse a model and its documents from files whose digests were checked.

    `find_key` is as in `recipe.model_io.parse_model`.

    Raises
    ------
    ModelRefused
        If the model has no schema, or no key for its personal columns.
    ArtifactTampered
        If a file is malformed, or the schema doesn't match the model.
    """
    import_skops(contents)
    schema, reference = _schema(contents), _reference(contents)
    fitted = model_io.parse_model(contents, find_key)
    recipe = fitted.recipe
    if (schema.task, schema.classes) != (recipe.task, recipe.classes):
        raise tampered_error(SCHEMA_NAME, "has a different task than the recipe")
    names = [column.name for column in schema.columns]
    if sorted(names) != sorted(recipe.used_columns):
        raise tampered_error(SCHEMA_NAME, "has different columns than the model")
    return ParsedModel(fitted, schema, reference)


def import_skops(contents: Mapping[str, bytes]) -> None:
    """Import skops, if a file needs it, without PyTorch.

    skops inspects every module of scikit-learn, and one of them imports PyTorch if it's installed:
    this takes seconds, and 200 MB in every worker, and no model needs it.
    """
    if "torch" in sys.modules or not any(path.endswith(".skops") for path in contents):
        return
    finder = _WithoutTorch()
    sys.meta_path.insert(0, finder)
    try:
        import skops.io  # noqa: F401
    finally:
        sys.meta_path.remove(finder)


class _WithoutTorch(MetaPathFinder):
    """Hides PyTorch from imports, and nothing else."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        del path, target
        if fullname == "torch":
            raise ModuleNotFoundError("PyTorch isn't needed to load models.", name="torch")


def _schema(contents: Mapping[str, bytes]) -> InputSchema:
    if SCHEMA_NAME not in contents:
        raise ModelRefused(
            "The model has no input schema.",
            why=f"The file {SCHEMA_NAME}, which requests are validated against, is missing.",
            fix="Run the search again and register its model: automl rerun RUN",
        )
    return _document(InputSchema, SCHEMA_NAME, contents)


def _reference(contents: Mapping[str, bytes]) -> Reference | None:
    if REFERENCE_NAME not in contents:
        return None
    return _document(Reference, REFERENCE_NAME, contents)


def _document(kind: type[Known], name: str, contents: Mapping[str, bytes]) -> Known:
    try:
        return kind.from_json(json.loads(contents[name]))
    except (RecordProblem, ValueError, RecursionError) as error:
        raise tampered_error(name, f"can't be parsed: {error}") from error
