"""Messages, results and dead letters. A message is a JSON object of features."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from automl_magic.records.codec import json_text

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
# Headers that we add. The message's other headers are passed on.
PREDICTION_ID, MODEL_VERSION, SOURCE = "prediction_id", "model_version", "source"
ERROR, ATTEMPTS = "error", "attempts"

Headers = Sequence[tuple[str, bytes | None]]


class InvalidMessage(Exception):
    """A message that can never be scored, with the reason."""


class PartitionId(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True)
class Message:
    """A message from Kafka. `timestamp` is its timestamp in seconds since 1970."""

    partition: PartitionId
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: float

    @property
    def source(self) -> str:
        """Its unique position: topic, partition and offset."""
        return f"{self.partition.topic}/{self.partition.partition}/{self.offset}"

    def fields(self) -> dict[str, object]:
        """Return the features of the message.

        Raises
        ------
        Poison
            If it isn't a JSON object, is too large or too deep, or has a name twice.
        """
        if self.value is None:
            raise InvalidMessage("The message has no value.")
        if len(self.value) > MAX_BYTES:
            raise InvalidMessage(
                f"The message has {len(self.value):,} bytes. The limit is {MAX_BYTES:,}."
            )
        _check_depth(self.value)
        try:
            document = json.loads(
                self.value, object_pairs_hook=_check_unique, parse_constant=_reject_constant
            )
        except (ValueError, RecursionError) as error:
            raise InvalidMessage(f"The message isn't valid JSON: {str(error)[:200]}.") from error
        if not isinstance(document, dict):
            raise InvalidMessage("The message isn't a JSON object.")
        return document


@dataclass(frozen=True)
class ScoredMessage:
    """The prediction for a message."""

    message: Message
    document: Mapping[str, object]
    version: str

    @property
    def id(self) -> str:
        """The id of the prediction: from the message's header, or a hash of its position."""
        for name, value in self.message.headers:
            if name == PREDICTION_ID and value:
                return value.decode("utf-8", "replace")[:40]
        return hashlib.sha256(self.message.source.encode()).hexdigest()[:32]

    @property
    def value(self) -> bytes:
        return json_text(self.document, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """The message's headers, then ours."""
        added = {PREDICTION_ID: self.id, MODEL_VERSION: self.version, SOURCE: self.message.source}
        return _add_headers(self.message.headers, added)


@dataclass(frozen=True)
class DeadLetter:
    """A message without a result, with the error and the number of attempts.

    `stored` is what the store keeps of its value: the model's fields, without personal values.
    None if it isn't a JSON object. The message itself stays in its topic.
    """

    message: Message
    error: str
    attempts: int
    stored: bytes | None = None

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """The message's headers, then ours."""
        added = {ERROR: self.error, ATTEMPTS: str(self.attempts), SOURCE: self.message.source}
        return _add_headers(self.message.headers, added)


def _add_headers(headers: Headers, added: Mapping[str, str]) -> list[tuple[str, bytes | None]]:
    passed_on = [(name, value) for name, value in headers if name not in added]
    return [*passed_on, *((name, text.encode("utf-8", "replace")) for name, text in added.items())]


def _check_depth(value: bytes) -> None:
    """Reject deeply nested JSON before it's parsed."""
    if value.count(b"[") + value.count(b"{") <= MAX_DEPTH:
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
            if depth > MAX_DEPTH:
                raise InvalidMessage(f"The message is nested more than {MAX_DEPTH} levels deep.")
        elif byte in b"]}":
            depth -= 1


def _check_unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("an object has a name twice")
    return document


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} isn't JSON")


def to_json_value(value: object) -> object:
    """Return a number or label as a JSON value. NaN and infinity become None."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
