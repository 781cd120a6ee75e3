"""The files that make a model folder an MLflow model.

They're written directly, without loading the model (which takes MLflow five seconds) and without
pickle. MLflow's `save_model` would also copy any `uv.lock` and `pyproject.toml` in the working
directory.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.records import Answer, Manifest, RecordProblem, TaskKind
from automl_magic.records.codec import json_text
from automl_magic.track.environment import package_version

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

# Only the name of the module, because this package doesn't depend on that one.
LOADER_MODULE = "automl_magic.register.pyfunc"
DATA = "data"
_EXAMPLE, _SERVING_EXAMPLE = "input_example.json", "serving_input_example.json"
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!_-]*")


def manifest_digest(folder: Path) -> str | None:
    """Return the digest of a model folder's manifest, or None if it can't be read."""
    try:
        document = json.loads((folder / "manifest.json").read_text("utf-8", "surrogatepass"))
        return Manifest.from_json(document).digest()
    except (FileNotFoundError, ValueError):
        return None


def write_mlmodel_files(folder: Path, destination: Path, *, run_id: str, model_id: str) -> None:
    """Write the MLflow files for the model in `folder` to `destination`.

    The model's own files must be there as well, in `data/`.
    """
    import mlflow.pyfunc
    from mlflow.models import Model

    recipe = _recipe(folder)
    kinds: dict[str, str] = dict(recipe.get("columns", {}))
    model = Model(
        run_id=run_id,
        model_id=model_id,
        signature=_signature(kinds, recipe),
        metadata={"automl": {"task": recipe.get("task")}},
    )
    mlflow.pyfunc.add_to_model(
        model, loader_module=LOADER_MODULE, data=DATA, python_env="python_env.yaml"
    )
    if kinds:
        _write_example(model, kinds, destination)
    requirements = [*_requirements(recipe), f"mlflow=={mlflow.__version__}"]
    (destination / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))
    (destination / "python_env.yaml").write_text(
        f"python: {platform.python_version()}\ndependencies:\n- -r requirements.txt\n"
    )
    model.save(str(destination / "MLmodel"))


def _recipe(folder: Path) -> Mapping[str, Any]:
    try:
        recipe = json.loads((folder / "recipe.json").read_text("utf-8", "surrogatepass"))
    except (FileNotFoundError, ValueError):
        return {}
    return recipe if isinstance(recipe, dict) else {}


def _signature(kinds: Mapping[str, str], recipe: Mapping[str, object]) -> ModelSignature | None:
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec

    if not kinds:
        return None
    # Typed columns would reject valid input: integers in a float column, numbers stored as text.
    # The recipe validates the table itself.
    anything: Any = AnyType  # untyped in MLflow
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(anything(), name, required=False) for name in kinds
    ]
    output = "double" if _predicts_number(recipe) else anything()
    return ModelSignature(
        inputs=Schema(inputs),
        outputs=Schema([ColSpec(output)]),
        params=ParamSchema([ParamSpec("output", "string", "predictions")]),
    )


def _predicts_number(recipe: Mapping[str, object]) -> bool:
    try:
        return TaskKind(recipe.get("task")).answer is Answer.NUMBER
    except RecordProblem:
        return False


def _write_example(model: Model, kinds: Mapping[str, str], destination: Path) -> None:
    """Write an example row with made-up values, because models must not contain rows of data."""
    row = [0.0 if kind == "number" else None for kind in kinds.values()]
    split = {"columns": list(kinds), "data": [row]}
    # ASCII, because a lone surrogate in a column's name can't be encoded as UTF-8.
    (destination / _EXAMPLE).write_text(json_text(split), "ascii")
    serving = json_text({"dataframe_split": split})
    (destination / _SERVING_EXAMPLE).write_text(serving, "ascii")
    model.saved_input_example_info = {
        "artifact_path": _EXAMPLE,
        "serving_input_path": _SERVING_EXAMPLE,
        "type": "dataframe",
        "pandas_orient": "split",
    }


def _requirements(recipe: Mapping[str, Any]) -> list[str]:
    versions = {"automl-magic": package_version(), **recipe.get("versions", {})}
    return [
        f"{name}=={version}"
        for name, version in versions.items()
        if name.lower() != "python"
        and _PACKAGE.fullmatch(name)
        and _VERSION.fullmatch(str(version))
    ]
