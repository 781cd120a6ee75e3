"""SHA-256 of files, and the one check of a file against what was recorded of it."""

from __future__ import annotations

import hashlib
from io import BufferedReader

_PREFIX = "sha256:"


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(file: BufferedReader) -> str:
    """Return the SHA-256 of an open file, read from where it stands to its end."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def other_sha256(content: bytes, recorded: str) -> str | None:
    """Return the SHA-256 of some bytes if it is another than the recorded one; None if it is not.

    Parameters
    ----------
    recorded : str
        Hexadecimal digits, with or without `sha256:` before them.
    """
    found = sha256_of(content)
    return None if found == recorded.removeprefix(_PREFIX) else found
