"""model_io: save and load fitted recipes: JSON, NumPy arrays without pickle, native model files.

    manifest.json      every other file with its size and SHA-256
    recipe.json        the recipe
    schema.json        the input schema (records.InputSchema), if a search made the model
    reference.json     the training data profile (records.Reference), likewise
    features.json      the fitted feature steps, with the levels of personal columns as keyed
                       hashes, and
    features.npz       their arrays, by `<view>.<step>.<name>`
    members/<i>-<j>.<ext>  member i with its seed j: .txt (LightGBM), .ubj (XGBoost), .cbm
                       (CatBoost), .skops (scikit-learn), .npz (PyTorch networks)

Each file is read once, and the same bytes are verified and parsed, so it can't be swapped in
between. Only files that the recipe needs are opened.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from automl_magic.errors import (
    ArtifactTampered,
    FolderNotWritable,
    FolderTaken,
    ModelRefused,
    PlanError,
    shorten,
)
from automl_magic.files.atomic import write_folder
from automl_magic.files.digests import mismatched_sha256, sha256_of
from automl_magic.personal.keys import HashKey, levels_key_path
from automl_magic.recipe.document import Recipe
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.hashed_levels import FindKey, HashedLevels, workspace_key
from automl_magic.recipe.levels import column_levels
from automl_magic.recipe.members import FittedMember, member
from automl_magic.recipe.reading import TableReader
from automl_magic.recipe.values import Array
from automl_magic.recipe.view import FittedView
from automl_magic.records import Artifact, Manifest, Record, RecordProblem
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema

MANIFEST = "manifest.json"
FIX = "Refit the recipe, or get the model from the registry again."
# The errors of JSON and NumPy parsers on invalid bytes.
PARSE_ERRORS = (
    RecordProblem,
    PlanError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_model(
    fitted: FittedRecipe,
    folder: Path | str,
    documents: Mapping[str, Record] | None = None,
    *,
    home: Path | None = None,
) -> Manifest:
    """Write a fitted recipe to its own folder, atomically.

    An existing model in the folder is replaced.

    Parameters
    ----------
    documents : mapping, optional
        Records to save with the model, by file name. The manifest lists them too.
    home : Path, optional
        The home folder of the workspace, with the key that hashes the levels of personal columns.
        The key is made if there is none. Required if the model has personal columns.

    Raises
    ------
    ModelRefused
        If the model has personal columns, and there's no home folder.
    FolderTaken
        If the folder contains something other than a model.
    FolderNotWritable
        If the folder can't be written.
    """
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise FolderTaken(
            f"The folder {str(folder)!r} doesn't contain a model.",
            why=f"A model needs its own folder. This folder has files but no {MANIFEST}.",
            fix="Choose a new folder.",
        )
    contents = _file_contents(_with_hashed_levels(fitted, home))
    # On one line each: they hold thousands of numbers.
    texts = {name: record.to_json() for name, record in (documents or {}).items()}
    contents |= {name: _json(document, indent=None) for name, document in texts.items()}
    manifest = Manifest(
        files=tuple(
            Artifact(path=path, size_bytes=len(content), sha256=sha256_of(content))
            for path, content in contents.items()
        )
    )
    contents[MANIFEST] = _json(manifest.to_json())
    try:
        write_folder(folder, contents)
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write the model to {str(folder)!r}.",
            why=error.strerror or str(error),
            fix="Free some space, or choose a folder you can write to.",
        ) from error
    return manifest


def load_model(
    folder: Path | str, *, manifest_sha256: str | None = None, home: Path | None = None
) -> FittedRecipe:
    """Load a model written by `save_model`, after verifying the digest of every file.

    Parameters
    ----------
    manifest_sha256 : str, optional
        The expected digest of the manifest (`Manifest.digest()`), if known.
    home : Path, optional
        The home folder of the workspace, with the key of the hashes of personal columns.

    Raises
    ------
    ArtifactTampered
        If a file is missing or has changed.
    ModelRefused
        If the model has personal columns, and their key isn't in the home folder.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder, manifest_sha256)
    contents = {file.path: _read_verified(folder, file) for file in manifest.files}
    return parse_model(contents, workspace_key(home))


def load_recipe(folder: Path, manifest_sha256: str | None = None) -> Recipe:
    """Read only the recipe of a model, without any fitted part.

    Raises
    ------
    ArtifactTampered
        If the recipe is missing or has changed.
    """
    manifest = _read_manifest(folder, manifest_sha256)
    contents = {
        file.path: _read_verified(folder, file)
        for file in manifest.files
        if file.path == "recipe.json"
    }
    try:
        return Recipe.from_json(json.loads(contents["recipe.json"]))
    except PARSE_ERRORS as error:
        raise _tampered_error("recipe.json", f"the document can't be read: {error}") from error


def load_schema(folder: Path, manifest_sha256: str | None = None) -> tuple[InputSchema | None, str]:
    """Read the input schema of a model, None if it has none, and the digest of its manifest.

    Raises
    ------
    ArtifactTampered
        If the schema is missing or has changed.
    """
    manifest = _read_manifest(folder, manifest_sha256)
    file = next((file for file in manifest.files if file.path == SCHEMA_NAME), None)
    if file is None:
        return None, manifest.digest()
    try:
        return InputSchema.from_json(json.loads(_read_verified(folder, file))), manifest.digest()
    except PARSE_ERRORS as error:
        raise _tampered_error(SCHEMA_NAME, f"it can't be read: {error}") from error


def parse_model(
    contents: Mapping[str, bytes],
    find_key: FindKey = workspace_key(None),  # noqa: B008 - a function
) -> FittedRecipe:
    """Parse a fitted recipe from the contents of its files, by their paths in the model folder.

    Verify their digests first: native model formats aren't safe to parse. `find_key` returns the
    key of the hashes of personal columns, and is only called if the model has such columns.

    Raises
    ------
    ArtifactTampered
        If a file is missing or can't be parsed.
    """

    def content(path: str) -> bytes:
        if path not in contents:
            raise _tampered_error(path, "the manifest doesn't list it")
        return contents[path]

    try:
        recipe = Recipe.from_json(json.loads(content("recipe.json")))
        features = json.loads(content("features.json"))
        hashed = None
        if key_id := features.get("levels_key"):
            personal = recipe.personal_inputs
            hashed = HashedLevels(personal, find_key(key_id, tuple(personal)))
        with np.load(io.BytesIO(content("features.npz")), allow_pickle=False) as arrays:
            views = _views(recipe, features["views"], dict(arrays), hashed)
    except PARSE_ERRORS as error:
        raise _tampered_error("recipe.json", f"the documents can't be read: {error}") from error
    members = []
    for number, spec in enumerate(recipe.members):
        kind = member(spec.estimator)
        models = tuple(
            kind.from_bytes(
                content(f"members/{number}-{seed}{kind.suffix}"),
                recipe.task,
                recipe.n_classes,
                views[spec.view].categorical,
            )
            for seed in range(len(spec.seeds))
        )
        members.append(FittedMember(spec, kind, models))
    reader = None
    if SCHEMA_NAME in contents:
        try:
            schema = InputSchema.from_json(json.loads(contents[SCHEMA_NAME]))
        except PARSE_ERRORS as error:
            raise _tampered_error(SCHEMA_NAME, f"it can't be read: {error}") from error
        reader = TableReader(schema, column_levels(views))
    return FittedRecipe(recipe, views, tuple(members), reader)


def _with_hashed_levels(fitted: FittedRecipe, home: Path | None) -> FittedRecipe:
    personal = fitted.recipe.personal_inputs
    if not personal or any(view.hashed is not None for view in fitted.views.values()):
        return fitted
    if home is None:
        raise ModelRefused(
            f"Can't save the model: it has personal columns ({shorten(list(personal))}).",
            why="A model stores their levels as keyed hashes, and no workspace with a key is set.",
            fix="Pass the home folder of a workspace: save_model(..., home=...).",
        )
    hashed = HashedLevels(personal, HashKey.load_or_make(levels_key_path(home)))
    views = {name: view.with_hashed_levels(hashed) for name, view in fitted.views.items()}
    return replace(fitted, views=views)


def _file_contents(fitted: FittedRecipe) -> dict[str, bytes]:
    documents: dict[str, object] = {}
    arrays: dict[str, Array] = {}
    for number, (name, view) in enumerate(fitted.views.items()):
        document, view_arrays = view.to_state()
        documents[name] = {"prefix": f"{number}.", **document}
        arrays.update({f"{number}.{key}": values for key, values in view_arrays.items()})
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    features: dict[str, object] = {"schema_version": 1, "views": documents}
    keys = {view.hashed.key.id for view in fitted.views.values() if view.hashed is not None}
    if keys:
        (features["levels_key"],) = keys
    contents = {
        "recipe.json": _json(fitted.recipe.to_json()),
        "features.json": _json(features),
        "features.npz": packed.getvalue(),
    }
    for number, fitted_member in enumerate(fitted.members):
        kind = fitted_member.estimator
        for seed, model in enumerate(fitted_member.models):
            contents[f"members/{number}-{seed}{kind.suffix}"] = kind.to_bytes(model)
    return contents


def _views(
    recipe: Recipe,
    documents: Mapping[str, Any],
    arrays: dict[str, Array],
    hashed: HashedLevels | None,
) -> dict[str, FittedView]:
    views = {}
    for name in recipe.used_views:
        document = documents[name]
        prefix = document["prefix"]
        view_arrays = {
            key.removeprefix(prefix): values
            for key, values in arrays.items()
            if key.startswith(prefix)
        }
        views[name] = FittedView.from_state(document, view_arrays, hashed)
    return views


def _read_manifest(folder: Path, expected: str | None) -> Manifest:
    try:
        manifest = Manifest.from_json(json.loads((folder / MANIFEST).read_bytes()))
    except OSError as error:
        raise _tampered_error(MANIFEST, error.strerror or str(error)) from error
    except (RecordProblem, ValueError) as error:
        raise _tampered_error(MANIFEST, f"it isn't a manifest: {error}") from error
    if expected is not None and manifest.digest() != expected:
        raise _tampered_error(MANIFEST, f"its digest is {manifest.digest()}, not {expected}")
    return manifest


def _read_verified(folder: Path, file: Artifact) -> bytes:
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts or "\\" in file.path or "\0" in file.path:
        raise _tampered_error(file.path, "its path leads out of the model's folder")
    try:
        if not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise _tampered_error(file.path, "its path leads out of the model's folder")
        content = (folder / path).read_bytes()
    except OSError as error:
        raise _tampered_error(file.path, error.strerror or str(error)) from error
    if actual := mismatched_sha256(content, file.sha256):
        raise _tampered_error(file.path, f"its SHA-256 is {actual}, not {file.sha256}")
    return content


def _tampered_error(path: str, why: str) -> ArtifactTampered:
    return ArtifactTampered(
        f"The model file {path!r} isn't valid.",
        why=f"For {path!r}, {why}.",
        fix=FIX,
    )


def _json(document: object, indent: int | None = 2) -> bytes:
    # ASCII, because a lone surrogate in a column name or a level can't be encoded as UTF-8.
    text = json.dumps(document, indent=indent, ensure_ascii=True, allow_nan=False)
    return (text + "\n").encode()
