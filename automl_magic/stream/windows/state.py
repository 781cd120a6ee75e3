"""state: what is kept of the latest messages of a key, and the features that follow from it.

Of a message its time and the values of the fields that features need are kept, for as long as a
message may come to whose windows it belongs. The newest time of the partition is kept too: which
message is late does not depend on who reads it.
"""

from __future__ import annotations

import bisect
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from automl_magic.recipe.values import date_of, microseconds, missing_of, number_of, text_of
from automl_magic.stream.messages import Message, Place, Poison, plain
from automl_magic.stream.windows.declared import Aggregate, WindowFeature, Windows

NEWEST = "newest"  # the state of a partition; that of a key begins with a colon
_LONGEST_KEY = 200
# One message from the far future would make all that follow late.
AHEAD_S = 3_600.0

Document = dict[str, Any]
Load = Callable[[Place, str], Document | None]


class Late(Poison):
    """A message that came after its time was over."""


@dataclass(frozen=True)
class Event:
    """What is kept of a message: its time in seconds since 1970, and some values."""

    at: float
    values: Mapping[str, Any]


class WindowStates:
    """The states that a batch of messages reads and changes.

    Parameters
    ----------
    load : callable
        Returns the state of a key of a partition as it was last committed, or None.
    """

    def __init__(self, windows: Windows, load: Load) -> None:
        self.windows, self._load = windows, load
        self._known: dict[tuple[Place, str], Document] = {}
        self.changed: dict[tuple[Place, str], Document] = {}

    def with_features(
        self, message: Message, fields: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Callable[[], None]]:
        """Return the fields with the features, and what makes the message count for later ones.

        Raises
        ------
        Late
            If its time is too long before the newest of its partition.
        Poison
            If it has no key or no time.
        """
        key, event = self._key(message, fields), self._event(message, fields)
        newest = self._get(message.place, NEWEST).get("at", -math.inf)
        if event.at < newest - self.windows.late_s:
            raise Late(f"It is {newest - event.at:,.0f} s older than the newest message.")
        newest = max(newest, event.at)
        events = self._events(message.place, key, newest)
        # After those of the same time: among equals the order is that in which they came.
        bisect.insort(events, event, key=lambda one: one.at)
        events = events[-self.windows.most_events :]
        found = {one.name: value_of(one, events, event.at) for one in self.windows.features}

        def count() -> None:
            kept = [[one.at, dict(one.values)] for one in events]
            self._put(message.place, key, {"events": kept, "at": events[-1].at})
            self._put(message.place, NEWEST, {"at": newest})

        return {**fields, **found}, count

    def newest(self, place: Place) -> float | None:
        """Return the newest time of a partition, if there is one."""
        return self._get(place, NEWEST).get("at")

    def _events(self, place: Place, key: str, newest: float) -> list[Event]:
        oldest = newest - self.windows.longest_s
        kept = self._get(place, key).get("events", ())
        return [Event(at, values) for at, values in kept if at > oldest]

    def _get(self, place: Place, key: str) -> Document:
        if (place, key) not in self._known:
            self._known[place, key] = self._load(place, key) or {}
        return self._known[place, key]

    def _put(self, place: Place, key: str, document: Document) -> None:
        self._known[place, key] = self.changed[place, key] = document

    def _key(self, message: Message, fields: Mapping[str, Any]) -> str:
        if self.windows.key:
            key = text_of(fields.get(self.windows.key))
        else:
            key = None if message.key is None else message.key.decode("utf-8", "backslashreplace")
        if key is None:
            raise Poison(
                f"It has no {self.windows.key!r}." if self.windows.key else "It has no key."
            )
        if len(key) > _LONGEST_KEY or not key.isprintable():
            key = "sha256 " + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return f":{key}"

    def _event(self, message: Message, fields: Mapping[str, Any]) -> Event:
        at = message.at if not self.windows.time else moment_of(fields.get(self.windows.time))
        if at is None:
            raise Poison(f"Its {self.windows.time!r} is no time.")
        if message.at and at > message.at + AHEAD_S:
            raise Poison(f"Its {self.windows.time!r} is {at - message.at:,.0f} s ahead of it.")
        values = {name: fields.get(name) for name in self.windows.fields}
        if odd := [name for name, value in values.items() if isinstance(value, list | dict)]:
            raise Poison(f"Its {odd[0]!r} is no plain value.")
        return Event(at, values)


def moment_of(value: object) -> float | None:
    """Return seconds since 1970 of a number of them, or of ISO 8601 (in UTC without a zone)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    moment = date_of(value) if isinstance(value, str) else None
    return None if moment is None else microseconds(moment) / 1e6


def value_of(feature: WindowFeature, events: list[Event], at: float) -> Any:
    """Return a feature at a time, from the events of its key in the order of their times."""
    inside = [one.values for one in events if at - feature.over_s < one.at <= at]
    if feature.aggregate is Aggregate.COUNT:
        return len(inside)
    values = [one.get(feature.field) for one in inside]
    if feature.aggregate is Aggregate.LAST:
        return next((plain(one) for one in reversed(values) if not missing_of(one)), None)
    if feature.aggregate is Aggregate.DISTINCT:
        return len({text_of(one) for one in values} - {None})
    numbers = [number for number in map(number_of, values) if not math.isnan(number)]
    if feature.aggregate is Aggregate.SUM:
        return math.fsum(numbers)
    if not numbers:
        return None
    if feature.aggregate is Aggregate.MEAN:
        return math.fsum(numbers) / len(numbers)
    return min(numbers) if feature.aggregate is Aggregate.MIN else max(numbers)


def written(document: Document) -> str:
    """Return a state as the text that is kept."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))
