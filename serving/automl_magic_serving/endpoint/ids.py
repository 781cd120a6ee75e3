"""The id of a prediction: a UUID of version 7 (RFC 9562) without hyphens.

It sorts by time, so that a database appends it at the end of its index; its last 74 bits are random
and cannot be guessed, so that who knows one id can report no outcome for another.
"""

from __future__ import annotations

import os
import re
import time

# Where the random part of the id begins. It is as good as a coin for sampling, too.
RANDOM_AT = 17
# A shadow's answer bears the id of the answer that went out, and this letter.
SHADOW_SUFFIX = "s"
_FORM = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")


def new_ids(n: int) -> list[str]:
    """Return `n` new ids of 32 characters."""
    prefix = f"{time.time_ns() // 1_000_000:012x}7"
    digits = os.urandom(10 * n).hex()
    return [
        prefix
        + digits[at : at + 3]
        + "89ab"[int(digits[at + 3], 16) & 3]
        + digits[at + 4 : at + 19]
        for at in range(0, 20 * n, 20)
    ]


def is_id(text: str) -> bool:
    """Say whether a text has the form of an id; not whether there was such a prediction."""
    return _FORM.fullmatch(text) is not None
