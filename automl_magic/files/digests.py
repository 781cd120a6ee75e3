"""SHA-256 digests of files, and checks against recorded digests."""

from __future__ import annotations

import hashlib
from io import BufferedReader

_PREFIX = "sha256:"


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(file: BufferedReader) -> str:
    """Return the SHA-256 of an open file, from its current position to the end."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def mismatched_sha256(content: bytes, recorded: str) -> str | None:
    """Return the SHA-256 of bytes if it differs from the recorded one, else None.

    Parameters
    ----------
    recorded : str
        Hexadecimal digits, with or without the prefix `sha256:`.
    """
    digest = sha256_of(content)
    return None if digest == recorded.removeprefix(_PREFIX) else digest
