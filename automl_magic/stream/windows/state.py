"""state: the stored events of a key, and the features computed from them.

An event has the time of a message and the values of the fields that features need. It's stored for
as long as it can be in the window of a later message. The newest time of each partition is stored,
too, so that all processes agree on which messages are late.
"""

from __future__ import annotations

import bisect
import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from automl_magic.recipe.values import (
    category_text,
    is_missing_value,
    to_float,
    to_microseconds,
    to_utc_datetime,
)
from automl_magic.records.codec import json_text
from automl_magic.stream.messages import InvalidMessage, Message, PartitionId, to_json_value
from automl_magic.stream.windows.definition import Aggregate, WindowFeature, Windows

NEWEST = "newest"  # the state of a partition. States of keys start with a colon.
_MAX_KEY_LENGTH = 200
# A message from the far future would make all later messages late.
MAX_AHEAD_S = 3_600.0

Document = dict[str, Any]
Load = Callable[[PartitionId, str], Document | None]


class LateMessage(InvalidMessage):
    """A message that arrived too late for its windows."""


@dataclass(frozen=True)
class Event:
    """The stored part of a message: its time in seconds since 1970, and some values."""

    timestamp: float
    values: Mapping[str, object]


class WindowStates:
    """The window states that a batch of messages reads and changes.

    Parameters
    ----------
    load : callable
        Returns the committed state of a key in a partition, or None.
    """

    def __init__(self, windows: Windows, load: Load) -> None:
        self.windows, self._load = windows, load
        self._cache: dict[tuple[PartitionId, str], Document] = {}
        self.changed: dict[tuple[PartitionId, str], Document] = {}

    def with_features(
        self, message: Message, fields: Mapping[str, object]
    ) -> tuple[dict[str, object], Callable[[], None]]:
        """Return the fields with the window features, and a function that stores the message.

        Raises
        ------
        Late
            If the message is too far behind the newest of its partition.
        Poison
            If it has no key or no time.
        """
        key, event = self._key(message, fields), self._event(message, fields)
        newest = self._get(message.partition, NEWEST).get("at", -math.inf)
        if event.timestamp < newest - self.windows.late_s:
            raise LateMessage(
                f"It's {newest - event.timestamp:,.0f} s older than the newest message."
            )
        newest = max(newest, event.timestamp)
        events = self._events(message.partition, key, newest)
        # Insert it after events with the same time, so that these stay in order of arrival.
        bisect.insort(events, event, key=lambda entry: entry.timestamp)
        events = events[-self.windows.max_events :]
        features = {
            feature.name: compute_feature(feature, events, event.timestamp)
            for feature in self.windows.features
        }

        def count() -> None:
            stored = [[entry.timestamp, dict(entry.values)] for entry in events]
            self._put(message.partition, key, {"events": stored, "at": events[-1].timestamp})
            self._put(message.partition, NEWEST, {"at": newest})

        return {**fields, **features}, count

    def newest(self, partition: PartitionId) -> float | None:
        """Return the newest time of a partition, or None."""
        return self._get(partition, NEWEST).get("at")

    def _events(self, partition: PartitionId, key: str, newest: float) -> list[Event]:
        oldest = newest - self.windows.retention_s
        stored = self._get(partition, key).get("events", ())
        return [Event(time, values) for time, values in stored if time > oldest]

    def _get(self, partition: PartitionId, key: str) -> Document:
        if (partition, key) not in self._cache:
            self._cache[partition, key] = self._load(partition, key) or {}
        return self._cache[partition, key]

    def _put(self, partition: PartitionId, key: str, document: Document) -> None:
        self._cache[partition, key] = self.changed[partition, key] = document

    def _key(self, message: Message, fields: Mapping[str, object]) -> str:
        if self.windows.key:
            key = category_text(fields.get(self.windows.key))
        else:
            key = None if message.key is None else message.key.decode("utf-8", "backslashreplace")
        if key is None:
            raise InvalidMessage(
                f"It has no {self.windows.key!r}." if self.windows.key else "It has no key."
            )
        if len(key) > _MAX_KEY_LENGTH or not key.isprintable():
            key = "sha256 " + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return f":{key}"

    def _event(self, message: Message, fields: Mapping[str, object]) -> Event:
        time = (
            message.timestamp
            if not self.windows.time
            else parse_timestamp(fields.get(self.windows.time))
        )
        if time is None:
            raise InvalidMessage(f"Its {self.windows.time!r} isn't a time.")
        if message.timestamp and time > message.timestamp + MAX_AHEAD_S:
            raise InvalidMessage(
                f"Its {self.windows.time!r} is {time - message.timestamp:,.0f} s after "
                "its timestamp."
            )
        values = {name: fields.get(name) for name in self.windows.fields}
        if nested := [name for name, value in values.items() if isinstance(value, list | dict)]:
            raise InvalidMessage(f"Its {nested[0]!r} is a list or an object.")
        return Event(time, values)


def parse_timestamp(value: object) -> float | None:
    """Return seconds since 1970 from a number or an ISO 8601 text (by default in UTC)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    date = to_utc_datetime(value) if isinstance(value, str) else None
    return None if date is None else to_microseconds(date) / 1e6


def compute_feature(feature: WindowFeature, events: list[Event], time: float) -> object:
    """Return the value of a feature at `time`, from the sorted events of a key."""
    inside = [event.values for event in events if time - feature.over_s < event.timestamp <= time]
    if feature.aggregate is Aggregate.COUNT:
        return len(inside)
    values = [fields.get(feature.field) for fields in inside]
    if feature.aggregate is Aggregate.LAST:
        return next(
            (to_json_value(value) for value in reversed(values) if not is_missing_value(value)),
            None,
        )
    if feature.aggregate is Aggregate.DISTINCT:
        return len({category_text(value) for value in values} - {None})
    numbers = [number for number in map(to_float, values) if not math.isnan(number)]
    if feature.aggregate is Aggregate.SUM:
        return math.fsum(numbers)
    if not numbers:
        return None
    if feature.aggregate is Aggregate.MEAN:
        return math.fsum(numbers) / len(numbers)
    return min(numbers) if feature.aggregate is Aggregate.MIN else max(numbers)


def dump_state(document: Document) -> str:
    """Return a state as JSON text."""
    return json_text(document, ensure_ascii=True, separators=(",", ":"))
