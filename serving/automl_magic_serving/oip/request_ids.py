"""Request ids: the caller's own if it's valid, otherwise generated."""

from __future__ import annotations

import itertools
import re
import secrets

_VALID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,80}")
# A random number per request would cost more than reading its headers.
_PROCESS, _count = secrets.token_hex(4).encode(), itertools.count(secrets.randbits(24))


def request_id(value: bytes | None) -> bytes:
    """Return an id that is safe in headers and log lines.

    The caller's own if it has 1 to 80 of `A-Za-z0-9._:/+=-`. Otherwise 16 characters: a prefix of
    this process and a counter.
    """
    if value is not None and _VALID.fullmatch(value):
        return value
    return b"%b%08x" % (_PROCESS, next(_count) & 0xFFFFFFFF)
