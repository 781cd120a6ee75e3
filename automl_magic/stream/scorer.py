"""scorer: scores messages. Results and dead letters are in the order of the messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from automl_magic.errors import AutomlMagicError
from automl_magic.personal.disclosure import NamedColumn, PersonalColumn, Purpose, disclose
from automl_magic.recipe.batches import predict_table, prediction_columns
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.instance_validator import InstanceValidator
from automl_magic.records.codec import json_text
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.models.deployment import InputChecks
from automl_magic.stream.messages import (
    DeadLetter,
    InvalidMessage,
    Message,
    PartitionId,
    ScoredMessage,
    to_json_value,
)
from automl_magic.stream.windows import Windows, WindowStates
from automl_magic.stream.windows.state import Document, Load

MAX_ATTEMPTS = 5
_FIRST_PAUSE_S = 0.05


@dataclass
class ScoredBatch:
    """The results and dead letters of a batch, and the changed window states."""

    results: list[ScoredMessage] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    states: Mapping[tuple[PartitionId, str], Document] = field(default_factory=dict)
    newest: Mapping[PartitionId, float] = field(default_factory=dict)


class Scorer:
    """A model with its schema and its windows.

    Parameters
    ----------
    schema : InputSchema or None
        Schema that messages are validated against. If None, values only must not be nested.
    version : str
        Model version for the results.
    windows : Windows or None
        Window features from earlier messages.
    sleep : callable
        Waits a number of seconds between two attempts.
    """

    def __init__(
        self,
        model: FittedRecipe,
        schema: InputSchema | None,
        version: str,
        *,
        checks: InputChecks | None = None,
        windows: Windows | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model, self.version, self.windows = model, version, windows
        self._checker = None if schema is None else InstanceValidator(schema)
        self._checks = checks or InputChecks()
        self._columns = model.recipe.used_columns
        self._inputs: Sequence[PersonalColumn] = (
            [NamedColumn(name, None) for name in self._columns]
            if schema is None
            else schema.columns
        )
        self._sleep = sleep

    def __call__(self, messages: Sequence[Message], load: Load) -> ScoredBatch:
        """Score messages, which must be in the order of their offsets in each partition.

        Parameters
        ----------
        load : callable
            Returns the committed state of a key in a partition. Only called if there are windows.
        """
        scored_batch, rows = ScoredBatch(), []
        states = None if self.windows is None else WindowStates(self.windows, load)
        for message in messages:
            try:
                rows.append((message, self._row(message, states)))
            except InvalidMessage as poison:
                scored_batch.dead_letters.append(self._dead_letter(message, str(poison), 1))
        if rows:
            self._predict(rows, scored_batch)
        if states is not None:
            scored_batch.states = states.changed
            partitions = {message.partition for message in messages}
            times = {partition: states.newest(partition) for partition in partitions}
            scored_batch.newest = {
                partition: newest for partition, newest in times.items() if newest is not None
            }
        return scored_batch

    def _row(self, message: Message, states: WindowStates | None) -> Mapping[str, object]:
        fields = message.fields()
        if states is None:
            return self._check(fields)
        with_features, count = states.with_features(message, fields)
        row = self._check({n: v for n, v in with_features.items() if n in self._columns})
        count()  # only valid messages count for the windows of later ones
        return row

    def _check(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        if self._checker is None:
            nested = [n for n in self._columns if isinstance(fields.get(n), list | dict)]
            if nested:
                raise InvalidMessage(f"Its {nested[0]!r} is a list or an object.")
            return fields
        try:
            return self._checker.validate(fields, self._checks).row
        except AutomlMagicError as error:
            raise InvalidMessage(f"{error.what} {error.why}") from error

    def _predict(
        self, rows: Sequence[tuple[Message, Mapping[str, object]]], scored_batch: ScoredBatch
    ) -> None:
        try:
            scored_batch.results += self._results(rows)
        except Exception:  # noqa: BLE001 - a library may fail for one of the rows
            for row in rows:
                self._predict_row(row, scored_batch)

    def _predict_row(
        self, row: tuple[Message, Mapping[str, object]], scored_batch: ScoredBatch
    ) -> None:
        reason = ""
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._sleep(_FIRST_PAUSE_S * 2**attempt)
            try:
                scored_batch.results += self._results([row])
            except Exception as error:  # noqa: BLE001 - no error of a row may stop the stream
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            else:
                return
        scored_batch.dead_letters.append(
            self._dead_letter(row[0], f"The model can't predict it. {reason}", MAX_ATTEMPTS)
        )

    def _dead_letter(self, message: Message, error: str, attempts: int) -> DeadLetter:
        try:
            fields = message.fields()
        except InvalidMessage:
            return DeadLetter(message, error, attempts)
        stored = {
            column.name: disclose(column, fields[column.name], Purpose.REPORT)
            for column in self._inputs
            if fields.get(column.name) is not None
        }
        return DeadLetter(message, error, attempts, json_text(stored).encode())

    def _results(self, rows: Sequence[tuple[Message, Mapping[str, object]]]) -> list[ScoredMessage]:
        table = {
            name: np.fromiter((row.get(name) for _, row in rows), object, len(rows))
            for name in self._columns
        }
        columns = predict_table(self.model, table)
        labels = columns.pop(prediction_columns(self.model)[0]).tolist()
        classes = list(self.model.recipe.classes)
        by_row = zip(*(values.tolist() for values in columns.values()), strict=True)
        probabilities = list(by_row) if classes else [()] * len(rows)
        return [
            ScoredMessage(message, _document(label, classes, row_probabilities), self.version)
            for (message, _), label, row_probabilities in zip(
                rows, labels, probabilities, strict=True
            )
        ]


def _document(
    label: object, classes: Sequence[object], probabilities: Sequence[float]
) -> dict[str, object]:
    if not classes:
        return {"prediction": to_json_value(label)}
    by_class = {
        str(name): to_json_value(probability)
        for name, probability in zip(classes, probabilities, strict=True)
    }
    return {"prediction": to_json_value(label), "probabilities": by_class}
