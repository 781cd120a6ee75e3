"""Convert names and values to MLflow's rules.

A notebook can have any parameter names and values. Names and values that don't fit are changed and
marked with a digest. The original ones are in `params.json` of the MLflow run.
"""

from __future__ import annotations

import hashlib
import posixpath
import re

from automl_magic.records.codec import json_text

MAX_KEY, MAX_PARAM, MAX_TAG, MAX_EXPERIMENT = 250, 6000, 8000, 500
# MLflow's rule, restricted to ASCII. MLflow's expression also matches a final newline.
_KEY = re.compile(r"[\w/.\- :]+", re.ASCII)
_NOT_KEY = re.compile(r"[^\w.\- ]", re.ASCII)


def mlflow_key(name: str) -> str:
    """Return a valid MLflow name. A changed name ends in eight digits of its digest."""
    plain = _KEY.fullmatch(name) and posixpath.normpath(name) == name
    if plain and len(name) <= MAX_KEY and not name.startswith(("/", ".")):
        return name
    return f"{_NOT_KEY.sub('_', name)[: MAX_KEY - 9].strip('. ')}-{_digits(name)}"


def mlflow_value(value_: object, limit: int = MAX_PARAM) -> str:
    """Return a value as text of at most `limit` characters. Values other than text become JSON."""
    text = value_ if isinstance(value_, str) else json_text(value_)
    text = escape_text(text)
    return text if len(text) <= limit else text[: limit - 10] + f"…-{_digits(text)}"


def escape_text(text: str) -> str:
    """Escape NUL and lone surrogates, which databases and UTF-8 files can't store."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
