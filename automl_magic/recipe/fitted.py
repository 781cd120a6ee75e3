"""FittedRecipe: a fitted recipe, which predicts tables and single rows."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.combine import (
    blend_predictions,
    blend_row_predictions,
    calibrate_probabilities,
    calibrate_row_probabilities,
)
from automl_magic.recipe.document import MemberSpec, Recipe
from automl_magic.recipe.families import RecipeFamily, recipe_family
from automl_magic.recipe.families.row_predictions import RowPredictor, decision_threshold
from automl_magic.recipe.members import FittedEstimator, FittedMember, member
from automl_magic.recipe.reading import TableReader, UnreadValues, read_policy
from automl_magic.recipe.split_groups import groups_of_split
from automl_magic.recipe.steps import needs_inner_folds
from automl_magic.recipe.table import TableLike, n_rows, select_columns, take_rows
from automl_magic.recipe.target import encode_target, label_array
from automl_magic.recipe.values import Array, Floats
from automl_magic.recipe.view import FittedView, fit_view
from automl_magic.records.data.schema import OnUnread


@dataclass(frozen=True)
class FittedRecipe:
    """A recipe with its fitted views and members, from `fit_recipe` or `load_model`.

    A loaded model has a `reader`: values that are written in another way than in the training table
    are read as the same values. A model that was just fitted has none, and expects a table like the
    one it was fitted on.
    """

    recipe: Recipe
    views: Mapping[str, FittedView]
    members: tuple[FittedMember, ...]
    reader: TableReader | None = None

    @cached_property
    def classes_(self) -> Array:
        """The labels in the order of the probabilities. Empty for a regression."""
        return label_array(self.recipe.classes)

    @cached_property
    def threshold(self) -> float:
        """The decision threshold: the lowest probability that predicts the positive class."""
        return decision_threshold(self.recipe)

    def predict(self, frame: TableLike, *, on_unread: str = OnUnread.FAIL) -> Array:
        """Return labels, or values for a regression, of shape (n_rows,).

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_columns) or mapping of arrays
            Contains the columns of the recipe. Other columns are ignored.
        on_unread : {"fail", "missing"}
            Whether a table is refused if a column has too many values that can't be read, or they
            count as missing values.

        Raises
        ------
        DataError
            If a column is missing or can't be read.
        """
        return self._family.predictions(self.recipe, self.blend(self.read(frame, on_unread)))

    def predict_proba(self, frame: TableLike, *, on_unread: str = OnUnread.FAIL) -> Floats:
        """Return probabilities of shape (n_rows, n_classes), in the order of `classes_`."""
        self._check_has_probabilities()
        return self.blend(self.read(frame, on_unread))

    def read(self, frame: TableLike, on_unread: str = OnUnread.FAIL) -> TableLike:
        """Return the model's columns of a table, with values as in the training table.

        Raises
        ------
        DataError
            If a column is missing or can't be read.
        """
        policy = read_policy(on_unread)
        if self.reader is None:
            return frame
        unread = UnreadValues()
        table = self.reader.read(select_columns(frame, self.recipe.used_columns), unread)
        if policy is OnUnread.FAIL:
            unread.check()
        return table

    def predict_row(self, row: Mapping[str, object]) -> Any:
        """Return the label, or the value, for one row given as a dictionary.

        Absent columns count as missing. Unknown keys are ignored.

        Raises
        ------
        DataError
            If a value can't be read.
        """
        return self._predict_blend(self.blend_row(self._read_row(row))).prediction

    def predict_proba_row(self, row: Mapping[str, object]) -> list[float]:
        """Return the probability of each class for one row given as a dictionary."""
        self._check_has_probabilities()
        blend = self.blend_row(self._read_row(row))
        return blend if isinstance(blend, list) else [blend]

    def blend(self, frame: TableLike) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes).

        The values of the table must be as in the training table, as `read` returns them.
        """
        table = select_columns(frame, self.recipe.used_columns)
        if n_rows(table) == 0:
            return np.empty((0, self.recipe.n_classes) if self.recipe.n_classes else 0)
        matrices = {name: view.transform(table) for name, view in self.views.items()}
        return self.combine_members(
            [member.predict(matrices[member.spec.view]) for member in self.members]
        )

    def combine_members(self, predictions: list[Floats]) -> Floats:
        """Return the blend of the members' predictions, in the order of the members."""
        blend = blend_predictions(self.recipe.blend, self._weights, predictions)
        return calibrate_probabilities(self.recipe.calibration, blend)

    def blend_row(self, row: Mapping[str, object]) -> float | list[float]:
        """Return the value, or the probability of each class, for one row."""
        outputs = {name: view.transform_row(row) for name, view in self.views.items()}
        predictions = [member.predict_row(outputs[member.spec.view]) for member in self.members]
        blend = blend_row_predictions(self.recipe.blend, self._weights, predictions)
        return (
            calibrate_row_probabilities(self.recipe.calibration, blend)
            if isinstance(blend, list)
            else blend
        )

    def _read_row(self, row: Mapping[str, object]) -> Mapping[str, object]:
        return row if self.reader is None else self.reader.read_row(row)

    @cached_property
    def _weights(self) -> list[float]:
        return [spec.weight for spec in self.recipe.members]

    @cached_property
    def _family(self) -> RecipeFamily:
        return recipe_family(self.recipe.task)

    @cached_property
    def _predict_blend(self) -> RowPredictor:
        return self._family.row_predictor(self.recipe)

    def _check_has_probabilities(self) -> None:
        if not self.recipe.task.has_probabilities:
            raise AttributeError("A regression has no probabilities. Use predict.")


def fit_recipe(
    recipe: Recipe,
    frame: TableLike,
    *,
    rows: NDArray[np.integer] | None = None,
    n_jobs: int = 1,
) -> FittedRecipe:
    """Fit the views and the members of a recipe.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns) or mapping of arrays
        Contains the recipe's columns and its target, without missing target values. If a step uses
        inner folds, it also contains the group or time column of the split.
    rows : array of int, optional
        The positions of the training rows. Default: all rows.
    n_jobs : int
        The number of parallel fits, each with the recipe's number of threads. It doesn't change the
        result.

    Raises
    ------
    DataError, TargetNotUsable
        If a column is missing, or the target doesn't match the recipe.
    """
    steps = [step for view in recipe.used_views for step in recipe.views[view]]
    group_column = recipe.split.column if needs_inner_folds(steps) else None
    names = [recipe.target, *recipe.used_columns, *([group_column] if group_column else [])]
    table = select_columns(frame, list(dict.fromkeys(names)))
    if rows is not None:
        table = take_rows(table, rows)
    groups = groups_of_split(recipe.split, table) if group_column else None
    y = encode_target(table.pop(recipe.target), recipe.task, recipe.classes, recipe.target_parse)

    def fit(spec: MemberSpec, seed: int) -> FittedEstimator:
        return member(spec.estimator).fit(
            spec.params,
            matrices[spec.view],
            y,
            task=recipe.task,
            n_classes=recipe.n_classes,
            categorical=views[spec.view].categorical,
            n_iterations=spec.n_iterations,
            class_weight=recipe.class_weight,
            seed=seed,
            threads=recipe.threads,
        )

    views, matrices = {}, {}
    fits: dict[tuple[int, int], Future[FittedEstimator]] = {}
    with ThreadPoolExecutor(n_jobs, thread_name_prefix="automl-fit") as pool:
        for name in recipe.used_views:
            views[name], matrices[name] = fit_view(
                recipe.views[name], table, y, recipe.task, recipe.n_classes, groups=groups
            )
            for index, spec in enumerate(recipe.members):
                if spec.view == name:
                    for seed in spec.seeds:
                        fits[index, seed] = pool.submit(fit, spec, seed)
        members = tuple(
            FittedMember(
                spec,
                member(spec.estimator),
                tuple(fits[index, seed].result() for seed in spec.seeds),
            )
            for index, spec in enumerate(recipe.members)
        )
    return FittedRecipe(recipe, views, members)
