"""What a request is called: as its sender calls it, where that is sane, else by us."""

from __future__ import annotations

import itertools
import re
import secrets

_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,80}")
# Random numbers for each request would cost more than reading its headers does.
_PROCESS, _count = secrets.token_hex(4).encode(), itertools.count(secrets.randbits(24))


def request_id(sent: bytes | None) -> bytes:
    """Return an id that can go into a header and a log line.

    The sender's own, if it is 1 to 80 of `A-Za-z0-9._:/+=-`; else 16 characters: this process's
    beginning, and a count.
    """
    if sent is not None and _SANE.fullmatch(sent):
        return sent
    return b"%b%08x" % (_PROCESS, next(_count) & 0xFFFFFFFF)
