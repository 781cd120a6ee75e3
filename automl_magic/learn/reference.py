"""reference: what the model saw before its release, for a monitor to compare with.

It lies in the model's folder, is signed with it, and holds no row. Its size is bounded by the
number of columns: fewer quantiles and levels are kept of each where there are many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.distributions import levels_of, numbers_of
from automl_magic.learn.evaluate import Holdout
from automl_magic.recipe import Recipe, table_of
from automl_magic.recipe.contents import contents_of
from automl_magic.recipe.values import Array, Floats, text_of
from automl_magic.records import Score
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.monitoring.reference import (
    CalibrationBin,
    ColumnReference,
    Levels,
    Numbers,
    PredictionReference,
    Reference,
)
from automl_magic.tasks.metrics import METRICS

if TYPE_CHECKING:
    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.trials import Search
    from automl_magic.recipe import FittedRecipe

# For all columns together; JSON takes some eight characters a number.
KNOTS, MOST_KNOTS, FEWEST_KNOTS = 9_000, 201, 11
LEVELS, MOST_LEVELS, FEWEST_LEVELS = 4_000, 100, 8
# A holdout of fewer rows leaves the tails of the predictions to chance.
ENOUGH_ROWS = 1_000
CALIBRATION_BINS = 10


def reference(
    search: Search,
    model: FittedRecipe,
    ensemble: Ensemble,
    holdout: Holdout | Score | None,
    schema: InputSchema,
) -> Reference:
    """Return what the columns and the honest predictions of a model looked like."""
    recipe = model.recipe
    prediction, score = honest(search, recipe, ensemble, holdout)
    return Reference(
        task=recipe.task,
        target=recipe.target,
        classes=recipe.classes,
        threshold=recipe.threshold,
        rows=search.task.n_rows,
        columns=columns(search.task.frame, schema),
        prediction=prediction,
        score=score,
        higher_is_better=METRICS[recipe.metric].higher_is_better,
    )


def columns(frame: Any, schema: InputSchema) -> tuple[ColumnReference, ...]:
    """Return the distribution of each column that a model reads.

    Parameters
    ----------
    frame : DataFrame or mapping of arrays
        The rows that the model was fitted on.
    """
    n_knots = _within(KNOTS, len(schema.columns), FEWEST_KNOTS, MOST_KNOTS) // 10 * 10 + 1
    n_levels = _within(LEVELS, len(schema.columns), FEWEST_LEVELS, MOST_LEVELS)
    return tuple(
        _column(column, table_of(frame, [column.name])[column.name], n_knots, n_levels)
        for column in schema.columns
    )


def honest(
    search: Search, recipe: Recipe, ensemble: Ensemble, holdout: Holdout | Score | None
) -> tuple[PredictionReference | None, Score | None]:
    """Return the distribution of predictions for rows not learned from, and the score on them.

    A holdout with many rows is taken, otherwise what was predicted out of fold.
    """
    development = search.task.y[search.rows.development]
    validated = search.rows.validated
    held = holdout.predictions if isinstance(holdout, Holdout) else {}
    if len(held.get("y", ())) >= min(ENOUGH_ROWS, max(1, int(validated.sum()))):
        assert isinstance(holdout, Holdout)
        return predictions("holdout", recipe, held["y"], held["predicted"]), holdout.score
    said = ensemble.oof[validated]
    return predictions("out_of_fold", recipe, development[validated], said), ensemble.score


def predictions(source: str, recipe: Recipe, y: Array, predicted: Floats) -> PredictionReference:
    """Return the distribution of some predictions, and how far they may be believed.

    Parameters
    ----------
    y, predicted : arrays, shape (n,); (n,) or (n, n_classes)
        Class codes and probabilities, or values and predicted values.
    """
    if not recipe.task.has_classes:
        known = predicted[np.isfinite(predicted)]
        return PredictionReference(source=source, rows=len(y), output=numbers_of(known, MOST_KNOTS))
    has_two_classes = predicted.shape[1] == 2
    confidence = predicted[:, 1] if has_two_classes else predicted.max(axis=1)
    right = (y == 1) if has_two_classes else (predicted.argmax(axis=1) == y)
    cuts = np.unique(np.quantile(confidence, np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1]))
    labels = [text_of(recipe.classes[code]) or "" for code in predicted.argmax(axis=1)]
    return PredictionReference(
        source=source,
        rows=len(y),
        output=numbers_of(confidence, MOST_KNOTS) if has_two_classes else None,
        classes=None if has_two_classes else levels_of(labels, MOST_LEVELS),
        cuts=tuple(float(cut) for cut in cuts),
        calibration=_calibration(confidence, right, cuts),
    )


def _calibration(confidence: Floats, right: Array, cuts: Floats) -> tuple[CalibrationBin, ...]:
    places = np.searchsorted(cuts, confidence, side="left")
    return tuple(
        CalibrationBin(
            rows=int((places == place).sum()),
            predicted=float(confidence[places == place].mean()),
            observed=float(right[places == place].mean()),
        )
        for place in range(len(cuts) + 1)
        if (places == place).any()
    )


def _column(column: InputColumn, values: Array, n_knots: int, n_levels: int) -> ColumnReference:
    found = contents_of(values, column.kind, column.parse)
    seen: Numbers | Levels | None = None
    if not column.personal and found.numbers is not None:
        seen = numbers_of(found.numbers, n_knots)
    elif not column.personal and found.texts is not None:
        seen = levels_of(found.texts, n_levels)
    is_span = found.numbers is not None and len(found.rows) > 0 and not column.personal
    return ColumnReference(
        name=column.name,
        kind=column.kind,
        missing=round(float(found.missing.mean()), 6),
        unread=round(float(found.unread.mean()), 6),
        low=float(found.numbers.min()) if is_span and found.numbers is not None else None,
        high=float(found.numbers.max()) if is_span and found.numbers is not None else None,
        seen=seen,
        personal=column.personal is not None,
    )


def _within(together: int, n_columns: int, least: int, most: int) -> int:
    return min(most, max(least, together // max(1, n_columns)))
