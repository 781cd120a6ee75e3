"""Personal values are stored as keyed hashes, which only show whether values are equal.

With the key you can look up a person, to delete their data. Without it, the database doesn't even
allow guessing likely values. The key is `keys/log.key` in the home of a workspace.
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
from automl_magic.recipe.values import category_text

_BYTES = 32
_TOKEN_DIGITS = 32
TOKEN_PREFIX = "hmac:"  # noqa: S105 - the prefix of every token


def log_key_path(home: Path) -> Path:
    """Return the path of a workspace's key."""
    return home / "keys" / "log.key"


class LogKey:
    """The key of the hashes. Its repr doesn't reveal it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "LogKey()"

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
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                key = bytes.fromhex(file.read(3 * _BYTES).decode("ascii").strip())
        except (OSError, ValueError) as error:
            raise StoreError(
                "Can't read the key that hashes personal columns.",
                why=f"{path}: {error}.",
                fix="Restore the file. With a new key, you can't look up earlier values.",
            ) from error
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

    def token(self, column: str, value: object) -> str | None:
        """Return the keyed hash of a value: `hmac:` and 128 bits in hexadecimal. None for None.

        HMAC-SHA256 (RFC 2104) of the column name and the value's text from `recipe.values.text_of`:
        1, 1.0 and "1" are the same person. The same value in another column has another token.
        """
        text = category_text(value)
        if text is None:
            return None
        message = f"{len(column)}:{column}:{text}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, message, hashlib.sha256).hexdigest()
        return TOKEN_PREFIX + digest[:_TOKEN_DIGITS]


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # If two processes do this at once, the first one wins: a key is never replaced.
    write_once(path, f"{secrets.token_hex(_BYTES)}\n".encode("ascii"), mode=0o600)
