"""Measure the latency of one row: each view and member separately."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from automl_magic.learn.pareto import Cost
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.recipe.values import Floats
from automl_magic.tasks.splits import Rows

if TYPE_CHECKING:
    from automl_magic.learn.trial import TrialResult
    from automl_magic.learn.trials import Search
    from automl_magic.recipe import FittedRecipe
    from automl_magic.records import Manifest, Trial

TIMED_ROWS, PERCENTILE = 50, 95
# The fastest of this many repeats counts, because other processes can slow one down.
REPEATS = 2
# Latency is measured on a model with all rounds of the trial, fitted on few rows. Its trees are
# smaller than the final ones, so latencies are multiplied by a safety factor.
SMALL_ROWS, SAFETY_FACTOR = 1_000, 1.25

T = TypeVar("T")
Row = Mapping[str, object]
_MEMBER_FILE = re.compile(r"members/([0-9]+)")


@dataclass
class Timings:
    """Seconds per row, on the same rows: of each view by name, of each trial by number.

    The seconds of a trial are those of one fit of its estimator, without its view.
    """

    views: dict[str, Floats] = field(default_factory=dict)
    trials: dict[int, tuple[str, Floats]] = field(default_factory=dict)

    def row_latency_ms(self, numbers: Iterable[int], n_seeds: int = 1) -> float | None:
        """Return the p95 latency of a blend of trials, in milliseconds.

        Returns None if one of them wasn't measured.
        """
        numbers = list(numbers)
        if not numbers or not self.trials.keys() >= set(numbers):
            return None
        parts = [self.trials[number] for number in numbers]
        zeros = np.zeros_like(parts[0][1])
        total = sum((n_seeds * seconds for _, seconds in parts), start=zeros)
        total = total + sum((self.views[view] for view in {view for view, _ in parts}), start=zeros)
        return 1000 * float(np.percentile(total, PERCENTILE))

    def add(self, model: FittedRecipe, numbers: Sequence[int], rows: Sequence[Row]) -> None:
        """Measure a model whose members are the trials with these numbers, in order."""
        for name, view in model.views.items():
            if name not in self.views:
                self.views[name] = _timed(view.transform_row, rows)
        outputs = {
            name: [view.transform_row(row) for row in rows] for name, view in model.views.items()
        }
        for number, member in zip(numbers, model.members, strict=True):
            view_rows = outputs[member.spec.view]
            self.trials[number] = member.spec.view, _timed(member.predict_row, view_rows)


def measure_costs(
    search: Search, model: FittedRecipe, numbers: Sequence[int], manifest: Manifest
) -> dict[int | None, Cost]:
    """Measure the latency and size of each member, by trial number, and of the model, under None.

    `numbers` are the trial numbers of its members, in order. `manifest` lists its files.
    """
    timings = Timings()
    timings.add(model, numbers, sample_rows(search, model.recipe.used_columns))
    shared, by_member = 0, dict.fromkeys(numbers, 0)
    for file in manifest.files:
        match = _MEMBER_FILE.match(file.path)
        if match:
            by_member[numbers[int(match[1])]] += file.size_bytes
        else:
            shared += file.size_bytes
    parts: dict[int | None, list[int]] = {None: list(numbers), **{n: [n] for n in numbers}}
    return {
        key: Cost(
            round(timings.row_latency_ms(members) or 0.0, 3),
            shared + sum(by_member[number] for number in members),
        )
        for key, members in parts.items()
    }


def sample_rows(search: Search, columns: Iterable[str]) -> list[Row]:
    """Return some rows of the table as dictionaries of plain values, as a server gets them."""
    names, frame = list(columns), search.task.frame
    if not names:
        return [{}] * TIMED_ROWS
    random = np.random.default_rng(search.task.seed)
    positions = random.choice(len(frame), min(TIMED_ROWS, len(frame)), replace=False)
    sample = frame.iloc[np.resize(positions, TIMED_ROWS)]
    values = [list(map(_plain, sample[name])) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def time_trials(search: Search, results: Sequence[TrialResult], limit_s: float) -> Timings:
    """Measure as many trials as there is time for, in order, on models fitted on few rows."""
    timings, started = Timings(), time.monotonic()
    train_rows = sample_training_rows(search)
    share = min(1.0, max(0.2, len(train_rows) / len(search.rows.development)))
    rows: dict[str, list[Row]] = {}
    for result in results:
        trial = result.trial
        if time.monotonic() - started + share * result.refit_s > limit_s:
            continue
        recipe = _recipe_of(search, trial)
        if trial.view not in rows:
            rows[trial.view] = sample_rows(search, recipe.used_columns)
        # A library can fail on so few rows. Then the trial has no latency.
        with contextlib.suppress(Exception):
            model = fit_recipe(recipe, search.task.frame, rows=train_rows)
            timings.add(model, [trial.number], rows[trial.view])
    return timings


def sample_training_rows(search: Search) -> Rows:
    """Return positions of development rows for a small model, with at least one row per class."""
    development = search.rows.development
    random = np.random.default_rng(search.task.seed)
    size = min(SMALL_ROWS, len(development))
    sample = random.choice(development, size, replace=False)
    if search.task.kind.has_classes:
        _, first = np.unique(search.task.y[development], return_index=True)
        sample = np.union1d(sample, development[first])
    return np.sort(sample)


def _recipe_of(search: Search, trial: Trial) -> Recipe:
    task = search.task
    return Recipe(
        task=task.kind,
        target=task.target,
        metric=task.metric.name,
        classes=task.classes if task.kind.has_classes else (),
        columns={},
        views={trial.view: search.views[trial.view]},
        members=(
            MemberSpec(
                name=trial.candidate,
                estimator=trial.estimator,
                view=trial.view,
                params=trial.params,
                n_iterations=trial.n_iterations,
                seeds=(task.seed,),
            ),
        ),
        class_weight=task.class_weight,
        split=search.rows.split,
        seed=task.seed,
    )


def _timed(call: Callable[[T], object], rows: Sequence[T]) -> Floats:
    """Return the seconds that a call takes for each row, after one warm-up call."""
    call(rows[0])
    times_s = np.empty((REPEATS, len(rows)))
    for repeat in range(REPEATS):
        for index, row in enumerate(rows):
            started = time.perf_counter()
            call(row)
            times_s[repeat, index] = time.perf_counter() - started
    return times_s.min(axis=0)


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
