"""Watch: a window beside the model that answered it; the cells of a monitor notebook fill it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from automl_magic.look.cell_output import CellOutput
from automl_magic.look.section_cell import SectionSkipped
from automl_magic.monitor.model import WatchedModel
from automl_magic.monitor.window import Window
from automl_magic.recipe import encode_target
from automl_magic.recipe.contents import Contents, contents_of
from automl_magic.recipe.values import Array, Floats, as_missing, as_numbers, text_of
from automl_magic.records.data.schema import InputColumn
from automl_magic.records.explanations.explanation import Skipped
from automl_magic.records.monitoring.drift import Thresholds


class Watch:
    """A window of a model's predictions, with the reference that they are compared with.

    Parameters
    ----------
    window : Window
    watched : WatchedModel
    thresholds : mapping, optional
        Fields of `records.monitoring.drift.Thresholds`.

    Attributes
    ----------
    sections : dict
        What the cells have found, by name.
    skipped : dict of str to Skipped
        Why a section is not there.
    evidently : str or None
        The file name of Evidently's report.

    Raises
    ------
    RecordProblem
        If a threshold does not exist, or is out of range.
    """

    def __init__(
        self,
        window: Window,
        watched: WatchedModel,
        *,
        thresholds: Mapping[str, Any] | None = None,
    ) -> None:
        self.window, self.watched = window, watched
        self.recipe, self.reference = watched.fitted.recipe, watched.reference
        self.thresholds = Thresholds.from_json(thresholds or {})
        self.sections: dict[str, Any] = {}
        self.skipped: dict[str, Skipped] = {}
        self.evidently: str | None = None
        self._started = time.monotonic()
        self._contents: dict[str, Contents] = {}

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    def alpha(self, share: float) -> float:
        """Return the chance of a false alarm that a section may use, by its share of it."""
        return self.thresholds.alpha * share

    @cached_property
    def columns(self) -> dict[str, InputColumn]:
        """The columns that the model reads, by name."""
        return {column.name: column for column in self.watched.schema.columns}

    @cached_property
    def weights(self) -> Floats:
        """How many rows each sampled row stands for."""
        return self.window.weights[self.window.sampled]

    def contents(self, name: str) -> Contents:
        """Return the values of a column of the sampled rows; each is read once."""
        if name not in self._contents:
            column = self.columns[name]
            self._contents[name] = contents_of(self.window.table[name], column.kind, column.parse)
        return self._contents[name]

    @cached_property
    def n_filled(self) -> int:
        """The number of sampled rows that hold a value in any column that the model reads."""
        filled = np.zeros(len(self.window.sampled), dtype=bool)
        for name in self.columns:
            if name in self.window.table:
                filled |= ~self.contents(name).missing
        return int(filled.sum())

    @property
    def is_null(self) -> bool:
        """Whether columns were read, and too few rows hold anything in them.

        What a model says of nothing says nothing of what it is asked.
        """
        return bool(self.window.table) and self.n_filled < self.thresholds.min_rows

    @property
    def too_few(self) -> str | None:
        """Say why the columns cannot be judged, or None where they can."""
        least = self.thresholds.min_rows
        n = len(self.window.sampled)
        if n < least:
            return f"Too few rows: the window has {n:,}, and a test needs {least:,}."
        if self.n_filled < least:
            return (
                f"Too few rows: of {n:,}, {self.n_filled:,} hold a value, and a test needs "
                f"{least:,}."
            )
        return None

    def check_enough(self) -> None:
        """Raise SectionSkipped where the window has too few rows to judge its columns."""
        if why := self.too_few:
            raise SectionSkipped(why)

    def keep(self, name: str, section: Any, shows: CellOutput, _seconds: float, /) -> CellOutput:
        """Take in what a cell has found; a cell that is run again replaces it."""
        self.skipped.pop(name, None)
        self.sections[name] = section
        return shows

    def skip(self, name: str, why: str) -> None:
        """Take in why a section is not there."""
        self.sections.pop(name, None)
        self.skipped[name] = Skipped(section=name, why=why, cell_id=name)

    @cached_property
    def answered(self) -> Array:
        """Which rows of the window have a prediction, as a mask."""
        predicted = self.window.predicted
        finite: Array = np.isfinite(predicted)
        return finite if predicted.ndim == 1 else np.asarray(finite.all(axis=1))

    @cached_property
    def labelled(self) -> tuple[Array, Array]:
        """The positions of the rows with a prediction and a usable outcome, and their targets.

        An outcome that is none of the model's classes, or no number, counts as unknown.
        """
        positions, values = [], []
        classes = {text_of(label) for label in self.recipe.classes}
        for i, outcome in enumerate(self.window.outcomes):
            if outcome is None or not self.answered[i]:
                continue
            if self.recipe.task.has_classes:
                usable = text_of(outcome) in classes
            else:
                usable = bool(np.isfinite(as_numbers(_one(outcome))).all())
            if usable:
                positions.append(i)
                values.append(outcome)
        found = np.empty(len(values), dtype=object)
        found[:] = values
        y = encode_target(found, self.recipe.task, self.recipe.classes)
        return np.asarray(positions, dtype=np.intp), y

    @cached_property
    def n_outcomes(self) -> int:
        """How many rows have an outcome of whatever kind."""
        return int((~as_missing(_object(self.window.outcomes))).sum())

    def __repr__(self) -> str:
        reference = self.reference
        lines = [repr(self.window)]
        at_release = f"  compared with {reference.rows:,} rows of training"
        if reference.score is not None:
            score = reference.score
            at_release += f"; at release {score.metric} {score.score:.4g} on {score.rows:,} rows"
        lines.append(at_release)
        if self.too_few:
            lines.append(f"  {self.too_few}")
        return "\n".join(lines)


def _one(value: Any) -> Array:
    return _object([value])


def _object(values: Any) -> Array:
    found = np.empty(len(values), dtype=object)
    found[:] = list(values)
    return found
