"""Read the files of a signed folder, each once, and verify them before anything is parsed.

The order of the checks is the protection: the approval names the manifest, the manifest lists the
files, their names determine the formats, their digests the bytes. Only then does a parser see those
same bytes, from memory. No file is opened twice, so a file swapped in between is detected or not
read.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from automl_magic.errors import ArtifactTampered, ModelRefused, NotApproved
from automl_magic.files.digests import mismatched_sha256
from automl_magic.records import Manifest, Record, RecordProblem
from automl_magic.records.models.approval import APPROVAL_NAME, Approval
from automl_magic.store.signing import TrustedKeys

MANIFEST_NAME = "manifest.json"
FIX = "Deploy the version again: automl serve NAME"
# Only names that `recipe.stored` writes.
ALLOWED_PATHS = re.compile(r"[a-z][a-z_]{0,40}\.json|features\.npz|members/[0-9]+-[0-9]+\.[a-z]+")
# First bytes of each format. Files with others are rejected before parsing.
MAGIC_BYTES: Mapping[str, tuple[bytes, ...]] = {
    ".json": (b"{",),
    ".npz": (b"PK\x03\x04", b"PK\x05\x06"),
    ".skops": (b"PK\x03\x04",),
    ".cbm": (b"CBM1",),
    ".txt": (b"tree\n",),
    ".ubj": (b"{L", b"{U", b"{i", b"{l", b"{I"),
}
MAX_DOCUMENT_BYTES = 4_000_000
MAX_BYTES = 4_000_000_000
# A zip bomb of zeros expands a thousandfold; the arrays of a small model only a few times.
MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO = 64_000_000, 100
_ENTRY = re.compile(r"[A-Za-z0-9 ._-]{1,200}\.(npy|json)")

Known = TypeVar("Known", bound=Record)


@dataclass(frozen=True)
class VerifiedFiles:
    """The verified files of a model: the approval, and the bytes by path."""

    approval: Approval
    manifest_sha256: str
    contents: Mapping[str, bytes]


def read_verified_files(
    folder: Path, trusted: TrustedKeys, *, model: str, version: int
) -> VerifiedFiles:
    """Read and verify a signed folder, each file once.

    Raises
    ------
    NotApproved
        If there is no approval, it is for another model or other bytes, or it has no trusted
        signature.
    ModelRefused
        If the folder contains a file of a format that isn't allowed.
    ArtifactTampered
        If a file is missing, added, a link, or differs from the approved bytes.
    """
    try:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise ModelRefused(
            f"There is no model in {str(folder)!r}.", why=f"{error.strerror}.", fix=FIX
        ) from error
    try:
        approval = _approval(root, trusted, model, version)
        manifest = _manifest(root, approval)
        contents = _contents(root, manifest)
    finally:
        os.close(root)
    return VerifiedFiles(approval, approval.statement.manifest_sha256, contents)


def _approval(root: int, trusted: TrustedKeys, model: str, version: int) -> Approval:
    what = f"{model} version {version} can't be served."
    fix = f"Approve the version, then deploy it again: automl approve {model} {version}"

    def not_approved_error(why: str) -> NotApproved:
        return NotApproved(what, why=why, fix=fix)

    try:
        content = _read(root, APPROVAL_NAME, MAX_DOCUMENT_BYTES)
    except FileNotFoundError as error:
        raise not_approved_error(
            f"Its folder has no {APPROVAL_NAME}: it hasn't been approved."
        ) from error
    approval = _document(
        Approval, content, lambda why: not_approved_error(f"{APPROVAL_NAME} {why}.")
    )
    trusted.verify(approval)
    statement = approval.statement
    if (statement.model, statement.version) != (model, version):
        raise not_approved_error(
            f"The approval in its folder is for {statement.model} version {statement.version}."
        )
    return approval


def _manifest(root: int, approval: Approval) -> Manifest:
    try:
        content = _read(root, MANIFEST_NAME, MAX_DOCUMENT_BYTES)
    except FileNotFoundError as error:
        raise tampered_error(MANIFEST_NAME, "is missing") from error
    manifest = _document(Manifest, content, lambda why: tampered_error(MANIFEST_NAME, why))
    if manifest.digest() != approval.statement.manifest_sha256:
        raise tampered_error(MANIFEST_NAME, "isn't the approved manifest")
    return manifest


def _contents(root: int, manifest: Manifest) -> dict[str, bytes]:
    listed = {file.path: file for file in manifest.files}
    if len(listed) != len(manifest.files):
        raise tampered_error(MANIFEST_NAME, "lists a file twice")
    for path in listed:
        _check_name(path)
    if sum(file.size_bytes for file in manifest.files) > MAX_BYTES:
        raise ModelRefused(
            "The model is too large to serve.",
            why=f"Its files are larger than {MAX_BYTES:,} bytes.",
            fix="Fit a smaller model, with fewer members or fewer trees.",
        )
    for path in sorted(_list_files(root) - listed.keys() - {MANIFEST_NAME, APPROVAL_NAME}):
        _check_name(path)
        raise tampered_error(path, "isn't in the manifest: it was added later")
    contents = {}
    for path, file in listed.items():
        try:
            content = _read(root, path, file.size_bytes)
        except FileNotFoundError as error:
            raise tampered_error(path, "is missing") from error
        if actual_sha256 := mismatched_sha256(content, file.sha256):
            raise tampered_error(
                path, f"has a SHA-256 that starts with {actual_sha256[:12]}, not {file.sha256[:12]}"
            )
        contents[path] = content
    for path, content in contents.items():
        _check_form(path, content)
    return contents


def _check_name(path: str) -> None:
    suffix = PurePosixPath(path).suffix
    if ALLOWED_PATHS.fullmatch(path) is None or suffix not in MAGIC_BYTES:
        shown_path = ascii(path) if len(path) <= 80 else ascii(path[:79]) + "…"
        raise ModelRefused(
            f"The model contains {shown_path}, which is never loaded.",
            why=f"Models may contain only files in the formats {', '.join(MAGIC_BYTES)}, with the "
            "names that a search gives them, and no code.",
            fix="Register the model of a run: automl register RUN",
        )


def _check_form(path: str, content: bytes) -> None:
    suffix = PurePosixPath(path).suffix
    if not content.startswith(MAGIC_BYTES[suffix]):
        raise ModelRefused(
            f"The model's file {path!r} doesn't have the format of its name.",
            why=f"It doesn't start like a {suffix} file.",
            fix="Don't serve this model. Register the model of a run: automl register RUN",
        )
    if suffix in (".npz", ".skops"):
        _check_zip(path, content)


def _check_zip(path: str, content: bytes) -> None:
    """Reject an archive with anything but arrays and documents, or that expands too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise tampered_error(path, f"isn't a valid archive: {error}") from error
    unpacked = sum(entry.file_size for entry in entries)
    odd = [entry for entry in entries if not _ENTRY.fullmatch(entry.filename)]
    if odd or any(entry.flag_bits & 1 for entry in entries):
        name = odd[0].filename if odd else "an entry with a password"
        raise ModelRefused(
            f"The model's file {path!r} contains {ascii(name)[:80]}, which is never loaded.",
            why="Model archives may hold only .npy arrays and .json documents.",
            fix="Don't serve this model. Register the model of a run: automl register RUN",
        )
    if unpacked > min(MAX_BYTES, max(MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO * len(content))):
        raise ModelRefused(
            f"The model's file {path!r} unpacks to {unpacked:,} bytes.",
            why="No model that a search writes is that large.",
            fix="Don't serve this model. Register the model of a run: automl register RUN",
        )


def _list_files(root: int) -> set[str]:
    """Return the paths of all files in the folder."""
    paths = set()
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name == "members" and entry.is_dir(follow_symlinks=False):
                members = os.open("members", _FOLDER, dir_fd=root)
                try:
                    with os.scandir(members) as inside:
                        paths |= {f"members/{file.name}" for file in inside}
                finally:
                    os.close(members)
            else:
                paths.add(entry.name)
    return paths


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def _read(root: int, path: str, max_bytes: int) -> bytes:
    """Read a regular file below a folder, without following links.

    Raises
    ------
    FileNotFoundError
    ArtifactTampered
        If it isn't a regular file, or is larger than `max_bytes`.
    """
    *parents, name = path.split("/")
    open_fds: list[int] = []
    try:
        folder = root
        for parent in parents:
            folder = os.open(parent, _FOLDER, dir_fd=folder)
            open_fds.append(folder)
        descriptor = os.open(name, _FILE, dir_fd=folder)
        open_fds.append(descriptor)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise tampered_error(path, "isn't a regular file")
        if status.st_size > max_bytes:
            raise tampered_error(path, f"has {status.st_size:,} bytes, more than {max_bytes:,}")
        with os.fdopen(open_fds.pop(), "rb") as file:
            content = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise tampered_error(path, f"can't be read as a regular file: {error.strerror}") from error
    finally:
        for fd in open_fds:
            os.close(fd)
    if len(content) > max_bytes:
        raise tampered_error(path, f"has more than {max_bytes:,} bytes")
    return content


def _document(kind: type[Known], content: bytes, to_error: Callable[[str], Exception]) -> Known:
    try:
        return kind.from_json(json.loads(content, object_pairs_hook=_reject_duplicates))
    except (RecordProblem, ValueError, RecursionError) as error:
        raise to_error(f"can't be parsed: {error}") from error


def _reject_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is repeated")
    return fields


def tampered_error(path: str, why: str) -> ArtifactTampered:
    """Return the error for a file that differs from the approved one."""
    shown_path = ascii(path)[:90]
    return ArtifactTampered(
        f"The model's file {shown_path} differs from the approved one.",
        why=f"{shown_path} {why}.",
        fix=FIX,
    )
