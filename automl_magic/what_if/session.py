"""WhatIfSession: the state of a what-if analysis.

It applies and validates actions, and predicts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from automl_magic.errors import DataError
from automl_magic.personal.disclosure import NamedColumn, Purpose, disclose, placeholder
from automl_magic.recipe import FittedRecipe
from automl_magic.records import Explanation
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.records.explanations.inspection import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
    LocalExplanations,
    LocalRow,
    Shap,
)
from automl_magic.what_if.contributions import shapley_contributions
from automl_magic.what_if.table_rows import TableRow, TableRows

MAX_TEXT_LENGTH = 2_000


class WhatIfSession:
    """A row with its original and its changed values.

    Parameters
    ----------
    explanation : Explanation
        The explanation of the model, with the columns' ranges and the first rows.
    model : FittedRecipe
        The model.
    table : Rows, optional
        The table, to start from any row.

    Attributes
    ----------
    values : dict
        The changed values.
    problem : str or None
        Why the last action failed.
    """

    def __init__(
        self, explanation: Explanation, model: FittedRecipe, table: TableRows | None = None
    ) -> None:
        self.explanation, self.model, self.table = explanation, model, table
        self.columns = explanation.columns
        self.output = explanation.output
        self.local = explanation.section(LocalExplanations)
        self.rows: tuple[LocalRow, ...] = self.local.explained if self.local else ()
        counterfactuals = explanation.section(Counterfactuals)
        cases = counterfactuals.cases if counterfactuals else ()
        self._cases = {case.row: case for case in cases}
        self.problem: str | None = None
        self.position: int | None = 0 if self.rows else None
        self.table_row: TableRow | None = None
        self.values: dict[str, object] = dict(self.start)

    @property
    def row(self) -> LocalRow | TableRow | None:
        """The table row that is changed; None for a row of typical values."""
        return self.table_row if self.position is None else self.rows[self.position]

    @property
    def explained(self) -> LocalRow | None:
        """The row with its explanation, or None if it has none."""
        return None if self.position is None else self.rows[self.position]

    @property
    def start(self) -> Mapping[str, object]:
        """The original values of the row, with the kind of data instead of personal values."""
        if self.row is not None:
            return {
                column.name: self._disclosed(column.name, self.row.values.get(column.name))
                for column in self.columns
            }
        return {column.name: column.usual for column in self.columns}

    @property
    def changed(self) -> list[str]:
        start = self.start
        return [c.name for c in self.columns if self.values[c.name] != start[c.name]]

    @cached_property
    def order(self) -> list[int]:
        """The positions of the columns, the most important first."""
        names = [c.name for c in self.columns]
        shap = self.explanation.section(Shap)
        important = [c.column for c in shap.columns] if shap else []
        first = [names.index(name) for name in important if name in names]
        return first + [i for i in range(len(names)) if i not in first]

    def handle(self, message: Mapping[str, object]) -> None:
        """Apply an action. If it's invalid, set `problem` and change nothing."""
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
                    counterfactuals = self.counterfactuals
                    position = self._position(message, "way", len(counterfactuals))
                    changes = {c.column: c.becomes for c in counterfactuals[position].changes}
                    self.values = {**self.start, **changes}
        except DataError as error:
            self.problem = f"{error.what} {error.why}"

    @property
    def counterfactuals(self) -> tuple[Counterfactual, ...]:
        """The counterfactuals of the row."""
        case = self._case
        return () if case is None else case.counterfactuals

    @property
    def no_counterfactual_reason(self) -> str | None:
        """The reason why the search found no counterfactual for the row, or None."""
        case = self._case
        return None if case is None else case.why_none

    @property
    def _case(self) -> CounterfactualCase | None:
        return None if self.row is None else self._cases.get(self.row.row)

    def predict(self, row: Mapping[str, object]) -> tuple[Any, list[float]]:
        """Predict a row: the label or value, and the probabilities."""
        row = self._with_personal_values(row)
        prediction = self.model.predict_row(row)
        if not self.model.recipe.task.has_classes:
            return float(prediction), []
        return prediction, [float(share) for share in self.model.predict_proba_row(row)]

    def _disclosed(self, name: str, value: object) -> object:
        if value is None:
            return None
        column = NamedColumn(name, self.model.recipe.personal.get(name))
        return disclose(column, value, Purpose.DOCUMENT)

    def _with_personal_values(self, row: Mapping[str, object]) -> Mapping[str, object]:
        """Return a row with the values of its table row instead of the masks, if there's a table.

        The page never gets these values, because it's saved with the notebook.
        """
        masked = [
            name
            for name, kind in self.model.recipe.personal_inputs.items()
            if row.get(name) == placeholder(kind)
        ]
        if not masked or self.row is None:
            return row
        return {**row, **{name: self._personal_values.get(name) for name in masked}}

    @property
    def _personal_values(self) -> Mapping[str, object]:
        if self.table is None or self.row is None:
            return {}
        try:
            return self.table.read(self.row.row).values
        except DataError as error:
            self.problem = f"{error.what} {error.why}"
            return {}

    def output_of(self, row: Mapping[str, object]) -> float:
        """Return the explained output: the probability of one class, or the value."""
        prediction, probabilities = self.predict(row)
        return float(prediction) if self.output is None else probabilities[self.output]

    def contributions(self) -> dict[str, float]:
        """Return the contribution of each change to the output."""
        return shapley_contributions(self.output_of, self.start, self.values, self.changed)

    def _take_row(self, index: object) -> None:
        self.position = (
            None if index is None else self._position({"at": index}, "at", len(self.rows))
        )
        self.table_row = None
        self.values = dict(self.start)

    def _take_number(self, number: object) -> None:
        if self.table is None or isinstance(number, bool) or not isinstance(number, int):
            raise DataError(
                "This isn't a row number.",
                why="A row number is an integer from 0.",
                fix="Use one, or choose a row from the list.",
            )
        matches = [i for i, row in enumerate(self.rows) if row.row == number]
        if matches:
            self._take_row(matches[0])
            return
        self.table_row, self.position = self.table.read(number), None
        self.values = dict(self.start)

    def _position(self, message: Mapping[str, object], name: str, n: int) -> int:
        index = message.get(name)
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < n:
            raise DataError(
                f"The {name} number is out of range.",
                why=f"There are {n}.",
                fix="Choose one of the list.",
            )
        return index

    def _value(self, column: ColumnRange, message: Mapping[str, object]) -> object:
        """Return the value from a message for a column.

        Raises
        ------
        DataError
            If the column can't have this value.
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
        if len(text) > MAX_TEXT_LENGTH:
            raise _invalid_value_error(
                column, f"It has {len(text):,} characters. The maximum is {MAX_TEXT_LENGTH:,}."
            )
        return text


def _number(column: ColumnRange, value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid_value_error(column, "The column needs a number.")
    return int(value) if column.is_integer and float(value).is_integer() else value


def _date(column: ColumnRange, text: str) -> str:
    try:
        datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
    except ValueError as error:
        raise _invalid_value_error(column, "The column needs a date such as 2026-01-31.") from error
    return text


def _invalid_value_error(column: ColumnRange, why: str) -> DataError:
    name = column.name if len(column.name) <= 60 else f"{column.name[:59]}…"
    return DataError(
        f"Invalid value for {name!r}.", why=why, fix="Use another value, or set it to missing."
    )
