"""reference: the distributions of columns and predictions before release, for monitoring.

The reference is in the model's folder, is signed with it, and contains no rows. With more columns,
each gets fewer quantiles and levels, which bounds its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.distributions import categorical_distribution, numeric_distribution
from automl_magic.learn.evaluate import Holdout
from automl_magic.recipe import Recipe, select_columns
from automl_magic.recipe.contents import read_contents
from automl_magic.recipe.reading import ColumnReader, TableReader
from automl_magic.recipe.values import Array, Floats, category_text
from automl_magic.records import Score
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.monitoring.reference import (
    CategoricalDistribution,
    ColumnReference,
    ConfidenceBin,
    NumericDistribution,
    PredictionReference,
    Reference,
)
from automl_magic.tasks.metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.trials import Search
    from automl_magic.recipe import FittedRecipe

# Totals for all columns. JSON takes about eight characters per number.
KNOTS, MAX_KNOTS, MIN_KNOTS = 9_000, 201, 11
LEVELS, MAX_LEVELS, MIN_LEVELS = 4_000, 100, 8
# With fewer holdout rows than this, the tails of the predictions are mostly noise.
MIN_HOLDOUT_ROWS = 1_000
CALIBRATION_BINS = 10


def reference(
    search: Search,
    model: FittedRecipe,
    ensemble: Ensemble,
    holdout: Holdout | Score | None,
    schema: InputSchema,
) -> Reference:
    """Return the distributions of a model's columns and of its predictions on unseen rows."""
    recipe = model.recipe
    prediction, score = unseen_predictions(search, recipe, ensemble, holdout)
    return Reference(
        task=recipe.task,
        target=recipe.target,
        classes=recipe.classes,
        threshold=recipe.threshold,
        rows=search.task.n_rows,
        columns=column_references(search.task.frame, schema),
        prediction=prediction,
        score=score,
        higher_is_better=METRICS[recipe.metric].higher_is_better,
    )


def column_references(
    frame: pd.DataFrame | Mapping[str, Array], schema: InputSchema
) -> tuple[ColumnReference, ...]:
    """Return the distribution of each column that a model reads.

    Parameters
    ----------
    frame : DataFrame or mapping of arrays
        The rows that the model was fitted on.
    """
    n_knots = _within(KNOTS, len(schema.columns), MIN_KNOTS, MAX_KNOTS) // 10 * 10 + 1
    n_levels = _within(LEVELS, len(schema.columns), MIN_LEVELS, MAX_LEVELS)
    return tuple(
        _column(reader, select_columns(frame, [name])[name], n_knots, n_levels)
        for name, reader in TableReader(schema).columns.items()
    )


def unseen_predictions(
    search: Search, recipe: Recipe, ensemble: Ensemble, holdout: Holdout | Score | None
) -> tuple[PredictionReference | None, Score | None]:
    """Return the distribution of predictions on unseen rows, and the score on them.

    Uses the holdout if it has enough rows and a score, otherwise the out-of-fold predictions.
    """
    y = search.task.y[search.rows.development]
    validated = search.rows.validated_mask
    if isinstance(holdout, Holdout) and holdout.score is not None and not holdout.score.undefined:
        arrays = holdout.predictions
        if len(arrays["y"]) >= min(MIN_HOLDOUT_ROWS, max(1, int(validated.sum()))):
            return (
                prediction_reference("holdout", recipe, arrays["y"], arrays["predicted"]),
                holdout.score,
            )
    oof = ensemble.oof[validated]
    return prediction_reference("out_of_fold", recipe, y[validated], oof), ensemble.score


def prediction_reference(
    source: str, recipe: Recipe, y: Array, predicted: Floats
) -> PredictionReference:
    """Return the distribution of some predictions, and their calibration.

    Parameters
    ----------
    y, predicted : arrays, shape (n,); (n,) or (n, n_classes)
        Class codes and probabilities, or values and predicted values.
    """
    if not recipe.task.has_classes:
        finite = predicted[np.isfinite(predicted)]
        return PredictionReference(
            source=source, rows=len(y), output=numeric_distribution(finite, MAX_KNOTS)
        )
    has_two_classes = predicted.shape[1] == 2
    confidence = predicted[:, 1] if has_two_classes else predicted.max(axis=1)
    is_correct = (y == 1) if has_two_classes else (predicted.argmax(axis=1) == y)
    cuts = np.unique(np.quantile(confidence, np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1]))
    labels = [category_text(recipe.classes[code]) or "" for code in predicted.argmax(axis=1)]
    return PredictionReference(
        source=source,
        rows=len(y),
        output=numeric_distribution(confidence, MAX_KNOTS) if has_two_classes else None,
        classes=None if has_two_classes else categorical_distribution(labels, MAX_LEVELS),
        cuts=tuple(float(cut) for cut in cuts),
        calibration=_calibration(confidence, is_correct, cuts),
    )


def _calibration(confidence: Floats, is_correct: Array, cuts: Floats) -> tuple[ConfidenceBin, ...]:
    bins = np.searchsorted(cuts, confidence, side="left")
    return tuple(
        ConfidenceBin(
            rows=int((bins == bin_number).sum()),
            predicted=float(confidence[bins == bin_number].mean()),
            observed=float(is_correct[bins == bin_number].mean()),
        )
        for bin_number in range(len(cuts) + 1)
        if (bins == bin_number).any()
    )


def _column(reader: ColumnReader, values: Array, n_knots: int, n_levels: int) -> ColumnReference:
    column, contents = reader.column, read_contents(values, reader)
    distribution: NumericDistribution | CategoricalDistribution | None = None
    if not column.personal and contents.numbers is not None:
        distribution = numeric_distribution(contents.numbers, n_knots)
    elif not column.personal and contents.texts is not None:
        distribution = categorical_distribution(contents.texts, n_levels)
    numbers = contents.numbers
    has_range = numbers is not None and len(contents.rows) > 0 and not column.personal
    return ColumnReference(
        name=column.name,
        kind=column.kind,
        missing=round(float(contents.missing.mean()), 6),
        unread=round(float(contents.unread.mean()), 6),
        low=float(numbers.min()) if has_range and numbers is not None else None,
        high=float(numbers.max()) if has_range and numbers is not None else None,
        distribution=distribution,
        personal=column.personal is not None,
    )


def _within(total: int, n_columns: int, minimum: int, maximum: int) -> int:
    return min(maximum, max(minimum, total // max(1, n_columns)))
