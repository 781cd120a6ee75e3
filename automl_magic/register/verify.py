"""Whether a model folder holds what its manifest says, all of it, and nothing that runs code."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from automl_magic.errors import ArtifactTampered, ModelRefused
from automl_magic.files.digests import other_sha256
from automl_magic.records import Artifact, Manifest, ModelVersion, RecordProblem

MANIFEST = "manifest.json"
# Native formats, and skops, which is read with our own list of types. No pickle in any dress.
FORMATS = (".cbm", ".json", ".npz", ".skops", ".txt", ".ubj")
_FIX = "Register the model of another run, or run this one again: automl rerun RUN"


def verified_manifest(folder: Path) -> Manifest:
    """Check every file of a model folder, and return its manifest.

    Formats come first, so that a file which may not be there is never opened.

    Raises
    ------
    ModelRefused
        If there is no manifest, or a file is of a format that is not on the list.
    ArtifactTampered
        If a file is missing, was added, is a link, or has other bytes than were written.
    """
    present = _files(folder)
    for name in present:
        if PurePosixPath(name).suffix.lower() not in FORMATS:
            raise ModelRefused(
                f"The model holds {name!r}, which may not be registered.",
                why=f"Only these formats are loaded: {', '.join(FORMATS)}.",
                fix=_FIX,
            )
    manifest = _manifest(folder)
    listed = {artifact.path: artifact for artifact in manifest.files}
    for name in sorted(present - listed.keys() - {MANIFEST}):
        raise _tampered(name, "It is not in the manifest: somebody added it.")
    for name, artifact in listed.items():
        if name not in present:
            raise _tampered(name, "It is in the manifest, and is not there.")
        _check(folder / name, artifact)
    return manifest


def verified_version(folder: Path, version: ModelVersion) -> None:
    """Check that a folder holds the very model that was registered as `version`.

    Raises
    ------
    ArtifactTampered
        If a file differs from the manifest, or the manifest from the one that was registered.
    """
    if verified_manifest(folder).digest() != version.manifest_sha256:
        raise _tampered(MANIFEST, f"It is not the one that {version.name} {version.version} has.")


def _files(folder: Path) -> set[str]:
    names = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise _tampered(name, "It is a link, and a model holds files only.")
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
            f"There is no model in {str(folder)!r}.",
            why=f"A model has a {MANIFEST}, which lists its files with their digests.",
            fix="Use a run that succeeded: automl leaderboard",
        ) from error
    except (ValueError, RecordProblem) as error:
        raise _tampered(MANIFEST, "It cannot be read as a manifest.") from error


def _check(path: Path, artifact: Artifact) -> None:
    if other := other_sha256(path.read_bytes(), artifact.sha256):
        raise _tampered(
            artifact.path,
            f"Its SHA-256 begins with {other[:12]}; the manifest says "
            f"{artifact.sha256.removeprefix('sha256:')[:12]}.",
        )


def _tampered(name: str, why: str) -> ArtifactTampered:
    return ArtifactTampered(f"The model's file {name!r} was changed.", why=why, fix=_FIX)
