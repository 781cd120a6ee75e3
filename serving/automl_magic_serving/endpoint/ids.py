"""Prediction ids: a UUID of version 7 (RFC 9562) without hyphens.

It sorts by time, so a database appends it at the end of its index. Its last 74 bits are random and
can't be guessed, so knowing one id doesn't let a caller report outcomes for another.
"""

from __future__ import annotations

import os
import re
import time

# Start of the random part of the id, which sampling uses too.
RANDOM_AT = 17
# A shadow's prediction has the id of the returned prediction plus this letter.
SHADOW_SUFFIX = "s"
_FORM = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")


def new_ids(n: int) -> list[str]:
    """Return `n` new ids of 32 characters each."""
    prefix = f"{time.time_ns() // 1_000_000:012x}7"
    digits = os.urandom(10 * n).hex()
    return [
        prefix
        + digits[start : start + 3]
        + "89ab"[int(digits[start + 3], 16) & 3]
        + digits[start + 4 : start + 19]
        for start in range(0, 20 * n, 20)
    ]


def is_id(text: str) -> bool:
    """Return whether a text has the form of an id, not whether the prediction exists."""
    return _FORM.fullmatch(text) is not None
