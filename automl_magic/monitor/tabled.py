"""tabled: a table as a window, for teams whose model is served elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.monitor.model import WatchedModel
from automl_magic.monitor.window import MOST_SAMPLED, Window, sample_of
from automl_magic.recipe import table_of, take
from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.values import Array, Floats, as_missing, as_numbers

if TYPE_CHECKING:
    import pandas as pd

MOST_PREDICTED = 100_000


def read_table(
    frame: pd.DataFrame | Mapping[str, Array],
    watched: WatchedModel,
    start: float,
    end: float,
    *,
    source: str,
    model: str,
    deployment: str | None = None,
    version: int | None = None,
    most_sampled: int = MOST_SAMPLED,
) -> Window:
    """Take the rows of a table as a window.

    What was predicted of them is in the columns `probability_CLASS` or `prediction`, as `automl
    predict` writes them; where they are not, the model predicts the rows itself. A column of the
    target's name holds the outcomes. Of more than 100,000 rows so many are drawn at random.
    """
    recipe = watched.fitted.recipe
    table = table_of(frame, [str(name) for name in frame])
    n = len(next(iter(table.values()), ()))
    if n > MOST_PREDICTED:
        table = take(table, sample_of(n, MOST_PREDICTED))
        n = MOST_PREDICTED
    outcomes: Sequence[Any] = [None] * n
    if recipe.target in table:
        target = table.pop(recipe.target)
        known = ~as_missing(target)
        outcomes = [value if there else None for value, there in zip(target, known, strict=True)]
    predicted = _predicted(table, watched, n)
    sampled = sample_of(n, most_sampled)
    return Window(
        source=source,
        start=start,
        end=end,
        at=np.full(n, np.nan),
        weights=np.ones(n),
        predicted=predicted,
        outcomes=outcomes,
        sampled=sampled,
        table=take(table, sampled),
        deployment=deployment,
        model=model,
        version=version,
    )


def _predicted(table: dict[str, Any], watched: WatchedModel, n: int) -> Floats:
    recipe = watched.fitted.recipe
    prediction, *names = recipe_family(recipe.task).columns(recipe)
    given = table.pop(prediction, None)
    shares = [table.pop(name) for name in names if name in table]
    if recipe.task.has_classes:
        if shares and len(shares) == len(names):
            return np.column_stack([as_numbers(values) for values in shares])
        shape: tuple[int, ...] = (n, recipe.n_classes)
    elif given is not None:
        return as_numbers(given)
    else:
        shape = (n,)
    if any(name not in table for name in recipe.used_columns) or n == 0:
        # The cell on quality names the columns that are not there.
        return np.full(shape, np.nan)
    if recipe.task.has_classes:
        return watched.fitted.predict_proba(table)
    return np.asarray(watched.fitted.predict(table), dtype=np.float64)
