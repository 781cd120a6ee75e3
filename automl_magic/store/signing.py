"""Signatures: sign approvals, and verify them with trusted keys.

A statement is signed with Ed25519 (RFC 8032) over its canonical JSON (RFC 8785). The private key is
in a file that only its owner can read. The trusted public keys are in a folder that only its owner
can write to, because anyone who can write there decides what is served.
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
from automl_magic.files.atomic import write_atomic, write_once
from automl_magic.records.codec import Record
from automl_magic.records.models.approval import Approval, Statement

_MAX_KEY_BYTES = 10_000


def canonical_json(record: Record) -> bytes:
    """Return the canonical JSON of a record (RFC 8785): the bytes to sign or hash."""
    return rfc8785.dumps(record.to_json())


def private_key_path(home: Path) -> Path:
    """Return the path of the private key for approvals: `keys/governance.pem` in a home."""
    return home / "keys" / "governance.pem"


def trusted_folder(home: Path) -> Path:
    """Return the folder of the trusted public keys: `keys/trusted` in a home."""
    return home / "keys" / "trusted"


class PrivateKey:
    """The key that signs approvals. Its repr doesn't reveal it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = _key_id(key.public_key())

    def __repr__(self) -> str:
        return f"PrivateKey({self.key_id})"

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key, or make one and trust it: its public key is written to `trusted/`.

        An existing key isn't trusted again, because its public key may have been removed on
        purpose.

        Raises
        ------
        StoreError
            If the file isn't a plain file that belongs to us and only we can read, isn't an Ed25519
            key, or can't be made.
        """
        try:
            return cls.load(path)
        except FileNotFoundError:
            pass
        try:
            _make_key(path)
            return cls.load(path)
        except OSError as error:
            raise _unusable_key_error(
                path, f"{error.strerror}: {error.filename}.", "Make its folder writable."
            ) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key. Raises FileNotFoundError if there is none, or StoreError."""
        try:
            # A link could point to another user's key.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _unusable_key_error(
                path, f"{error.strerror}.", "Put a plain file there."
            ) from error
        with os.fdopen(descriptor, "rb") as file:
            file_status = os.fstat(descriptor)
            if file_status.st_uid != os.geteuid():
                why = f"It belongs to the user with the ID {file_status.st_uid}."
                raise _unusable_key_error(path, why, f"Change its owner: chown $(id -u) {path}")
            if stat.S_IMODE(file_status.st_mode) & 0o077:
                why = f"Others can read or write it (mode {stat.S_IMODE(file_status.st_mode):04o})."
                fix = f"Make it private, or a new key if others had access: chmod 600 {path}"
                raise _unusable_key_error(path, why, fix)
            content = file.read(_MAX_KEY_BYTES)
        try:
            key = load_pem_private_key(content, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            why = "It isn't a private key in PEM format."
            raise _unusable_key_error(
                path, why, "Restore it from a backup, or move it away."
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            why = "It isn't an Ed25519 key."
            raise _unusable_key_error(path, why, "Move it away. The next approval makes a new one.")
        return cls(key)

    def sign(self, statement: Statement) -> Approval:
        """Return the statement with this key's signature."""
        signature = self._key.sign(canonical_json(statement))
        return Approval(
            statement=statement,
            key_id=self.key_id,
            signature=base64.b64encode(signature).decode(),
        )


@dataclass(frozen=True)
class TrustedKeys:
    """The trusted public keys by ID, and their folder."""

    folder: Path

    @functools.cached_property
    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """The keys by ID, read on first use. Raises as `load`."""
        return _read_trusted_keys(self.folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every `*.pem` file of a folder. A missing folder has no trusted keys.

        Raises
        ------
        NotApproved
            If others could have written a key, or a file isn't an Ed25519 public key. One bad file
            makes the whole folder untrusted.
        """
        trusted_keys = cls(folder)
        _ = trusted_keys.keys  # read the keys now
        return trusted_keys

    def verify(self, approval: Approval) -> None:
        """Check that a trusted key signed this statement.

        Raises
        ------
        NotApproved
            If the key isn't trusted, or the signature is wrong.
        """
        statement = approval.statement
        what = f"The approval of {statement.model} version {statement.version} isn't valid."
        approve_again = f"Approve it again: automl approve {statement.model} {statement.version}"
        key = self.keys.get(approval.key_id)
        if key is None:
            raise NotApproved(
                what,
                why=f"The key {approval.key_id[:23]} that signed it isn't trusted. Trusted keys: "
                f"{len(self.keys)}.",
                fix=f"Put its public key in {self.folder}, or approve the version again: "
                f"automl approve {statement.model} {statement.version}",
            )
        try:
            signature = base64.b64decode(approval.signature, validate=True)
            key.verify(signature, canonical_json(statement))
        except (InvalidSignature, binascii.Error, ValueError) as error:
            why = "The signature doesn't match the statement: one of them was changed."
            raise NotApproved(what, why=why, fix=approve_again) from error


def _read_trusted_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    keys: dict[str, Ed25519PublicKey] = {}
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".pem")
        for path in (folder, *paths):
            _check_not_writable_by_others(path)
        for path in paths:
            key = _public_key(path)
            keys[_key_id(key)] = key
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotApproved(
            f"Can't read the trusted keys in {str(folder)!r}.",
            why=f"{error.strerror}: {error.filename}.",
            fix="Make the folder and its files readable.",
        ) from error
    return keys


def _make_key(path: Path) -> None:
    """Write a new key and its public key atomically. If two processes do, the first one wins."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    trusted = path.parent / "trusted"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trusted.mkdir(mode=0o700, exist_ok=True)
    trusted_path = trusted / f"{_key_id(key.public_key()).removeprefix('sha256:')[:16]}.pem"
    # Trust it first: a private key that isn't trusted would be useless.
    write_atomic(trusted_path, public, mode=0o644)
    if not write_once(path, private, mode=0o600):
        trusted_path.unlink()


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes()[:_MAX_KEY_BYTES])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _not_trusted_key_error(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _not_trusted_key_error(path)
    return key


def _check_not_writable_by_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o022:
        raise NotApproved(
            f"The trusted keys can't be used: others can write to {str(path)!r}.",
            why=f"Its mode is {mode:04o}. Anyone who can write there decides what is served.",
            fix=f"Check the keys in it, then protect it: chmod go-w {path}",
        )


def _not_trusted_key_error(path: Path) -> NotApproved:
    return NotApproved(
        f"{str(path)!r} isn't a trusted key.",
        why="It isn't an Ed25519 public key in PEM format.",
        fix="Move it away, or replace it with the right file.",
    )


def _key_id(key: Ed25519PublicKey) -> str:
    return "sha256:" + hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _unusable_key_error(path: Path, why: str, fix: str) -> StoreError:
    return StoreError(f"Can't approve with the key {str(path)!r}.", why=why, fix=fix)
