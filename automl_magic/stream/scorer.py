"""scorer: messages → results and dead letters, in their order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from automl_magic.errors import AutomlMagicError
from automl_magic.recipe.batches import answers
from automl_magic.recipe.checking import Checker
from automl_magic.recipe.families.answers import PREDICTION
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.models.deployment import Checks
from automl_magic.stream.messages import DeadLetter, Message, Place, Poison, Result, plain
from automl_magic.stream.windows import Windows, WindowStates
from automl_magic.stream.windows.state import Document, Load

ATTEMPTS = 5
_FIRST_PAUSE_S = 0.05


@dataclass
class Scored:
    """What became of some messages, and the states of windows that changed with them."""

    results: list[Result] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    states: Mapping[tuple[Place, str], Document] = field(default_factory=dict)
    newest: Mapping[Place, float] = field(default_factory=dict)


class Scorer:
    """A model with its schema and its windows.

    Parameters
    ----------
    schema : InputSchema or None
        What a message is checked against; None checks that it is an object of plain values.
    version : str
        What the results say they are from.
    windows : Windows or None
        Features that are made of earlier messages.
    sleep : callable
        Waits so many seconds between two attempts.
    """

    def __init__(
        self,
        model: FittedRecipe,
        schema: InputSchema | None,
        version: str,
        *,
        checks: Checks | None = None,
        windows: Windows | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model, self.version, self.windows = model, version, windows
        self._checker = None if schema is None else Checker(schema)
        self._checks = checks or Checks()
        self._columns = model.recipe.used_columns
        self._sleep = sleep

    def __call__(self, messages: Sequence[Message], load: Load) -> Scored:
        """Score messages of which each partition's stand in the order of their offsets.

        Parameters
        ----------
        load : callable
            Returns the committed state of a key of a partition; called where windows are declared.
        """
        scored, rows = Scored(), []
        states = None if self.windows is None else WindowStates(self.windows, load)
        for message in messages:
            try:
                rows.append((message, self._row(message, states)))
            except Poison as poison:
                scored.dead.append(DeadLetter(message, str(poison), 1))
        if rows:
            self._predict(rows, scored)
        if states is not None:
            scored.states = states.changed
            places = {message.place for message in messages}
            times = {place: states.newest(place) for place in places}
            scored.newest = {place: at for place, at in times.items() if at is not None}
        return scored

    def _row(self, message: Message, states: WindowStates | None) -> Mapping[str, Any]:
        fields = message.fields()
        if states is None:
            return self._checked(fields)
        with_features, count = states.with_features(message, fields)
        row = self._checked({n: v for n, v in with_features.items() if n in self._columns})
        count()  # a message that was refused has happened to nobody
        return row

    def _checked(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._checker is None:
            odd = [n for n in self._columns if isinstance(fields.get(n), list | dict)]
            if odd:
                raise Poison(f"Its {odd[0]!r} is no plain value.")
            return fields
        try:
            return self._checker.parse(fields, self._checks).row
        except AutomlMagicError as refused:
            raise Poison(f"{refused.what} {refused.why}") from refused

    def _predict(self, rows: Sequence[tuple[Message, Mapping[str, Any]]], scored: Scored) -> None:
        try:
            scored.results += self._results(rows)
        except Exception:  # noqa: BLE001 - one row may be what a library cannot take
            for one in rows:
                self._predict_one(one, scored)

    def _predict_one(self, one: tuple[Message, Mapping[str, Any]], scored: Scored) -> None:
        said = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(_FIRST_PAUSE_S * 2**attempt)
            try:
                scored.results += self._results([one])
            except Exception as error:  # noqa: BLE001 - whatever it is, the stream goes on
                said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            else:
                return
        scored.dead.append(DeadLetter(one[0], f"The model cannot predict it. {said}", ATTEMPTS))

    def _results(self, rows: Sequence[tuple[Message, Mapping[str, Any]]]) -> list[Result]:
        table = {
            name: np.fromiter((row.get(name) for _, row in rows), object, len(rows))
            for name in self._columns
        }
        said = answers(self.model, table)
        labels = said.pop(PREDICTION).tolist()
        classes = list(self.model.recipe.classes)
        shares = zip(*(values.tolist() for values in said.values()), strict=True)
        probabilities = list(shares) if classes else [()] * len(rows)
        return [
            Result(message, _document(label, classes, of_row), self.version)
            for (message, _), label, of_row in zip(rows, labels, probabilities, strict=True)
        ]


def _document(label: Any, classes: Sequence[Any], shares: Sequence[float]) -> dict[str, Any]:
    if not classes:
        return {"prediction": plain(label)}
    by_class = {str(one): plain(share) for one, share in zip(classes, shares, strict=True)}
    return {"prediction": plain(label), "probabilities": by_class}
