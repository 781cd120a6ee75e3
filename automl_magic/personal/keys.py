"""keys: keyed hashes of personal values, which only show whether values are equal.

With the key you can look up a person, to delete their data. Without it, not even likely values can
be guessed. Keys are files in `keys/` of a workspace's home that only their owner can read:
`log.key` for the prediction log, `levels.key` for models. They are never part of an artifact.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Self

from automl_magic.errors import StoreError
from automl_magic.files.atomic import write_once

_BYTES = 32
_HASH_DIGITS = 32
HASH_PREFIX = "hmac:"


def log_key_path(home: Path) -> Path:
    """Return the path of the key that hashes the prediction log."""
    return home / "keys" / "log.key"


def levels_key_path(home: Path) -> Path:
    """Return the path of the key that hashes the levels in models."""
    return home / "keys" / "levels.key"


class HashKey:
    """The key of the hashes. Its repr doesn't reveal it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @classmethod
    def random(cls) -> Self:
        """Return a new key that isn't stored."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key, or make one that only its owner can read.

        Raises
        ------
        StoreError
            If others can read the file, it's damaged, or it can't be made.
        """
        try:
            if not path.exists():
                _make_key(path)
        except OSError as error:
            raise _unreadable_error(path, error) from error
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an existing key.

        Raises
        ------
        StoreError
            If it's missing or damaged, or others can read it.
        """
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                key = bytes.fromhex(file.read(3 * _BYTES).decode("ascii").strip())
        except (OSError, ValueError) as error:
            raise _unreadable_error(path, error) from error
        if mode & 0o077 or len(key) != _BYTES:
            raise StoreError(
                "Can't use the key that hashes personal columns.",
                why=f"Others can read {path} (mode {mode:04o})."
                if mode & 0o077
                else f"{path} doesn't contain {_BYTES} bytes in hexadecimal.",
                fix=f"Make it private: chmod 600 {path}"
                if mode & 0o077
                else f"Restore {path} from a backup.",
            )
        return cls(key)

    @property
    def id(self) -> str:
        """Identifies the key without revealing it: 64 bits in hexadecimal."""
        return hmac.new(self._key, b"key id", hashlib.sha256).hexdigest()[:16]

    def hash(self, column: str, text: str) -> str:
        """Return the keyed hash of a value: `hmac:` and 128 bits in hexadecimal.

        HMAC-SHA256 (RFC 2104) of the column name and the text. The same text in another column has
        another hash.
        """
        message = f"{len(column)}:{column}:{text}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, message, hashlib.sha256).hexdigest()
        return HASH_PREFIX + digest[:_HASH_DIGITS]


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # If two processes do this at once, the first one wins: a key is never replaced.
    write_once(path, f"{secrets.token_hex(_BYTES)}\n".encode("ascii"), mode=0o600)


def _unreadable_error(path: Path, error: Exception) -> StoreError:
    return StoreError(
        "Can't read the key that hashes personal columns.",
        why=f"{path}: {error}.",
        fix="Restore the file. With a new key, you can't look up earlier values.",
    )
