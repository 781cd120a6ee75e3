"""Signatures: who may say that certain bytes serve, and how everybody else can tell.

A statement is signed with Ed25519 (RFC 8032) over its canonical JSON (RFC 8785). The private key
lies in a file that its owner alone can read; the public keys that are believed lie in a folder that
nobody but its owner can write. Whoever can write there decides what serves.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from automl_magic.errors import NotApproved, StoreError
from automl_magic.files.atomic import write_atomic, write_first
from automl_magic.records.codec import Record
from automl_magic.records.models.approval import Approval, Statement

_MAX_KEY_BYTES = 10_000


def canonical(record: Record) -> bytes:
    """Return the one spelling of a record (RFC 8785): the bytes that are signed or hashed."""
    return rfc8785.dumps(record.to_json())


def private_key_path(home: Path) -> Path:
    """Return where governance keeps its private key: `keys/governance.pem` in a home."""
    return home / "keys" / "governance.pem"


def trusted_folder(home: Path) -> Path:
    """Return the folder of the public keys that are believed: `keys/trusted` in a home."""
    return home / "keys" / "trusted"


class PrivateKey:
    """The key that approvals are signed with. Its text form says nothing about it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = _id_of(key.public_key())

    def __repr__(self) -> str:
        return f"PrivateKey({self.key_id})"

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key, or make one, and trust it: its public half goes to `trusted/` beside it.

        A key that exists is not trusted anew: who took its public half away meant it.

        Raises
        ------
        StoreError
            If the file is not a plain file of ours that we alone can read, holds no Ed25519 key,
            or cannot be made.
        """
        try:
            return cls.load(path)
        except FileNotFoundError:
            pass
        try:
            _make(path)
            return cls.load(path)
        except OSError as error:
            raise _unusable(
                path, f"{error.strerror}: {error.filename}.", "Make its folder writable."
            ) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key. Raises FileNotFoundError where there is none, else StoreError."""
        try:
            # A link could lead to a key that somebody else chose.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _unusable(path, f"{error.strerror}.", "Put a plain file there.") from error
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if found.st_uid != os.geteuid():
                why = f"It belongs to the user with the number {found.st_uid}."
                raise _unusable(path, why, f"Take it over: chown $(id -u) {path}")
            if stat.S_IMODE(found.st_mode) & 0o077:
                why = f"Others can read or write it (mode {stat.S_IMODE(found.st_mode):04o})."
                fix = f"Type chmod 600 {path}; if others had access, make a new key instead."
                raise _unusable(path, why, fix)
            content = file.read(_MAX_KEY_BYTES)
        try:
            key = load_pem_private_key(content, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            why = "It holds no private key in PEM."
            raise _unusable(path, why, "Restore it from a backup, or move it away.") from error
        if not isinstance(key, Ed25519PrivateKey):
            why = "It holds a key of another kind than Ed25519."
            raise _unusable(path, why, "Move it away; the next approval makes a new one.")
        return cls(key)

    def sign(self, statement: Statement) -> Approval:
        """Return the statement with this key's signature."""
        signature = self._key.sign(canonical(statement))
        return Approval(
            statement=statement,
            key_id=self.key_id,
            signature=base64.b64encode(signature).decode(),
        )


@dataclass(frozen=True)
class TrustedKeys:
    """The public keys whose approvals are believed, by their ids, and where they lie."""

    folder: Path

    @functools.cached_property
    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """The keys by their ids. Read when they are first needed; raises as `load`."""
        return _trusted_in(self.folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every `*.pem` of a folder; one that is not there trusts nobody.

        Raises
        ------
        NotApproved
            If others could have written a key, or a file holds no Ed25519 public key. A folder that
            cannot be believed as a whole is not believed in part.
        """
        made = cls(folder)
        _ = made.keys  # read now, and not when somebody asks
        return made

    def verify(self, approval: Approval) -> None:
        """Check that a trusted key signed this very statement.

        Raises
        ------
        NotApproved
            If the key is not trusted, or the signature is not its.
        """
        statement = approval.statement
        what = f"The approval of {statement.model} version {statement.version} is not valid."
        again = f"Approve it again: automl approve {statement.model} {statement.version}"
        key = self.keys.get(approval.key_id)
        if key is None:
            raise NotApproved(
                what,
                why=f"The key {approval.key_id[:23]} that signed it is not trusted here; "
                f"{len(self.keys)} are.",
                fix=f"Put its public half in {self.folder}, or: {again}",
            )
        try:
            signature = base64.b64decode(approval.signature, validate=True)
            key.verify(signature, canonical(statement))
        except (InvalidSignature, binascii.Error, ValueError) as error:
            why = "The signature does not belong to what it says: one of them was changed."
            raise NotApproved(what, why=why, fix=again) from error


def _trusted_in(folder: Path) -> dict[str, Ed25519PublicKey]:
    keys: dict[str, Ed25519PublicKey] = {}
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".pem")
        for path in (folder, *paths):
            _refuse_writable_by_others(path)
        for path in paths:
            key = _public_key(path)
            keys[_id_of(key)] = key
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotApproved(
            f"The trusted keys in {str(folder)!r} cannot be read.",
            why=f"{error.strerror}: {error.filename}.",
            fix="Make the folder and its files readable.",
        ) from error
    return keys


def _make(path: Path) -> None:
    """Write a new key and its public half, each whole; the first of two who come together wins."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    trusted = path.parent / "trusted"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trusted.mkdir(mode=0o700, exist_ok=True)
    known = trusted / f"{_id_of(key.public_key()).removeprefix('sha256:')[:16]}.pem"
    # Trusted first: a private key whose signatures nobody believes would be of no use.
    write_atomic(known, public, mode=0o644)
    if not write_first(path, private, mode=0o600):
        known.unlink()


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes()[:_MAX_KEY_BYTES])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_public_key(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_public_key(path)
    return key


def _refuse_writable_by_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o022:
        raise NotApproved(
            f"The trusted keys are not believed: others can write {str(path)!r}.",
            why=f"Its mode is {mode:04o}; whoever writes there decides what serves.",
            fix=f"Check which keys lie there, then: chmod go-w {path}",
        )


def _no_public_key(path: Path) -> NotApproved:
    return NotApproved(
        f"{str(path)!r} is no trusted key.",
        why="It holds no Ed25519 public key in PEM.",
        fix="Move it away, or put the right file in its place.",
    )


def _id_of(key: Ed25519PublicKey) -> str:
    return "sha256:" + hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _unusable(path: Path, why: str, fix: str) -> StoreError:
    return StoreError(f"The key {str(path)!r} cannot be used to approve.", why=why, fix=fix)
