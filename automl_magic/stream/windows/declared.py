"""Windows as a file declares them.

key: customer                  # a field; left out, the key of the message
time: at                       # a field; left out, the time of the message
late: 1h                       # how far behind the newest message one may be
features:
  spent_1h: {sum: amount, over: 1h}
  visits_1d: {count: true, over: 1d}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from automl_magic.errors import SpecError, UnknownField, WrongType, near_miss
from automl_magic.records.codec import OutOfRange, Record, RecordProblem

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
MOST_BYTES = 100_000


class Aggregate(StrEnum):
    """What is made of the values in a window. `distinct` counts different values."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    DISTINCT = "distinct"


@dataclass(frozen=True, kw_only=True)
class WindowFeature(Record):
    """One feature: an aggregate of a field over the seconds that end with the message itself.

    Messages of the same key count whose time is in (time - over_s, time]. `field` is empty for
    `count`, which counts messages.
    """

    name: str
    aggregate: Aggregate
    over_s: float
    field: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.over_s < float("inf"):
            raise OutOfRange("over_s", "a duration above 0")
        if (self.aggregate is Aggregate.COUNT) == bool(self.field):
            raise OutOfRange("field", "a field for every aggregate but count")


@dataclass(frozen=True, kw_only=True)
class Windows(Record):
    """All features over windows of one stream.

    `key` and `time` name fields; empty, the message's own key and time are meant. A message whose
    time is more than `late_s` before the newest of its partition is late: it becomes a dead
    letter. Of each key the newest `most_events` are kept.
    """

    features: tuple[WindowFeature, ...]
    key: str = ""
    time: str = ""
    late_s: float = 0.0
    most_events: int = 1_000

    def __post_init__(self) -> None:
        if not self.features:
            raise OutOfRange("features", "at least one feature")
        if not 0 <= self.late_s < float("inf"):
            raise OutOfRange("late_s", "a duration of at least 0")
        if not 1 <= self.most_events <= 100_000:
            raise OutOfRange("most_events", "a whole number from 1 to 100,000")

    @property
    def longest_s(self) -> float:
        """How long a message may matter: the longest window, and how late another may come."""
        return max(feature.over_s for feature in self.features) + self.late_s

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose values are kept."""
        return tuple(dict.fromkeys(one.field for one in self.features if one.field))


def read_windows(path: Path) -> Windows:
    """Read the file that declares them.

    Raises
    ------
    SpecError, UnknownField, WrongType
        If the file cannot be read, or says something that cannot be meant.
    """
    import yaml

    try:
        text = path.read_text("utf-8")
        if len(text) > MOST_BYTES or re.search(r"(^|\s)[&*][A-Za-z0-9_]", text):
            raise ValueError("it is too large, or has anchors and aliases")
        document = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise SpecError(
            f"{str(path)!r} declares no windows.",
            why=f"It cannot be read: {str(said)[:200]}.",
            fix="Write it as docs/howto/stream-from-kafka shows.",
        ) from error
    return windows_of(document, str(path))


def windows_of(document: Any, name: str) -> Windows:
    """Return the windows that a document declares; `name` is what an error calls it."""
    document = _mapping(document, name, "the file")
    known = ("key", "time", "late", "most_events", "features")
    _check_names(document, known, name, "the file")
    declared = _mapping(document.get("features"), name, "features")
    features = []
    for feature, said in declared.items():
        where = f"feature {feature!r}"
        entry = _mapping(said, name, where)
        _check_names(entry, [*Aggregate, "over"], name, where)
        chosen = [word for word in entry if word != "over"]
        if len(chosen) != 1:
            raise _wrong(name, where, f"one of {', '.join(Aggregate)}", f"{len(chosen)} of them")
        aggregate = Aggregate(chosen[0])
        field = "" if aggregate is Aggregate.COUNT else _text(entry[aggregate], name, where)
        over_s = _duration(entry.get("over"), name, f"{where}: over")
        features.append(
            WindowFeature(name=str(feature), aggregate=aggregate, over_s=over_s, field=field)
        )
    try:
        return Windows(
            features=tuple(features),
            key=_text(document.get("key", ""), name, "key"),
            time=_text(document.get("time", ""), name, "time"),
            late_s=_duration(document.get("late", 0), name, "late"),
            most_events=document.get("most_events", 1_000),
        )
    except (OutOfRange, RecordProblem, TypeError) as error:
        raise _wrong(name, getattr(error, "field", "the file"), str(error), "something else") from (
            error
        )


def _mapping(value: Any, name: str, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, where, "a mapping", f"{value!r:.60}")
    return value


def _text(value: Any, name: str, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, where, "the name of a field", f"{value!r:.60}")
    return value


def _duration(value: Any, name: str, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _DURATION.fullmatch(str(value).strip())
    if found is None:
        raise _wrong(name, where, "a duration such as 30s, 5m, 1h or 7d", f"{value!r:.60}")
    return float(found[1]) * _SECONDS[found[2]]


def _check_names(entry: Mapping[str, Any], known: Any, name: str, where: str) -> None:
    known = [str(word) for word in known]
    for word in entry:
        if word not in known:
            close = near_miss(str(word), known)
            raise UnknownField(
                f"{name!r} has the unknown field {str(word)[:40]!r}.",
                why=f"The fields of {where} are {', '.join(known)}.",
                fix=f"Write {close}." if close else "Take it out.",
            )


def _wrong(name: str, where: str, expected: str, found: str) -> WrongType:
    return WrongType(
        f"{name!r} cannot be meant so.",
        why=f"For {where}, {expected} was expected, and {found} found.",
        fix="Write it as docs/howto/stream-from-kafka shows.",
    )
