"""JSON for records: one strict reader and one writer for all frozen dataclasses.

An unknown field, a missing field or a value of the wrong type raises `RecordProblem`. It has the
path to the value, so that the caller can name the line.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Self, TypeAlias

from automl_magic.errors import closest_match

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Path: TypeAlias = tuple[str | int, ...]


class RecordProblem(ValueError):
    """Raised if a document isn't a valid record.

    Attributes
    ----------
    path : tuple of str and int
        Keys and positions that lead to the value.
    expected, actual : str
        The valid value and the actual one, in words.
    literal : str
        The actual value as it's written, such as `-1` or `'abc'`.
    missing : bool
        Whether a required field is missing.
    valid_fields : tuple of str
        The fields that exist here, if the field of the path doesn't.
    close : str or None
        The closest valid name, if there is one.
    """

    def __init__(
        self,
        path: Path,
        expected: str,
        actual: str,
        *,
        literal: str | None = None,
        missing: bool = False,
        valid_fields: tuple[str, ...] = (),
        close: str | None = None,
    ) -> None:
        path_text = ".".join(map(str, path)) or "the document"
        super().__init__(f"{path_text}: expected {expected}, found {actual}")
        self.path, self.expected, self.actual = path, expected, actual
        self.literal = actual if literal is None else literal
        self.missing, self.valid_fields, self.close = missing, valid_fields, close

    @classmethod
    def of_value(
        cls, path: Path, expected: str, value: object, *, close: str | None = None
    ) -> RecordProblem:
        """Return the problem with a value."""
        return cls(path, expected, format_value(value), literal=_format_literal(value), close=close)

    @classmethod
    def unknown_field(
        cls, path: Path, valid_fields: Iterable[str], expected: str | None = None
    ) -> RecordProblem:
        """Return the problem with a field that doesn't exist, the last one of the path."""
        name, fields = str(path[-1]), tuple(valid_fields)
        return cls(
            path,
            expected or f"one of {', '.join(fields)}",
            f"the unknown field {name!r}",
            valid_fields=fields,
            close=closest_match(name, fields),
        )

    def at(self, path: Path) -> RecordProblem:
        """Return the same problem with another path."""
        return type(self)(
            path,
            self.expected,
            self.actual,
            literal=self.literal,
            missing=self.missing,
            valid_fields=self.valid_fields,
            close=self.close,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """A frozen value that round-trips through JSON."""

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON types. All fields are included, also those with defaults."""
        return {_key(f): _to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, document: object, path: Path = ()) -> Self:
        """Read a record and check every field.

        Raises
        ------
        RecordProblem
            If a field is unknown, missing, of the wrong type or out of range.
        """
        if not isinstance(document, Mapping):
            raise RecordProblem.of_value(path, "a mapping of fields", document)
        hints = typing.get_type_hints(cls)
        fields = {_key(f): f for f in dataclasses.fields(cls)}
        for key in document:
            if key not in fields:
                raise RecordProblem.unknown_field((*path, key), fields)
        values = {}
        for key, field in fields.items():
            if key in document:
                values[field.name] = _read(hints[field.name], document[key], (*path, key))
            elif (
                field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            ):
                raise RecordProblem(
                    (*path, key), "a value", "nothing (the field is required)", missing=True
                )
        try:
            return cls(**values)
        except OutOfRange as problem:
            value = values.get(fields[problem.field].name) if problem.field in fields else None
            raise RecordProblem.of_value(
                (*path, problem.field), problem.expected, value
            ) from problem

    def digest(self) -> str:
        """Return the SHA-256 of the record's canonical JSON, as `sha256:<hex>`."""
        return digest_of(self.to_json())


def json_key(key: str, **options: Any) -> Any:
    """Declare a field that is stored in JSON under another name than its own."""
    return dataclasses.field(metadata={"key": key}, **options)


def _key(field: dataclasses.Field[Any]) -> str:
    key: str = field.metadata.get("key", field.name)
    return key


class OutOfRange(ValueError):
    """Raised by a record's `__post_init__` if a value has the right type but is out of range."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}")
        self.field, self.expected = field, expected


class OpenChoice(str):
    """A choice from a list that installed packages can extend, unlike an Enum.

    Calling the class with a name returns the choice or raises `RecordProblem`.
    """

    __slots__ = ()

    @classmethod
    def choices(cls) -> tuple[str, ...]:
        """Return the valid names."""
        raise NotImplementedError


def dumps(document: object, *, indent: int | None = 2) -> str:
    """Return standard JSON text: no NaN, keys in their original order, a final newline."""
    return json_text(document, indent=indent, ensure_ascii=False) + "\n"


def json_text(document: object, **options: Any) -> str:
    """Return JSON text as `json.dumps` does, with null for each number that isn't finite.

    JSON has no NaN and no infinity, and readers refuse Python's words for them.
    """
    try:
        return json.dumps(document, allow_nan=False, **options)
    except ValueError:
        return json.dumps(_with_finite_numbers(document), allow_nan=False, **options)


def find_non_finite(document: object, path: Path = ()) -> Path | None:
    """Return the keys and positions that lead to the first number that isn't finite, or None."""
    items: Iterable[tuple[str | int, object]] = ()
    match document:
        case float():
            return None if math.isfinite(document) else path
        case Mapping():
            items = document.items()
        case list() | tuple():
            items = enumerate(document)
    paths = (find_non_finite(item, (*path, key)) for key, item in items)
    return next((path for path in paths if path is not None), None)


def _with_finite_numbers(document: object) -> object:
    match document:
        case float():
            return document if math.isfinite(document) else None
        case Mapping():
            return {key: _with_finite_numbers(item) for key, item in document.items()}
        case list() | tuple():
            return [_with_finite_numbers(item) for item in document]
        case _:
            return document


def digest_of(document: object) -> str:
    """Return the digest of a JSON document as `sha256:<hex>`. The order of keys doesn't matter."""
    text = json_text(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _to_plain(value: object) -> Any:
    match value:
        case Record():
            return value.to_json()
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _to_plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_to_plain(item) for item in value]
        case frozenset() | set():
            return sorted(_to_plain(item) for item in value)
        case OpenChoice():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"Records can't contain a {type(value).__name__}.")


def _read(hint: Any, value: object, path: Path) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object:
        return value
    if origin in (typing.Union, types.UnionType):
        return _read_union(arguments, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise RecordProblem.of_value(path, "a list", value)
        return tuple(_read(arguments[0], item, (*path, i)) for i, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise RecordProblem.of_value(path, "a mapping", value)
        return {str(k): _read(arguments[1], item, (*path, str(k))) for k, item in value.items()}
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.from_json(value, path)
    if isinstance(hint, type) and issubclass(hint, Enum | OpenChoice):
        return _read_choice(hint, value, path)
    if hint is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is types.NoneType and value is None:
        return None
    # bool is a subclass of int in Python, but not a number in JSON.
    if isinstance(value, hint) and not (isinstance(value, bool) and hint is not bool):
        return value
    raise RecordProblem.of_value(path, _type_name(hint), value)


def _read_union(options: tuple[object, ...], value: object, path: Path) -> Any:
    problems = []
    for option in options:
        try:
            return _read(option, value, path)
        except RecordProblem as problem:
            problems.append((option, problem))
    # The deepest problem belongs to the option that the author most likely meant.
    deepest = max(problems, key=lambda pair: len(pair[1].path))[1]
    if len(deepest.path) > len(path):
        raise deepest
    expected = " or ".join(dict.fromkeys(problem.expected for _, problem in problems))
    close = next((problem.close for _, problem in problems if problem.close), None)
    raise RecordProblem.of_value(path, expected, value, close=close)


def _read_choice(hint: type[Enum | OpenChoice], value: object, path: Path) -> Enum | OpenChoice:
    try:
        return hint(value)
    except RecordProblem as problem:
        raise problem.at(path) from None
    except ValueError:
        valid_names = [str(member.value) for member in hint]  # type: ignore[union-attr]
        raise RecordProblem.of_value(
            path,
            f"one of {', '.join(valid_names)}",
            value,
            close=closest_match(str(value), valid_names),
        ) from None


def _type_name(hint: object) -> str:
    names: dict[object, str] = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        types.NoneType: "nothing",
    }
    return names.get(hint, getattr(hint, "__name__", str(hint)))


def format_value(value: object) -> str:
    """Describe a value in words, for a `RecordProblem`."""
    if value is None:
        return "nothing"
    plain = str if isinstance(value, str) else type(value)
    kind = {bool: "", int: "the number ", float: "the number ", str: "the text "}.get(plain)
    if kind is None:
        return "a list" if isinstance(value, list | tuple) else "a mapping"
    return kind + _format_literal(value)


def _format_literal(value: object) -> str:
    if not isinstance(value, bool | int | float | str):
        return format_value(value)
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
