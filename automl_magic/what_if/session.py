"""Session: the row in a person's hands. Takes what they do, refuses what cannot be, predicts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from automl_magic.errors import DataError
from automl_magic.recipe import FittedRecipe
from automl_magic.records import Explanation
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.records.explanations.explained import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
    Local,
    LocalRow,
    Shap,
)
from automl_magic.what_if.rows import AnyRow, Rows
from automl_magic.what_if.shares import shares

LONGEST_TEXT = 2_000


class Session:
    """One row, as it was and as it is now.

    Parameters
    ----------
    told : Explanation
        Of the model: its columns' ranges, and the rows to begin with.
    model : FittedRecipe
        The model itself.
    table : Rows, optional
        Any row of the table, where it can be read.

    Attributes
    ----------
    values : dict
        The row as it is now.
    problem : str or None
        Why the last thing that was done could not be, in a sentence.
    """

    def __init__(self, told: Explanation, model: FittedRecipe, table: Rows | None = None) -> None:
        self.told, self.model, self.table = told, model, table
        self.columns = told.columns
        self.output = told.output
        self.local = told.section(Local)
        self.rows: tuple[LocalRow, ...] = self.local.explained if self.local else ()
        ways = told.section(Counterfactuals)
        self._cases = {case.row: case for case in ways.cases} if ways else {}
        self.problem: str | None = None
        self.at: int | None = 0 if self.rows else None
        self.any_row: AnyRow | None = None
        self.values: dict[str, Any] = dict(self.start)

    @property
    def row(self) -> LocalRow | AnyRow | None:
        """The row of the table that is changed; None for one of usual values."""
        return self.any_row if self.at is None else self.rows[self.at]

    @property
    def explained(self) -> LocalRow | None:
        """The row with what was found out about it; None where nothing was."""
        return None if self.at is None else self.rows[self.at]

    @property
    def start(self) -> Mapping[str, Any]:
        """The values that the row had at first."""
        if self.row is not None:
            return {column.name: self.row.values.get(column.name) for column in self.columns}
        return {column.name: column.usual for column in self.columns}

    @property
    def changed(self) -> list[str]:
        start = self.start
        return [c.name for c in self.columns if self.values[c.name] != start[c.name]]

    @cached_property
    def order(self) -> list[int]:
        """The positions of the columns, those that move the model most first."""
        names = [c.name for c in self.columns]
        shap = self.told.section(Shap)
        important = [c.column for c in shap.columns] if shap else []
        first = [names.index(name) for name in important if name in names]
        return first + [i for i in range(len(names)) if i not in first]

    def do(self, message: Mapping[str, Any]) -> None:
        """Take what a person did. What cannot be is refused in `problem`, and nothing changes."""
        self.problem = None
        try:
            match message.get("do"):
                case "row":
                    self._take_row(message.get("at"))
                case "number":
                    self._take_number(message.get("number"))
                case "set":
                    column = self.columns[self._position(message, "column", len(self.columns))]
                    self.values[column.name] = self._value(column, message)
                case "back":
                    column = self.columns[self._position(message, "column", len(self.columns))]
                    self.values[column.name] = self.start[column.name]
                case "reset":
                    self.values = dict(self.start)
                case "way":
                    ways = self.ways
                    way = ways[self._position(message, "way", len(ways))]
                    changes = {change.column: change.becomes for change in way.changes}
                    self.values = {**self.start, **changes}
        except DataError as error:
            self.problem = f"{error.what} {error.why}"

    @property
    def ways(self) -> tuple[Counterfactual, ...]:
        """The counterfactuals that were found for the row."""
        case = self._case
        return () if case is None else case.found

    @property
    def why_no_way(self) -> str | None:
        """Why there is no counterfactual for the row, where it was looked for one."""
        case = self._case
        return None if case is None else case.why_none

    @property
    def _case(self) -> CounterfactualCase | None:
        return None if self.row is None else self._cases.get(self.row.row)

    def predict(self, row: Mapping[str, Any]) -> tuple[Any, list[float]]:
        """Return what the model says of a row: the label or value, and the probabilities."""
        said = self.model.predict_row(row)
        if not self.model.recipe.task.has_classes:
            return float(said), []
        return said, [float(share) for share in self.model.predict_proba_row(row)]

    def output_of(self, row: Mapping[str, Any]) -> float:
        """Return the number that is followed: the probability of one class, or the value."""
        said, probabilities = self.predict(row)
        return float(said) if self.output is None else probabilities[self.output]

    def shares(self) -> dict[str, float]:
        """Return what each change adds to the output."""
        return shares(self.output_of, self.start, self.values, self.changed)

    def _take_row(self, at: object) -> None:
        self.at = None if at is None else self._position({"at": at}, "at", len(self.rows))
        self.any_row = None
        self.values = dict(self.start)

    def _take_number(self, number: object) -> None:
        if self.table is None or isinstance(number, bool) or not isinstance(number, int):
            raise DataError(
                "That is no row's number.",
                why="A row's number is a whole number from 0.",
                fix="Give one, or choose a row of the list.",
            )
        known = [i for i, row in enumerate(self.rows) if row.row == number]
        if known:
            self._take_row(known[0])
            return
        self.any_row, self.at = self.table.at(number), None
        self.values = dict(self.start)

    def _position(self, message: Mapping[str, Any], name: str, n: int) -> int:
        at = message.get(name)
        if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < n:
            raise DataError(
                f"There is no {name} of this number.",
                why=f"There are {n}.",
                fix="Choose one that is shown.",
            )
        return at

    def _value(self, column: ColumnRange, message: Mapping[str, Any]) -> Any:
        """Return the value that a message sets a column to.

        Raises
        ------
        DataError
            If it is none that the column could hold.
        """
        if message.get("missing"):
            return None
        value = message.get("value")
        if column.entry == "choice":
            return column.levels[self._position(message, "level", len(column.levels))].value
        if column.entry == "number":
            return _number(column, value)
        text = value if isinstance(value, str) else ""
        if column.entry == "date":
            return _date(column, text)
        if len(text) > LONGEST_TEXT:
            raise _refused(column, f"It has {len(text):,} characters, and {LONGEST_TEXT:,} fit.")
        return text


def _number(column: ColumnRange, value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(column, "It takes a number.")
    return int(value) if column.whole and float(value).is_integer() else value


def _date(column: ColumnRange, text: str) -> str:
    try:
        datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
    except ValueError as error:
        raise _refused(column, "It takes a date such as 2026-01-31.") from error
    return text


def _refused(column: ColumnRange, why: str) -> DataError:
    name = column.name if len(column.name) <= 60 else f"{column.name[:59]}…"
    return DataError(
        f"This is no value of {name!r}.", why=why, fix="Give another value, or leave it missing."
    )
