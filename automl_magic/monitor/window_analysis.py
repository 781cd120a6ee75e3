"""WindowAnalysis: the analysis of a window, filled by the cells of a monitor notebook."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionSkipped
from automl_magic.monitor.model import MonitoredModel
from automl_magic.monitor.window import Window
from automl_magic.recipe import encode_target
from automl_magic.recipe.column_rules import short_value
from automl_magic.recipe.contents import Contents, read_contents
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import UNREAD, TableReader
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.data.schema import InputColumn
from automl_magic.records.explanations.explanation import SkippedSection
from automl_magic.records.monitoring.drift import DriftThresholds

MAX_EXAMPLES = 3


class WindowAnalysis:
    """Analysis of a window of predictions against the model's reference.

    Parameters
    ----------
    window : Window
    monitored_model : WatchedModel
    thresholds : mapping, optional
        Fields of `records.monitoring.drift.DriftThresholds`.

    Attributes
    ----------
    sections : dict
        Results of the cells, by section name.
    skipped : dict of str to Skipped
        Skipped sections with the reason, by section name.
    evidently : str or None
        File name of Evidently's report.

    Raises
    ------
    RecordProblem
        If a threshold is unknown or out of range.
    """

    def __init__(
        self,
        window: Window,
        monitored_model: MonitoredModel,
        *,
        thresholds: Mapping[str, object] | None = None,
    ) -> None:
        self.window, self.monitored_model = window, monitored_model
        self.recipe, self.reference = monitored_model.fitted.recipe, monitored_model.reference
        self.thresholds = DriftThresholds.from_json(thresholds or {})
        self.sections: dict[str, Any] = {}
        self.skipped: dict[str, SkippedSection] = {}
        self.evidently: str | None = None
        self._started = time.monotonic()
        self._contents: dict[str, Contents] = {}

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    def alpha(self, share: float) -> float:
        """Return the significance level of a section from its share of the total."""
        return self.thresholds.alpha * share

    @cached_property
    def columns(self) -> dict[str, InputColumn]:
        """Input columns of the model, by name."""
        return {column.name: column for column in self.monitored_model.schema.columns}

    @cached_property
    def _readers(self) -> TableReader:
        fitted = self.monitored_model.fitted
        return fitted.reader or TableReader(self.monitored_model.schema)

    @cached_property
    def weights(self) -> Floats:
        """Number of rows that each sampled row represents."""
        return self.window.weights[self.window.sampled]

    def contents(self, name: str) -> Contents:
        """Return the values of a column in the sampled rows. Cached."""
        if name not in self._contents:
            reader = self._readers.columns[name]
            self._contents[name] = read_contents(self.window.table[name], reader)
        return self._contents[name]

    @cached_property
    def n_filled(self) -> int:
        """Number of sampled rows with a value in at least one input column."""
        filled = np.zeros(len(self.window.sampled), dtype=bool)
        for name in self.columns:
            if name in self.window.table:
                filled |= ~self.contents(name).missing
        return int(filled.sum())

    @property
    def lacks_values(self) -> bool:
        """Whether too few rows have any input value.

        Predictions for empty rows say nothing about prediction drift.
        """
        return bool(self.window.table) and self.n_filled < self.thresholds.min_rows

    @property
    def too_few_reason(self) -> str | None:
        """Why the columns can't be checked, or None if they can."""
        min_rows = self.thresholds.min_rows
        n = len(self.window.sampled)
        if n < min_rows:
            return f"Too few rows: the window has {n:,}. A test needs {min_rows:,}."
        if self.n_filled < min_rows:
            return (
                f"Too few rows: only {self.n_filled:,} of {n:,} have a value. A test needs "
                f"{min_rows:,}."
            )
        return None

    def check_enough_rows(self) -> None:
        """Raise SectionSkipped if the window has too few rows to check its columns."""
        if why := self.too_few_reason:
            raise SectionSkipped(why)

    def add_section(
        self, name: str, section: object, shows: CellOutput, _seconds: float, /
    ) -> CellOutput:
        """Add the result of a cell. Running the cell again replaces it."""
        self.skipped.pop(name, None)
        self.sections[name] = section
        return shows

    def skip_section(self, name: str, why: str) -> None:
        """Record why a section was skipped."""
        self.sections.pop(name, None)
        self.skipped[name] = SkippedSection(section=name, why=why, cell_id=name)

    @cached_property
    def has_prediction(self) -> Array:
        """Mask of the rows with a prediction, array of bool of shape (n_rows,)."""
        predicted = self.window.predictions
        finite: Array = np.isfinite(predicted)
        return finite if predicted.ndim == 1 else np.asarray(finite.all(axis=1))

    @cached_property
    def _outcome_reader(self) -> OutcomeReader:
        recipe = self.recipe
        missing = self.monitored_model.schema.missing.words(recipe.target)
        return OutcomeReader(recipe.classes, recipe.target_parse, missing)

    @cached_property
    def outcomes(self) -> list[object]:
        """The class or number of each row, `UNREAD` if it's neither, or None if it isn't known."""
        reader = self._outcome_reader
        return [reader.read(outcome) for outcome in self.window.outcomes]

    @cached_property
    def labelled(self) -> tuple[Array, Array]:
        """Positions and encoded targets of the rows with a prediction and a readable outcome."""
        positions = [
            i
            for i, outcome in enumerate(self.outcomes)
            if outcome is not None and outcome is not UNREAD and self.has_prediction[i]
        ]
        labels = _object_array([self.outcomes[i] for i in positions])
        y = encode_target(labels, self.recipe.task, self.recipe.classes)
        return np.asarray(positions, dtype=np.intp), y

    @cached_property
    def n_outcomes(self) -> int:
        """Number of rows with an outcome, readable or not."""
        return sum(outcome is not None for outcome in self.outcomes)

    @cached_property
    def unread_rows(self) -> list[int]:
        """Positions of the rows whose outcome can't be read."""
        return [i for i, outcome in enumerate(self.outcomes) if outcome is UNREAD]

    @property
    def unread_outcomes(self) -> str | None:
        """Sentence on the outcomes that can't be read, or None if all can."""
        unread = self.unread_rows
        if not unread:
            return None
        examples = dict.fromkeys(short_value(self.window.outcomes[i]) for i in unread)
        return (
            f"{len(unread):,} of {self.n_outcomes:,} outcomes can't be read, such as "
            f"{', '.join(list(examples)[:MAX_EXAMPLES])}. Expected "
            f"{self._outcome_reader.expected}."
        )

    def __repr__(self) -> str:
        reference = self.reference
        lines = [repr(self.window)]
        at_release = f"  compared with {reference.rows:,} training rows"
        if reference.score is not None:
            score = reference.score
            at_release += f", {score.metric} {score.score:.4g} at release ({score.rows:,} rows)"
        lines.append(at_release)
        if self.too_few_reason:
            lines.append(f"  {self.too_few_reason}")
        return "\n".join(lines)


def _object_array(values: Sequence[object]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array
