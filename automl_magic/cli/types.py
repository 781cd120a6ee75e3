"""Parameter types of options: durations, parameters, tasks, column kinds and missing values."""

from __future__ import annotations

import json
import re

import click

from automl_magic.records import TaskKind
from automl_magic.records.codec import Json

_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|d|)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Duration(click.ParamType[float]):
    """A duration in seconds, written as `60`, `60s`, `2m`, `1h`, `1h30m` or `7d`.

    Negative durations are accepted here. Callers check the range.
    """

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, int | float):
            return float(value)
        text = str(value).strip()
        digits = text.removeprefix("-")
        if not re.fullmatch(f"(?:{_PART.pattern})+", digits, re.IGNORECASE):
            self.fail(f"{value!r} isn't a duration. Use 60s, 2m or 1h.", param, ctx)
        seconds = sum(
            float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(digits)
        )
        return -seconds if text.startswith("-") else seconds


class Assignment(click.ParamType[tuple[str, Json]]):
    """`name=value`. The value is parsed as JSON if possible, and is text otherwise."""

    name = "name=value"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Json]:
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not equals or not name.isidentifier():
            self.fail(f"{value!r} isn't of the form name=value.", param, ctx)
        try:
            return name, json.loads(text, parse_constant=_no_constant)
        except ValueError:
            return name, text


class TaskKindChoice(click.Choice[str]):
    """A task type. Its choices are read on demand, because packages can add some."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return TaskKind.choices()


class ColumnKindAssignment(click.ParamType[tuple[str, str]]):
    """`column=kind`. Splits at the last equals sign, because a column's name can contain some."""

    name = "column=kind"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        column, equals, kind = str(value).rpartition("=")
        if not equals or not column:
            self.fail(f"{value!r} isn't of the form column=kind.", param, ctx)
        return column, kind


class MissingAssignment(click.ParamType[tuple[str, tuple[str, ...]]]):
    """`NA,-` for all columns (its key is `""`), or `column=NA,-`, at the last equals sign."""

    name = "column=text,…"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        del param, ctx
        if isinstance(value, tuple):
            return value
        column, _, texts = str(value).rpartition("=")
        return column, tuple(texts.split(","))


def _no_constant(name: str) -> None:
    # json.loads accepts NaN and Infinity, which aren't JSON. Here they are text.
    raise ValueError(name)
