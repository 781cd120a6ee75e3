"""Names and values that fit MLflow's rules, whatever they were.

A parameter may be named by a user's notebook and a value may be anything. What does not fit is
rewritten, never cut off in silence: the whole of it stands in `params.json` beside the run.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re

MAX_KEY, MAX_PARAM, MAX_TAG, MAX_EXPERIMENT = 250, 6000, 8000, 500
# MLflow's own rule, kept to ASCII. Its expression lets a final newline through.
_KEY = re.compile(r"[\w/.\- :]+", re.ASCII)
_NOT_KEY = re.compile(r"[^\w.\- ]", re.ASCII)


def key(name: str) -> str:
    """Return a name that MLflow takes; a changed one ends in eight digits of its digest."""
    plain = _KEY.fullmatch(name) and posixpath.normpath(name) == name
    if plain and len(name) <= MAX_KEY and not name.startswith(("/", ".")):
        return name
    return f"{_NOT_KEY.sub('_', name)[: MAX_KEY - 9].strip('. ')}-{_digits(name)}"


def value(anything: object, limit: int = MAX_PARAM) -> str:
    """Return a value as text of at most `limit` characters: text as it is, the rest as JSON."""
    text = anything if isinstance(anything, str) else json.dumps(anything)
    text = storable(text)
    return text if len(text) <= limit else text[: limit - 10] + f"…-{_digits(text)}"


def storable(text: str) -> str:
    """Return text that a database and a UTF-8 file take: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
