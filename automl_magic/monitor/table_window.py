"""Read a window from a table, for models served elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.monitor.model import MonitoredModel
from automl_magic.monitor.window import MAX_SAMPLED_ROWS, Window, sample_rows
from automl_magic.recipe import select_columns, take_rows
from automl_magic.recipe.batches import prediction_columns
from automl_magic.recipe.values import Array, Floats, as_numbers, missing_mask
from automl_magic.records.data.schema import OnUnread

if TYPE_CHECKING:
    import pandas as pd

MAX_PREDICTED_ROWS = 100_000


def read_table(
    frame: pd.DataFrame | Mapping[str, Array],
    monitored_model: MonitoredModel,
    start: float,
    end: float,
    *,
    source: str,
    model: str,
    deployment: str | None = None,
    version: int | None = None,
    max_sampled: int = MAX_SAMPLED_ROWS,
) -> Window:
    """Make a window from a table.

    The predictions are read from the columns `probability_CLASS` or `prediction`, in the format of
    `automl predict` (see `prediction_columns`). A feature of the model that has such a name stays a
    feature. Without these columns, the model predicts the rows. The outcomes are read from the
    target column. If the table has more than 100,000 rows, a random sample of that size is
    used.

    Parameters
    ----------
    frame : DataFrame or mapping of str to array, of shape (n_rows, n_columns)
    start, end : float
        Seconds since 1970 in UTC.
    max_sampled : int
        Maximum number of rows whose input columns are checked.
    """
    recipe = monitored_model.fitted.recipe
    table = select_columns(frame, [str(name) for name in frame])
    n = len(next(iter(table.values()), ()))
    if n > MAX_PREDICTED_ROWS:
        table = take_rows(table, sample_rows(n, MAX_PREDICTED_ROWS))
        n = MAX_PREDICTED_ROWS
    outcomes: Sequence[object] = [None] * n
    if recipe.target in table:
        target = table.pop(recipe.target)
        has_outcome = ~missing_mask(target)
        outcomes = [
            value if is_known else None for value, is_known in zip(target, has_outcome, strict=True)
        ]
    predicted = _predictions(table, monitored_model, n)
    sampled = sample_rows(n, max_sampled)
    return Window(
        source=source,
        start=start,
        end=end,
        timestamps=np.full(n, np.nan),
        weights=np.ones(n),
        predictions=predicted,
        outcomes=outcomes,
        sampled=sampled,
        table=take_rows(table, sampled),
        deployment=deployment,
        model=model,
        version=version,
    )


def _predictions(table: dict[str, Array], monitored_model: MonitoredModel, n: int) -> Floats:
    recipe = monitored_model.fitted.recipe
    prediction, *names = prediction_columns(monitored_model.fitted)
    values_given = table.pop(prediction, None)
    probabilities = [table.pop(name) for name in names if name in table]
    if recipe.task.has_classes:
        if probabilities and len(probabilities) == len(names):
            return np.column_stack([as_numbers(values) for values in probabilities])
        shape: tuple[int, ...] = (n, recipe.n_classes)
    elif values_given is not None:
        return as_numbers(values_given)
    else:
        shape = (n,)
    if any(name not in table for name in recipe.used_columns) or n == 0:
        # The quality section reports the missing columns.
        return np.full(shape, np.nan)
    # It also reports the values that can't be read.
    if recipe.task.has_classes:
        return monitored_model.fitted.predict_proba(table, on_unread=OnUnread.MISSING)
    predicted = monitored_model.fitted.predict(table, on_unread=OnUnread.MISSING)
    return np.asarray(predicted, dtype=np.float64)
