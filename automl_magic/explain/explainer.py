"""Explainer: the model to explain, with its table and its predictions for unseen rows."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_count, format_score_interval
from automl_magic.errors import DataError, PlanError, closest_match, shorten
from automl_magic.explain.column_ranges import column_orders, column_ranges
from automl_magic.explain.formatting import JsonScalar, format_cell, to_json_value
from automl_magic.explain.shap_result import ShapValues
from automl_magic.explain.time_budget import TimeBudget
from automl_magic.explain.unseen import read_unseen
from automl_magic.personal.disclosure import NamedColumn, Purpose, disclose
from automl_magic.recipe import (
    ColumnArrays,
    FittedRecipe,
    encode_target,
    has_target,
    load_model,
    select_columns,
    take_rows,
)
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Manifest
from automl_magic.records.explanations.explanation import SkippedSection, UnseenPredictions
from automl_magic.records.explanations.section import Section
from automl_magic.tasks import metrics
from automl_magic.tasks.splits import Rows
from automl_magic.workspace import default_workspace

if TYPE_CHECKING:
    import pandas as pd

PROBES = (100, 1_000)


class Explainer:
    """A model with the table of its search, which the cells of an explain notebook explain.

    Parameters
    ----------
    table : DataFrame of shape (n_table_rows, n_table_columns)
        The table as loaded for the search, with the target.
    search_dir : path
        The folder of the search run, with `model/`, `oof.npz` and `holdout.npz`.
    data_fingerprint : str
        The fingerprint of the table, which must match the recipe's.
    sensitive : sequence of str
        Columns to measure fairness by. They're immutable too.
    immutable : sequence of str
        Further columns that counterfactuals must not change.
    personal : mapping of str to str
        The kind of personal data of columns whose values the sections must not show, besides those
        of the recipe.
    budget_s : float, seconds
        The wall-clock time for all sections, counted from here.
    home : path, optional
        The folder with the key of personal columns. By default the home of the notebook's
        workspace.

    Attributes
    ----------
    columns : tuple of str
        The columns of the model, which set the order of all tuples by column.
    table : mapping of arrays, each of shape (n_rows,)
        The columns of the model and of fairness, for the rows that have a target.
    row_numbers : array of int, shape (n_rows,)
        The position of each row in the loaded table.
    y : array, shape (n_rows,)
        Class codes, or values.
    sections : dict
        The computed sections by name.
    shap : ShapValues or None
        The SHAP values of the explained rows, after the SHAP section has run.
    test_model : FittedRecipe or None
        A model not trained on `unseen.tested`, after `refit` has run.

    Raises
    ------
    DataError
        If the table isn't the one of the search.
    PlanError
        If a sensitive or immutable column doesn't exist.
    RunError, ArtifactTampered
        If the folder isn't that of a search.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        *,
        search_dir: str | os.PathLike[str],
        data_fingerprint: str,
        sensitive: Sequence[str] = (),
        immutable: Sequence[str] = (),
        personal: Mapping[str, str] = MappingProxyType({}),
        budget_s: float = 45.0,
        home: Path | None = None,
    ) -> None:
        self.clock = TimeBudget(budget_s)
        self.folder = Path(search_dir).absolute()
        self.model = load_model(self.folder / "model", home=home or default_workspace().home)
        self.recipe = recipe = self.model.recipe
        self.personal = {**personal, **recipe.personal}
        self.data_fingerprint = data_fingerprint
        _check_fingerprint(recipe.data_fingerprint, data_fingerprint)
        for name in (*sensitive, *immutable):
            _check_column(name, [str(column) for column in table])
        self.sensitive = tuple(dict.fromkeys(sensitive))
        self.immutable = tuple(dict.fromkeys((*sensitive, *immutable)))
        self.columns = recipe.used_columns
        target = select_columns(table, [recipe.target])[recipe.target]
        self.row_numbers = np.flatnonzero(has_target(target, recipe.target_parse))
        self.y = encode_target(
            target[self.row_numbers], recipe.task, recipe.classes, recipe.target_parse
        )
        columns = [name for name in (*self.columns, *self.sensitive) if name != recipe.target]
        self.table: ColumnArrays = take_rows(
            select_columns(table, dict.fromkeys(columns)), self.row_numbers
        )
        self.frame = table
        self.order = column_orders(recipe, {name: self.table[name] for name in self.columns})
        self.unseen = read_unseen(self.folder, recipe.split.kind)
        self.sections: dict[str, Section] = {}
        self.skipped: dict[str, SkippedSection] = {}
        self.shap: ShapValues | None = None
        self.test_model: FittedRecipe | None = None
        self.ranges = column_ranges(
            recipe,
            self.table,
            self.order,
            personal=self.personal,
            immutable=self.immutable,
            sensitive=self.sensitive,
        )
        self._call_s, self._row_s = self._speed()

    @property
    def has_two_classes(self) -> bool:
        return self.recipe.n_classes == 2

    @property
    def output(self) -> int | None:
        """The class to explain first: the positive class, or the most frequent of many."""
        if not self.recipe.task.has_classes:
            return None
        if self.has_two_classes:
            return 1
        return int(np.bincount(self.y, minlength=self.recipe.n_classes).argmax())

    @property
    def outputs(self) -> tuple[int | None, ...]:
        """The classes that have an output: the positive one of two, or all of many."""
        if not self.recipe.task.has_classes:
            return (None,)
        return (1,) if self.has_two_classes else tuple(range(self.recipe.n_classes))

    @property
    def scale(self) -> str:
        """A description of the output of `predict_output`."""
        if not self.recipe.task.has_classes:
            return f"the predicted value of {format_cell(self.recipe.target)}"
        if self.has_two_classes:
            return f"the predicted probability of {self.label(1)}"
        return "the predicted probability of a class"

    def label(self, code: int) -> str:
        """Return the quoted name of a class for a sentence."""
        return repr(format_cell(to_json_value(self.recipe.classes[code])))

    def disclosed(self, name: str, value: object) -> JsonScalar:
        """Return a value of a column for a document: JSON, without personal values."""
        json_value = to_json_value(value)
        if json_value is None:
            return None
        column = NamedColumn(name, self.personal.get(name))
        scalar: JsonScalar = disclose(column, json_value, Purpose.DOCUMENT)
        return scalar

    def rows(self, positions: Rows | Sequence[int]) -> dict[str, Array]:
        """Return the model's columns for some rows."""
        return take_rows({name: self.table[name] for name in self.columns}, np.asarray(positions))

    def predict(self, table: ColumnArrays, model: FittedRecipe | None = None) -> Floats:
        """Return probabilities of shape (n, n_classes), or values of shape (n,)."""
        predictor = model or self.model
        if self.recipe.task.has_classes:
            return predictor.predict_proba(table)
        return np.asarray(predictor.predict(table), dtype=np.float64)

    def predict_output(self, table: ColumnArrays, model: FittedRecipe | None = None) -> Floats:
        """Return the explained output, of shape (n, n_outputs)."""
        return self.as_output(self.predict(table, model))

    def as_output(self, predicted: Floats) -> Floats:
        """Return the outputs of predictions: one column for each of `outputs`."""
        if predicted.ndim == 1:
            return predicted[:, None]
        return predicted[:, 1:] if self.has_two_classes else predicted

    def codes(self, predicted: Floats) -> NDArray[np.int64]:
        """Return the codes (n,) of the classes predicted by probabilities (n, n_classes)."""
        return metrics.predicted_codes(predicted, self.model.threshold)

    def sample(self, positions: Rows, limit: int, *, salt: int = 0) -> Rows:
        """Return a seeded sample of at most `limit` positions, in ascending order."""
        if len(positions) <= limit:
            return np.sort(positions)
        random = np.random.default_rng((self.recipe.seed, salt))
        return np.sort(random.choice(positions, limit, replace=False))

    def add_section(
        self, name: str, section: Section, output: CellOutput, seconds: float, /
    ) -> CellOutput:
        """Store a section, and add its rows, time and method to the output; see `section_cell`."""
        stored = dataclasses.replace(section, cell_id=name, seconds=seconds)
        self.skipped.pop(name, None)
        self.sections[name] = stored
        of_rows = f"On {stored.rows_are}, in {seconds:.1f} s. {stored.method}"
        return dataclasses.replace(output, notes=(*output.notes, *stored.notes, of_rows))

    def skip_section(self, name: str, why: str) -> None:
        """Store the reason why a section was skipped."""
        self.sections.pop(name, None)
        self.skipped[name] = SkippedSection(section=name, why=why, cell_id=name)

    @cached_property
    def unseen_record(self) -> UnseenPredictions:
        """The predictions for unseen rows as a record, with their score."""
        name, unseen = self.recipe.metric, self.unseen
        threshold = self.model.threshold
        measured = metrics.make_score(
            name, unseen.y, unseen.predicted, threshold=threshold, seed=self.recipe.seed
        )
        return UnseenPredictions(
            source=unseen.source, rows=len(unseen.y), in_words=unseen.in_words, score=measured
        )

    @cached_property
    def model_sha256(self) -> str:
        """The digest of the model's manifest."""
        content = (self.folder / "model" / "manifest.json").read_bytes()
        return Manifest.from_json(json.loads(content)).digest()

    def seconds(self, n_rows: int) -> float:
        """Return the approximate time to predict `n_rows` in one call, in seconds."""
        return self._call_s + n_rows * self._row_s

    def _speed(self) -> tuple[float, float]:
        """Return the seconds per call and per row, from calls with few and many rows."""
        durations = []
        for size in PROBES:
            probe = self.rows(np.resize(np.arange(len(self.y)), size))
            self.predict(probe)  # warm up
            started = time.perf_counter()
            self.predict(probe)
            durations.append(time.perf_counter() - started)
        few, many = PROBES
        row_s = max(1e-7, (durations[1] - durations[0]) / (many - few))
        return max(1e-4, durations[0] - few * row_s), row_s

    def __repr__(self) -> str:
        recipe, score = self.recipe, self.unseen_record.score
        sizes = ", ".join(
            format_count(n, noun)
            for n, noun in (
                (len(recipe.members), "member"),
                (len(self.columns), "column"),
                (len(self.y), "row"),
            )
        )
        return "\n".join(
            [
                f"Explain: {recipe.task} of {recipe.target!r}; {sizes}",
                f"  {score.metric} on unseen rows: {format_score_interval(score)}",
                f"  {self.unseen.in_words}",
                f"  immutable: {', '.join(map(repr, self.immutable)) or 'no column'}",
            ]
        )


def _check_fingerprint(of_recipe: str, of_table: str) -> None:
    if of_recipe and of_recipe != of_table:
        raise DataError(
            "The table isn't the one that the model was trained on.",
            why=f"Its fingerprint is {of_table[:19]}…. The recipe's is {of_recipe[:19]}….",
            fix="Load the table of the search, or search again on this one.",
        )


def _check_column(name: str, columns: Sequence[str]) -> None:
    if name in columns:
        return
    close = closest_match(name, columns)
    raise PlanError(
        f"There is no column {name!r}.",
        why=f"The table has {shorten(list(columns))}.",
        fix=f"Use {close!r} instead." if close else "Use a column of the table.",
    )
