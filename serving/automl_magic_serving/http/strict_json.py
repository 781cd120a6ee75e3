"""Strict JSON: rejects documents that two parsers might read differently."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import accumulate

import numpy as np
import orjson

from automl_magic_serving.auth.problem import HttpProblem, malformed_error

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_STEPS = np.zeros(256, dtype=np.int8)
for _byte, _step in _STEP.items():
    _STEPS[_byte] = _step


def loads(body: bytes, *, depth: int) -> object:
    """Parse a JSON document.

    It must be UTF-8 with at most `depth` nested containers. Keys must be unique in their object,
    and numbers must fit into a float: no NaN, no Infinity, no 1e400.

    Raises
    ------
    Problem
        400, with the position of the error.
    """
    if body.count(b"[") + body.count(b"{") > depth:
        _check_depth(body, depth)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise malformed_error(
            f"The body isn't valid JSON: {error.msg}.", line=error.lineno, column=error.colno
        ) from error
    # The parser drops duplicate keys, and their colons with them: the document written again
    # has fewer. Only an escape could hide that: \u003a is a colon too.
    if b"\\" in body or orjson.dumps(document).count(b":") != body.count(b":"):
        json.loads(body, object_pairs_hook=_each_once)
    return document


def _check_depth(body: bytes, depth: int) -> None:
    if _deepest(body) <= depth:
        return
    if _deepest(_STRING.sub(b"", body)) > depth:  # brackets in strings don't count
        raise HttpProblem(400, "too_deep", f"The body is nested deeper than {depth} levels.")


def _deepest(body: bytes) -> int:
    brackets = body.translate(None, _NOT_BRACKETS)
    if len(brackets) < 256:
        return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)
    return int(_STEPS[np.frombuffer(brackets, np.uint8)].cumsum(dtype=np.int64).max())


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, n in counts.items() if n > 1)
        raise HttpProblem(
            400, "duplicate_key", f"The key {twice[:100]!r} is repeated in an object."
        )
    return members
