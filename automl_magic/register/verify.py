"""Verify that a model folder matches its manifest and contains only safe formats."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from automl_magic.errors import ArtifactTampered, ModelRefused
from automl_magic.files.digests import mismatched_sha256
from automl_magic.records import Artifact, Manifest, ModelVersion, RecordProblem

MANIFEST = "manifest.json"
# Native formats, and skops, which is read with a list of allowed types. No pickle.
FORMATS = (".cbm", ".json", ".npz", ".skops", ".txt", ".ubj")
_FIX = "Register another run's model, or rerun this one: automl rerun RUN"


def verified_manifest(folder: Path) -> Manifest:
    """Check every file of a model folder, and return its manifest.

    Formats are checked first, so that files in other formats are never opened.

    Raises
    ------
    ModelRefused
        If there's no manifest, or a file has a format that isn't allowed.
    ArtifactTampered
        If a file is missing, added, a link, or differs from its digest.
    """
    present = _files(folder)
    for name in present:
        if PurePosixPath(name).suffix.lower() not in FORMATS:
            raise ModelRefused(
                f"Can't register a model with the file {name!r}.",
                why=f"Only these formats are allowed: {', '.join(FORMATS)}.",
                fix=_FIX,
            )
    manifest = _manifest(folder)
    listed = {artifact.path: artifact for artifact in manifest.files}
    for name in sorted(present - listed.keys() - {MANIFEST}):
        raise _tampered_error(name, "It was added: the manifest doesn't list it.")
    for name, artifact in listed.items():
        if name not in present:
            raise _tampered_error(name, "The manifest lists it, but it's missing.")
        _check(folder / name, artifact)
    return manifest


def verify_version(folder: Path, version: ModelVersion) -> None:
    """Check that a folder contains the model that was registered as `version`.

    Raises
    ------
    ArtifactTampered
        If a file differs from the manifest, or the manifest from the registered one.
    """
    if verified_manifest(folder).digest() != version.manifest_sha256:
        raise _tampered_error(
            MANIFEST, f"It isn't the manifest of {version.name} {version.version}."
        )


def _files(folder: Path) -> set[str]:
    names = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise _tampered_error(name, "It's a link. A model can contain only files.")
        if not path.is_dir():
            names.add(name)
    return names


def _manifest(folder: Path) -> Manifest:
    try:
        return Manifest.from_json(
            json.loads((folder / MANIFEST).read_text("utf-8", "surrogatepass"))
        )
    except FileNotFoundError as error:
        raise ModelRefused(
            f"There's no model in {str(folder)!r}.",
            why=f"It has no {MANIFEST}, which lists a model's files and digests.",
            fix="Use a run that succeeded: automl leaderboard",
        ) from error
    except (ValueError, RecordProblem) as error:
        raise _tampered_error(MANIFEST, "It can't be read as a manifest.") from error


def _check(path: Path, artifact: Artifact) -> None:
    if actual := mismatched_sha256(path.read_bytes(), artifact.sha256):
        raise _tampered_error(
            artifact.path,
            f"Its SHA-256 starts with {actual[:12]}, but the manifest has "
            f"{artifact.sha256.removeprefix('sha256:')[:12]}.",
        )


def _tampered_error(name: str, why: str) -> ArtifactTampered:
    return ArtifactTampered(f"The model's file {name!r} has been changed.", why=why, fix=_FIX)
