"""Messages: a JSON object of features comes in; a result goes out, or a dead letter."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_BYTES = 1_000_000
MOST_DEPTH = 20
# Headers of ours; what else came with a message is passed on.
PREDICTION_ID, MODEL_VERSION, SOURCE = "prediction_id", "model_version", "source"
ERROR, TRIED = "error", "attempts"

Headers = Sequence[tuple[str, bytes | None]]


class Poison(Exception):
    """A message that no retry helps: it says why."""


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True)
class Message:
    """A message as it was read. `at` is its time in seconds since 1970."""

    place: Place
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    at: float

    @property
    def source(self) -> str:
        """Where it stands, which no other message does."""
        return f"{self.place.topic}/{self.place.partition}/{self.offset}"

    def fields(self) -> dict[str, Any]:
        """Return the features that it holds.

        Raises
        ------
        Poison
            If it is no JSON object, or one that cannot be meant: too large, too deep, a name twice.
        """
        if self.value is None:
            raise Poison("It has no value.")
        if len(self.value) > MOST_BYTES:
            raise Poison(f"It has {len(self.value):,} bytes; the limit is {MOST_BYTES:,}.")
        _check_depth(self.value)
        try:
            found = json.loads(
                self.value, object_pairs_hook=_no_name_twice, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            raise Poison(f"It is no JSON: {str(error)[:200]}.") from error
        if not isinstance(found, dict):
            raise Poison("It is JSON, but no object with names.")
        return found


@dataclass(frozen=True)
class Result:
    """What the model said of a message."""

    message: Message
    document: Mapping[str, Any]
    version: str

    @property
    def id(self) -> str:
        """The id of the prediction: the message's own, or one that follows from where it stands."""
        for name, value in self.message.headers:
            if name == PREDICTION_ID and value:
                return value.decode("utf-8", "replace")[:40]
        return hashlib.sha256(self.message.source.encode()).hexdigest()[:32]

    @property
    def value(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, allow_nan=False).encode(
            "utf-8", "surrogatepass"
        )

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """The message's own headers, then ours."""
        ours = {PREDICTION_ID: self.id, MODEL_VERSION: self.version, SOURCE: self.message.source}
        return _with(self.message.headers, ours)


@dataclass(frozen=True)
class DeadLetter:
    """A message that has no result: with its own bytes, why, and how often it was tried."""

    message: Message
    error: str
    attempts: int

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """The message's own headers, then ours."""
        ours = {ERROR: self.error, TRIED: str(self.attempts), SOURCE: self.message.source}
        return _with(self.message.headers, ours)


def _with(headers: Headers, ours: Mapping[str, str]) -> list[tuple[str, bytes | None]]:
    kept = [(name, value) for name, value in headers if name not in ours]
    return [*kept, *((name, text.encode("utf-8", "replace")) for name, text in ours.items())]


def _check_depth(value: bytes) -> None:
    """Refuse what is nested too deeply before it is parsed; brackets in texts count too."""
    if value.count(b"[") + value.count(b"{") <= MOST_DEPTH:
        return
    depth = in_text = escaped = 0
    for byte in value:
        if in_text:
            if escaped:
                escaped = 0
            elif byte == 0x5C:
                escaped = 1
            elif byte == 0x22:
                in_text = 0
        elif byte == 0x22:
            in_text = 1
        elif byte in b"[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise Poison(f"It is nested more than {MOST_DEPTH} levels deep.")
        elif byte in b"]}":
            depth -= 1


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def plain(value: Any) -> Any:
    """Return a number or a label as JSON has it; None for a number that JSON has not."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
