"""Staging: the signed folder of a version. Servers load models only from there."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from automl_magic.errors import ArtifactTampered, DeploymentError
from automl_magic.files.atomic import write_atomic, write_folder
from automl_magic.files.digests import mismatched_sha256
from automl_magic.records import Manifest, RecordProblem, dumps
from automl_magic.records.models.approval import APPROVAL_NAME, Approval
from automl_magic.store.staged import staged_folder

_MANIFEST = "manifest.json"


def stage(source: Path, approval: Approval, home: Path) -> Path:
    """Copy the approved files to where servers load them, and return the folder.

    Each file is read once, then the same bytes are checked and written. The folder is created
    atomically, so two processes can stage the same version at the same time. A complete folder is
    kept, with the newest approval.

    Parameters
    ----------
    source : Path
        Folder with the model's files and manifest.
    home : Path
        Home of the workspace whose servers load the files.

    Raises
    ------
    ArtifactTampered
        If the manifest isn't the approved one, or a file differs from the manifest.
    DeploymentError
        If the folder can't be written.
    """
    folder = staged_folder(approval.statement, home)
    try:
        with _staging_lock(folder.parent):
            if not _is_complete(folder, approval):
                _copy(source, folder, approval)
            _write_approval(folder, approval)
    except OSError as error:
        raise DeploymentError(
            f"Can't stage {approval.statement.model} version {approval.statement.version}.",
            why=f"{error.strerror or error}: {error.filename or folder}.",
            fix=f"Free disk space, or make {str(folder.parent)!r} writable.",
        ) from error
    return folder


def find_staged(approval: Approval, home: Path) -> Path | None:
    """Return the complete staged folder of a version with this approval, or None."""
    folder = staged_folder(approval.statement, home)
    try:
        is_staged = _is_complete(folder, approval) and (
            (folder / APPROVAL_NAME).read_bytes() == _approval_bytes(approval)
        )
    except OSError:
        return None
    return folder if is_staged else None


@contextlib.contextmanager
def _staging_lock(parent: Path) -> Iterator[None]:
    """Lock, so that only one process on this machine stages at a time."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _copy(source: Path, folder: Path, approval: Approval) -> None:
    contents = {**_read_verified(source, approval), APPROVAL_NAME: _approval_bytes(approval)}
    write_folder(folder, contents, mode=0o700)  # replaces a changed or damaged folder


def _read_verified(source: Path, approval: Approval) -> dict[str, bytes]:
    """Return the content of each file of a model, read once and checked."""
    statement = approval.statement
    try:
        content = (source / _MANIFEST).read_bytes()
        manifest = Manifest.from_json(json.loads(content))
    except (OSError, ValueError, RecordProblem) as error:
        raise _tampered_error(_MANIFEST, approval, "It can't be read as a manifest.") from error
    if manifest.digest() != statement.manifest_sha256:
        raise _tampered_error(_MANIFEST, approval, "It isn't the approved manifest.")
    contents = {_MANIFEST: content}
    for artifact in manifest.files:
        path = PurePosixPath(artifact.path)
        if path.is_absolute() or ".." in path.parts or path.as_posix() != artifact.path:
            raise _tampered_error(
                artifact.path, approval, "Its path is outside the model's folder."
            )
        try:
            descriptor = os.open(source / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read()
        except OSError as error:
            why = f"It can't be read: {error.strerror}."
            raise _tampered_error(artifact.path, approval, why) from error
        if mismatched_sha256(data, artifact.sha256):
            raise _tampered_error(artifact.path, approval, "Its SHA-256 differs from the manifest.")
        contents[artifact.path] = data
    return contents


def _is_complete(folder: Path, approval: Approval) -> bool:
    try:
        expected = _read_verified(folder, approval)
    except ArtifactTampered:
        return False
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    return present - {APPROVAL_NAME} == expected.keys()


def _write_approval(folder: Path, approval: Approval) -> None:
    content = _approval_bytes(approval)
    path = folder / APPROVAL_NAME
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    write_atomic(path, content)


def _approval_bytes(approval: Approval) -> bytes:
    return dumps(approval.to_json()).encode()


def _tampered_error(name: str, approval: Approval, why: str) -> ArtifactTampered:
    statement = approval.statement
    return ArtifactTampered(
        f"The file {name!r} of {statement.model} version {statement.version} isn't the approved "
        "one.",
        why=why,
        fix="Register a run's model again, then approve the new version: automl register RUN",
    )
