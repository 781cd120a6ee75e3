"""outcomes: read the true labels and numbers that are reported for predictions.

Outcomes come from other systems than the training table, so the same label is often written in
another way: `1`, `1.0`, `"1"`, `true` and `yes` for the class 1 of 0 and 1. Every door of outcomes
reads them here: requests, the prediction log, tables with a target column, retraining, A/B tests.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

import numpy as np

from automl_magic.recipe.booleans import FALSE_TEXTS, TRUE_TEXTS, BooleanTexts, fold
from automl_magic.recipe.reading import UNREAD
from automl_magic.recipe.values import NUMBER, category_text, is_missing_value, to_float

MAX_SHOWN_CLASSES = 10
MAX_CACHED = 10_000


class OutcomeReader:
    """Reads outcomes as classes of a model, or as numbers if it has none.

    Parameters
    ----------
    classes : sequence
        The classes of the model; empty for a regression.
    parse : mapping, optional
        How texts of the target are read as numbers, as in `to_float`.
    missing : collection of str
        Texts that stand for an outcome that isn't known.
    """

    def __init__(
        self,
        classes: Sequence[object],
        parse: Mapping[str, str] | None = None,
        missing: Collection[str] = (),
    ) -> None:
        self.classes = tuple(classes)
        self._parse, self._missing = parse, frozenset(missing)
        self._by_text = {category_text(label): label for label in self.classes}
        folded: dict[str, list[object]] = {}
        for text, label in self._by_text.items():
            folded.setdefault(fold(text or ""), []).append(label)
        self._by_folded = {text: labels[0] for text, labels in folded.items() if len(labels) == 1}
        self._cache: dict[tuple[type, object], object] = {}

    def read(self, value: object) -> object:
        """Return the class or the number (float) that a value stands for.

        Returns
        -------
        object
            None if the value is missing, `UNREAD` if it's neither a class nor a number.
        """
        key = (type(value), value)
        try:
            if key in self._cache:
                return self._cache[key]
        except TypeError:  # a list or a dictionary
            return UNREAD
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = outcome = self._read(value)
        return outcome

    @classmethod
    def of_all(
        cls, models: Iterable[Sequence[object]], parse: Mapping[str, str] | None = None
    ) -> Self:
        """Return the reader of the classes of several versions of a model, each label once."""
        labels = {category_text(label): label for classes in models for label in classes}
        return cls(tuple(labels.values()), parse)

    @cached_property
    def expected(self) -> str:
        """The valid values, for an error: `one of 'no', 'yes'`, or `a number`."""
        if not self.classes:
            return "a number"
        names = ", ".join(repr(label)[:60] for label in self.classes[:MAX_SHOWN_CLASSES])
        more = len(self.classes) - MAX_SHOWN_CLASSES
        return f"one of {names}{f' or {more:,} others' if more > 0 else ''}"

    def _read(self, value: object) -> object:
        if is_missing_value(value) or (isinstance(value, str) and value in self._missing):
            return None
        if not self.classes:
            return self._read_number(value)
        text = category_text(value)
        if text is None:
            return None
        if text in self._by_text:
            return self._by_text[text]
        if (folded := fold(text)) in self._by_folded:
            return self._by_folded[folded]
        if NUMBER.fullmatch(folded):
            text = category_text(float(folded)) or text  # `1.0` is 1
            if text in self._by_text:
                return self._by_text[text]
        if self.booleans is not None and (meaning := self.booleans.read(text)) is not None:
            return self._by_text[self.booleans.true if meaning else self.booleans.false]
        return UNREAD

    def _read_number(self, value: object) -> object:
        if isinstance(value, bool | np.bool_):
            return UNREAD
        number = to_float(value, self._parse)
        return UNREAD if math.isnan(number) else number

    @cached_property
    def booleans(self) -> BooleanTexts | None:
        """The texts of the two classes, if they mean yes and no."""
        texts = [text or "" for text in self._by_text]
        true = [text for text in texts if fold(text) in TRUE_TEXTS]
        false = [text for text in texts if fold(text) in FALSE_TEXTS]
        is_boolean = len(texts) == 2 and len(true) == len(false) == 1
        return BooleanTexts(true[0], false[0]) if is_boolean else None
