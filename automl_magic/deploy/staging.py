"""Staging: the signed folder of a version, from which alone servers load it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from automl_magic.errors import ArtifactTampered, DeploymentError
from automl_magic.files.atomic import write_atomic, write_folder
from automl_magic.files.digests import other_sha256
from automl_magic.records import Manifest, RecordProblem, dumps
from automl_magic.records.models.approval import APPROVAL_NAME, Approval
from automl_magic.store.staged import staged_folder

_MANIFEST = "manifest.json"


def stage(source: Path, approval: Approval, home: Path) -> Path:
    """Copy the files that an approval is about to where servers load them, and return the folder.

    Each file is read once, and those very bytes are checked and written. The folder appears whole;
    of two who stage the same version at once both find it. One that is there and whole stays, with
    the newest approval.

    Parameters
    ----------
    source : Path
        A folder with the model's files and their manifest.
    home : Path
        The home of the workspace whose servers load them.

    Raises
    ------
    ArtifactTampered
        If the manifest is not the approved one, or a file is not what the manifest says.
    DeploymentError
        If the folder cannot be written.
    """
    folder = staged_folder(approval.statement, home)
    try:
        with _alone(folder.parent):
            if not _is_whole(folder, approval):
                _copy(source, folder, approval)
            _write_approval(folder, approval)
    except OSError as error:
        raise DeploymentError(
            f"{approval.statement.model} version {approval.statement.version} cannot be staged.",
            why=f"{error.strerror or error}: {error.filename or folder}.",
            fix=f"Make room, or make {str(folder.parent)!r} writable.",
        ) from error
    return folder


def staged(approval: Approval, home: Path) -> Path | None:
    """Return the folder of a version that is staged whole, under this very approval."""
    folder = staged_folder(approval.statement, home)
    try:
        is_there = _is_whole(folder, approval) and (
            (folder / APPROVAL_NAME).read_bytes() == _text_of(approval)
        )
    except OSError:
        return None
    return folder if is_there else None


@contextlib.contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Let one process of this machine stage at a time."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _copy(source: Path, folder: Path, approval: Approval) -> None:
    contents = {**_checked(source, approval), APPROVAL_NAME: _text_of(approval)}
    write_folder(folder, contents, mode=0o700)  # one that somebody changed, or a disk did, goes


def _checked(source: Path, approval: Approval) -> dict[str, bytes]:
    """Return the bytes of every file of a model, each read once and then compared."""
    said = approval.statement
    try:
        content = (source / _MANIFEST).read_bytes()
        manifest = Manifest.from_json(json.loads(content))
    except (OSError, ValueError, RecordProblem) as error:
        raise _tampered(_MANIFEST, approval, "It cannot be read as a manifest.") from error
    if manifest.digest() != said.manifest_sha256:
        raise _tampered(_MANIFEST, approval, "It is not the manifest that was approved.")
    contents = {_MANIFEST: content}
    for artifact in manifest.files:
        path = PurePosixPath(artifact.path)
        if path.is_absolute() or ".." in path.parts or path.as_posix() != artifact.path:
            raise _tampered(artifact.path, approval, "Its name leads out of the model's folder.")
        try:
            descriptor = os.open(source / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                found = file.read()
        except OSError as error:
            why = f"It cannot be read: {error.strerror}."
            raise _tampered(artifact.path, approval, why) from error
        if other_sha256(found, artifact.sha256):
            raise _tampered(artifact.path, approval, "Its SHA-256 is not the one in the manifest.")
        contents[artifact.path] = found
    return contents


def _is_whole(folder: Path, approval: Approval) -> bool:
    try:
        wanted = _checked(folder, approval)
    except ArtifactTampered:
        return False
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    return there - {APPROVAL_NAME} == wanted.keys()


def _write_approval(folder: Path, approval: Approval) -> None:
    content = _text_of(approval)
    path = folder / APPROVAL_NAME
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    write_atomic(path, content)


def _text_of(approval: Approval) -> bytes:
    return dumps(approval.to_json()).encode()


def _tampered(name: str, approval: Approval, why: str) -> ArtifactTampered:
    said = approval.statement
    return ArtifactTampered(
        f"The file {name!r} of {said.model} version {said.version} is not what was approved.",
        why=why,
        fix="Register the model of a run again, and approve that version: automl register RUN",
    )
