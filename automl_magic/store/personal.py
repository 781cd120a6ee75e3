"""What may name a person is kept as a keyed hash: equal values stay equal, and nothing else.

Who has the key can look a person up, to delete what is kept about them; who has only the database
cannot even try out likely values. The key is `keys/log.key` in the home of a workspace.
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
from automl_magic.files.atomic import write_first
from automl_magic.recipe.values import text_of

_BYTES = 32
_TOKEN_DIGITS = 32
TOKEN_PREFIX = "hmac:"  # noqa: S105 - what every token begins with


def log_key_path(home: Path) -> Path:
    """Return where the key of a workspace lies."""
    return home / "keys" / "log.key"


class LogKey:
    """The key of the hashes. Its text form says nothing about it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "LogKey()"

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """Read the key, or make one that its owner alone can read.

        Raises
        ------
        StoreError
            If the file can be read by others, is damaged, or cannot be made.
        """
        try:
            if not path.exists():
                _make(path)
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                key = bytes.fromhex(file.read(3 * _BYTES).decode("ascii").strip())
        except (OSError, ValueError) as error:
            raise StoreError(
                "The key that hashes personal columns cannot be read.",
                why=f"{path}: {error}.",
                fix="Restore the file. With a new one, what was kept before cannot be looked up.",
            ) from error
        if mode & 0o077 or len(key) != _BYTES:
            raise StoreError(
                "The key that hashes personal columns is not used.",
                why=f"Others can read {path} (mode {mode:04o})."
                if mode & 0o077
                else f"{path} does not hold {_BYTES} bytes in hexadecimal.",
                fix=f"chmod 600 {path}, or restore it.",
            )
        return cls(key)

    def token(self, column: str, value: object) -> str | None:
        """Return what is kept of a value: `hmac:` and 128 bits in hexadecimal; None for None.

        HMAC-SHA256 (RFC 2104) of the column's name and the value's text, as `recipe.values.text_of`
        reads it: 1, 1.0 and "1" are one person. The same value in another column is another token.
        """
        text = text_of(value)
        if text is None:
            return None
        message = f"{len(column)}:{column}:{text}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._key, message, hashlib.sha256).hexdigest()
        return TOKEN_PREFIX + digest[:_TOKEN_DIGITS]


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Of two who come together the first wins: a key is never replaced.
    write_first(path, f"{secrets.token_hex(_BYTES)}\n".encode("ascii"), mode=0o600)
