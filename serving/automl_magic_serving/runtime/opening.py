"""opening: verified files become a fitted recipe and its schema. Both processes read them so."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from typing import TypeVar

from automl_magic.errors import ModelRefused
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.stored import parse
from automl_magic.records import Record, RecordProblem
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference
from automl_magic_serving.runtime.sealed import tampered

Known = TypeVar("Known", bound=Record)


@dataclass(frozen=True)
class Opened:
    """A model, what it takes, and what training looked like where the model keeps that."""

    fitted: FittedRecipe
    schema: InputSchema
    reference: Reference | None


def opened(contents: Mapping[str, bytes]) -> Opened:
    """Return the model and what describes it, from files whose digests were checked.

    Raises
    ------
    ModelRefused
        If the model does not say what it takes.
    ArtifactTampered
        If a file is not what a search writes, or the schema does not fit the model.
    """
    import_skops(contents)
    schema, reference = _schema(contents), _reference(contents)
    fitted = parse(contents)
    recipe = fitted.recipe
    if (schema.task, schema.classes) != (recipe.task, recipe.classes):
        raise tampered(SCHEMA_NAME, "it says another task than the recipe")
    names = [column.name for column in schema.columns]
    if sorted(names) != sorted(recipe.used_columns):
        raise tampered(SCHEMA_NAME, "its columns are not those that the model reads")
    return Opened(fitted, schema, reference)


def import_skops(contents: Mapping[str, bytes]) -> None:
    """Import the reader of scikit-learn's models, if there is one, and not PyTorch with it.

    It looks at every module of scikit-learn, and one of them imports PyTorch where that is
    installed: seconds, and 200 MB in every worker, for what no model reads.
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
    """Finds everything as it is, and no PyTorch."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        del path, target
        if fullname == "torch":
            raise ModuleNotFoundError("No model here needs PyTorch.", name="torch")


def _schema(contents: Mapping[str, bytes]) -> InputSchema:
    if SCHEMA_NAME not in contents:
        raise ModelRefused(
            "The model does not say what it takes.",
            why=f"It has no {SCHEMA_NAME}, which requests are checked against.",
            fix="Run the search again, and register its model: automl rerun RUN",
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
        raise tampered(name, f"it cannot be read: {error}") from error
