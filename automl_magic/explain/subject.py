"""Subject: the model to be explained, with its table and its honest predictions."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from automl_magic.errors import DataError, PlanError, near_miss, shorten
from automl_magic.explain.attributions import ShapValues
from automl_magic.explain.clock import Clock
from automl_magic.explain.columns import column_ranges, orders
from automl_magic.explain.unseen import read_unseen
from automl_magic.explain.words import plain, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_count
from automl_magic.recipe import FittedRecipe, Table, encode_target, load_model, table_of, take
from automl_magic.recipe.values import Floats, as_missing
from automl_magic.records import Manifest, Score
from automl_magic.records.explanations.explanation import Skipped, Unseen
from automl_magic.records.explanations.section import Section
from automl_magic.tasks import metrics

PROBES = (100, 1_000)


class Subject:
    """The model of a search, with the table that it was found on.

    Parameters
    ----------
    table : DataFrame
        As it was loaded for the search, the target in it.
    search_dir : path
        The folder of the search's run: `model/`, `oof.npz` and `holdout.npz`.
    data_fingerprint : str
        Of this table; it must be that of the recipe.
    sensitive : sequence of str
        Columns that fairness is measured by. They are immutable too.
    immutable : sequence of str
        More columns that no counterfactual may change.
    budget_s : float
        Wall-clock seconds for everything that is computed, counted from here.

    Attributes
    ----------
    columns : tuple of str
        Those that the model reads, in the order of every tuple with one entry a column.
    table : mapping of arrays
        The rows that have a target, all columns that are needed.
    row_numbers : array of int
        The position of each of these rows in the table as it was loaded.
    y : array
        Class codes, or values.
    sections : dict
        What the cells have found, by name.
    shap : ShapValues or None
        The SHAP values of the rows that were explained, once they are there.
    tester : FittedRecipe or None
        A model that has not seen `unseen.tested`, once it is fitted.

    Raises
    ------
    DataError
        If the table is not the one that the model was found on.
    PlanError
        If a column to be kept or watched does not exist.
    RunError, ArtifactTampered
        If the folder is not that of a search.
    """

    def __init__(
        self,
        table: Any,
        *,
        search_dir: str | os.PathLike[str],
        data_fingerprint: str,
        sensitive: Sequence[str] = (),
        immutable: Sequence[str] = (),
        budget_s: float = 45.0,
    ) -> None:
        self.clock = Clock(budget_s)
        self.folder = Path(search_dir).absolute()
        self.model = load_model(self.folder / "model")
        self.recipe = recipe = self.model.recipe
        self.data_fingerprint = data_fingerprint
        _check_fingerprint(recipe.data_fingerprint, data_fingerprint)
        for name in (*sensitive, *immutable):
            _check_column(name, [str(column) for column in table])
        self.sensitive = tuple(dict.fromkeys(sensitive))
        self.immutable = tuple(dict.fromkeys((*sensitive, *immutable)))
        self.columns = recipe.used_columns
        target = table_of(table, [recipe.target])[recipe.target]
        self.row_numbers = np.flatnonzero(~as_missing(target))
        self.y = encode_target(target[self.row_numbers], recipe.task, recipe.classes)
        needed = [name for name in (*self.columns, *self.sensitive) if name != recipe.target]
        self.table: Table = take(table_of(table, dict.fromkeys(needed)), self.row_numbers)
        self.frame = table
        self.order = orders(recipe, {name: self.table[name] for name in self.columns})
        self.unseen = read_unseen(self.folder, recipe.split.kind)
        self.sections: dict[str, Section] = {}
        self.skipped: dict[str, Skipped] = {}
        self.shap: ShapValues | None = None
        self.tester: FittedRecipe | None = None
        self.ranges = column_ranges(
            recipe, self.table, self.order, immutable=self.immutable, sensitive=self.sensitive
        )
        self._call_s, self._row_s = self._speed()

    @property
    def has_two_classes(self) -> bool:
        return self.recipe.n_classes == 2

    @property
    def output(self) -> int | None:
        """The class that is explained first: the positive one, or the most frequent of many."""
        if not self.recipe.task.has_classes:
            return None
        if self.has_two_classes:
            return 1
        return int(np.bincount(self.y, minlength=self.recipe.n_classes).argmax())

    @property
    def outputs(self) -> tuple[int | None, ...]:
        """The classes that have an output: the positive one of two, all of many."""
        if not self.recipe.task.has_classes:
            return (None,)
        return (1,) if self.has_two_classes else tuple(range(self.recipe.n_classes))

    @property
    def scale(self) -> str:
        """What `predict_output` returns, in words."""
        if not self.recipe.task.has_classes:
            return f"the predicted value of {shown(self.recipe.target)}"
        if self.has_two_classes:
            return f"the predicted probability of {self.label(1)}"
        return "the predicted probability of a class"

    def label(self, code: int) -> str:
        """Return the name of a class for a sentence."""
        return repr(shown(plain(self.recipe.classes[code])))

    def rows(self, positions: Any) -> dict[str, Any]:
        """Return the columns that the model reads, of some rows."""
        return take({name: self.table[name] for name in self.columns}, np.asarray(positions))

    def predict(self, table: Table, model: FittedRecipe | None = None) -> Floats:
        """Return probabilities of shape (n, n_classes), or values of shape (n,)."""
        chosen = model or self.model
        if self.recipe.task.has_classes:
            return chosen.predict_proba(table)
        return np.asarray(chosen.predict(table), dtype=np.float64)

    def predict_output(self, table: Table, model: FittedRecipe | None = None) -> Floats:
        """Return what is explained, of shape (n, number of outputs)."""
        return self.as_output(self.predict(table, model))

    def as_output(self, predicted: Floats) -> Floats:
        """Return the outputs of predictions: one column for each of `outputs`."""
        if predicted.ndim == 1:
            return predicted[:, None]
        return predicted[:, 1:] if self.has_two_classes else predicted

    def codes(self, predicted: Floats) -> Any:
        """Return the predicted classes, by the model's own threshold."""
        return metrics.labels_of(predicted, self.model.threshold)

    def sample(self, positions: Any, most: int, *, salt: int = 0) -> Any:
        """Return at most so many of some rows: seeded, in ascending order."""
        if len(positions) <= most:
            return np.sort(positions)
        random = np.random.default_rng((self.recipe.seed, salt))
        return np.sort(random.choice(positions, most, replace=False))

    def keep(self, name: str, section: Section, shows: CellOutput, seconds: float, /) -> CellOutput:
        """Take in what a cell has found, and say on which rows and how; see `section_cell`."""
        kept = dataclasses.replace(section, cell_id=name, seconds=seconds)
        self.skipped.pop(name, None)
        self.sections[name] = kept
        of_rows = f"On {kept.rows_are}, in {seconds:.1f} s. {kept.method}"
        return dataclasses.replace(shows, said=(*shows.said, *kept.notes, of_rows))

    def skip(self, name: str, why: str) -> None:
        """Take in why a section is not there."""
        self.sections.pop(name, None)
        self.skipped[name] = Skipped(section=name, why=why, cell_id=name)

    @cached_property
    def unseen_record(self) -> Unseen:
        """The honest predictions as a record, with the score on them."""
        name, unseen = self.recipe.metric, self.unseen
        at = self.model.threshold
        score = metrics.score(name, unseen.y, unseen.predicted, threshold=at)
        low, high = metrics.interval(
            name, unseen.y, unseen.predicted, threshold=at, seed=self.recipe.seed
        )
        measured = Score(metric=name, score=score, rows=len(unseen.y), low=low, high=high)
        return Unseen(
            source=unseen.source, rows=len(unseen.y), in_words=unseen.in_words, score=measured
        )

    @cached_property
    def model_sha256(self) -> str:
        """The digest of the model's manifest."""
        content = (self.folder / "model" / "manifest.json").read_bytes()
        return Manifest.from_json(json.loads(content)).digest()

    def seconds(self, n_rows: int) -> float:
        """Return about how long it takes to predict so many rows in one call."""
        return self._call_s + n_rows * self._row_s

    def _speed(self) -> tuple[float, float]:
        """Return the seconds of a call, and of a row, from two calls with few and many rows."""
        taken = []
        for size in PROBES:
            probe = self.rows(np.resize(np.arange(len(self.y)), size))
            self.predict(probe)  # what is only slow the first time
            started = time.perf_counter()
            self.predict(probe)
            taken.append(time.perf_counter() - started)
        few, many = PROBES
        row_s = max(1e-7, (taken[1] - taken[0]) / (many - few))
        return max(1e-4, taken[0] - few * row_s), row_s

    def __repr__(self) -> str:
        recipe, score = self.recipe, self.unseen_record.score
        between = (
            f" (95 %: {score.low:.4g} to {score.high:.4g})"
            if score.low is not None and score.high is not None
            else ""
        )
        sizes = ", ".join(
            format_count(n, one)
            for n, one in (
                (len(recipe.members), "member"),
                (len(self.columns), "column"),
                (len(self.y), "row"),
            )
        )
        return "\n".join(
            [
                f"Explain: {recipe.task} of {recipe.target!r}; {sizes}",
                f"  {score.metric} {score.score:.4g}{between} on rows that it had not seen",
                f"  {self.unseen.in_words}",
                f"  immutable: {', '.join(map(repr, self.immutable)) or 'no column'}",
            ]
        )


def _check_fingerprint(of_recipe: str, of_table: str) -> None:
    if of_recipe and of_recipe != of_table:
        raise DataError(
            "The table is not the one that the model was found on.",
            why=f"Its fingerprint is {of_table[:19]}…, and that of the recipe {of_recipe[:19]}….",
            fix="Load the table of the search, or search again on this one.",
        )


def _check_column(name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    close = near_miss(name, known)
    raise PlanError(
        f"There is no column {name!r}.",
        why=f"The table has {shorten(list(known))}.",
        fix=f"Write {close!r} instead." if close else "Name a column of the table.",
    )
