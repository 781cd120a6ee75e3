"""The file that sets window features.

key: customer                  # a field. Default: the key of the message
time: at                       # a field. Default: the timestamp of the message
late: 1h                       # maximum delay behind the newest message
features:
  spent_1h: {sum: amount, over: 1h}
  visits_1d: {count: true, over: 1d}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from automl_magic.errors import UnknownField, WrongType, closest_match
from automl_magic.records.codec import OutOfRange, Record, RecordProblem, json_key

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


class Aggregate(StrEnum):
    """The aggregate of the values in a window. `distinct` counts distinct values."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    DISTINCT = "distinct"


@dataclass(frozen=True, kw_only=True)
class WindowFeature(Record):
    """One feature: an aggregate of a field over a time window that ends with the message.

    The window has the messages with the same key and a time in (time - over_s, time]. `over_s` is
    in seconds. `field` is empty for `count`, which counts messages.
    """

    name: str
    aggregate: Aggregate
    over_s: float
    field: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.over_s < float("inf"):
            raise OutOfRange("over_s", "a duration above 0")
        if (self.aggregate is Aggregate.COUNT) == bool(self.field):
            raise OutOfRange("field", "a field for all aggregates except count")


@dataclass(frozen=True, kw_only=True)
class Windows(Record):
    """All window features of a stream.

    `key` and `time` are names of fields. If empty, the key and timestamp of the message are used. A
    message whose time is more than `late_s` seconds before the newest of its partition becomes a
    dead letter. The newest `max_events` events of each key are stored.
    """

    features: tuple[WindowFeature, ...]
    key: str = ""
    time: str = ""
    late_s: float = 0.0
    max_events: int = json_key("most_events", default=1_000)

    def __post_init__(self) -> None:
        if not self.features:
            raise OutOfRange("features", "at least one feature")
        if not 0 <= self.late_s < float("inf"):
            raise OutOfRange("late_s", "a duration of at least 0")
        if not 1 <= self.max_events <= 100_000:
            raise OutOfRange("most_events", "a whole number from 1 to 100,000")

    @property
    def retention_s(self) -> float:
        """The time for which an event is needed, in seconds: the longest window plus `late_s`."""
        return max(feature.over_s for feature in self.features) + self.late_s

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose values are stored."""
        return tuple(dict.fromkeys(feature.field for feature in self.features if feature.field))


def read_windows(path: Path) -> Windows:
    """Read a file of window features.

    Raises
    ------
    SpecError, UnknownField, WrongType
        If the file can't be read or is invalid.
    """
    from automl_magic.files.yaml_text import FileFormat, node_value, parse_yaml, read_text

    form = FileFormat(
        noun="windows file",
        article_noun="a windows file",
        example="features:",
        create_hint="Use the format in docs/howto/stream-from-kafka.",
        compare_hint="Compare with the format in docs/howto/stream-from-kafka",
    )
    root = parse_yaml(read_text(path, form), path.name, form)
    return parse_windows(node_value(root, path.name), path.name)


def parse_windows(document: object, name: str) -> Windows:
    """Return the windows of a document. `name` is its name in errors."""
    document = _check_mapping(document, name, "the file")
    fields = ("key", "time", "late", "most_events", "features")
    _check_names(document, fields, name, "the file")
    declared = _check_mapping(document.get("features"), name, "features")
    features = []
    for feature, definition in declared.items():
        where = f"feature {feature!r}"
        entry = _check_mapping(definition, name, where)
        _check_names(entry, [*Aggregate, "over"], name, where)
        aggregates = [field for field in entry if field != "over"]
        if len(aggregates) != 1:
            raise _wrong_type_error(
                name, where, f"one of {', '.join(Aggregate)}", f"{len(aggregates)} of them"
            )
        aggregate = Aggregate(aggregates[0])
        field = "" if aggregate is Aggregate.COUNT else _check_text(entry[aggregate], name, where)
        over_s = _parse_duration(entry.get("over"), name, f"{where}: over")
        features.append(
            WindowFeature(name=str(feature), aggregate=aggregate, over_s=over_s, field=field)
        )
    try:
        return Windows(
            features=tuple(features),
            key=_check_text(document.get("key", ""), name, "key"),
            time=_check_text(document.get("time", ""), name, "time"),
            late_s=_parse_duration(document.get("late", 0), name, "late"),
            max_events=document.get("most_events", 1_000),
        )
    except (OutOfRange, RecordProblem, TypeError) as error:
        where = getattr(error, "field", "the file")
        expected = getattr(error, "expected", "valid values")
        raise _wrong_type_error(name, where, expected, "something else") from error


def _check_mapping(value: object, name: str, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type_error(name, where, "a mapping", f"{value!r:.60}")
    return value


def _check_text(value: object, name: str, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type_error(name, where, "the name of a field", f"{value!r:.60}")
    return value


def _parse_duration(value: object, name: str, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = _DURATION.fullmatch(str(value).strip())
    if match is None:
        raise _wrong_type_error(
            name, where, "a duration such as 30s, 5m, 1h or 7d", f"{value!r:.60}"
        )
    return float(match[1]) * _SECONDS[match[2]]


def _check_names(entry: Mapping[str, object], valid: Iterable[str], name: str, where: str) -> None:
    valid_names = [str(field) for field in valid]
    for field in entry:
        if field not in valid_names:
            close = closest_match(str(field), valid_names)
            raise UnknownField(
                f"{name!r} has the unknown field {str(field)[:40]!r}.",
                why=f"The fields of {where} are {', '.join(valid_names)}.",
                fix=f"Use {close}." if close else "Remove it.",
            )


def _wrong_type_error(name: str, where: str, expected: str, actual: str) -> WrongType:
    return WrongType(
        f"{name!r} has an invalid value.",
        why=f"Expected {expected} for {where}, but found {actual}.",
        fix="Use the format in docs/howto/stream-from-kafka.",
    )
