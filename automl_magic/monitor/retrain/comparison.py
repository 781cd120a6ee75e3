"""Compare a challenger and the champion on the same unseen rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_number, format_score_interval
from automl_magic.display.text_table import TextTable
from automl_magic.errors import MonitorError
from automl_magic.recipe import FittedRecipe, encode_target, load_model, select_columns
from automl_magic.recipe.values import Array, Floats, category_text
from automl_magic.records.monitoring.retrain import Comparison
from automl_magic.tasks import metrics
from automl_magic.tasks.metrics.scores import measure, metric_input
from automl_magic.workspace import default_workspace

if TYPE_CHECKING:
    import pandas as pd

N_RESAMPLES, MIN_RESAMPLES = 1_000, 100
# 1,000 resamples of this many rows take about five seconds for the slowest metric.
MAX_ROWS = 5_000


@dataclass(frozen=True, repr=False)
class ComparisonView:
    """A comparison as the output of a cell."""

    comparison: Comparison

    def __repr__(self) -> str:
        return repr(self._output())

    def _repr_html_(self) -> str:
        return self._output()._repr_html_()

    @property
    def summary(self) -> str:
        """Sentence on which model is better, with the interval of the gain."""
        comparison = self.comparison
        interval = f"[{format_number(comparison.low)}, {format_number(comparison.high)}]"
        n = f"{comparison.resamples:,}"
        gain = f"{format_number(comparison.gain)} {interval} over {n} resamples of the rows"
        if comparison.is_better:
            return f"The challenger is better by {gain}."
        if comparison.high < 0:
            return f"The challenger is worse: its gain is {gain}."
        return f"Neither model is clearly better: the gain is {gain}."

    def _output(self) -> CellOutput:
        comparison = self.comparison
        rows = [
            (name, format_score_interval(score), f"{score.rows:,}")
            for name, score in (
                ("champion", comparison.champion),
                ("challenger", comparison.challenger),
            )
        ]
        headings = ("", f"{comparison.metric} [95% interval]", "recent rows")
        table = TextTable("Scores on the recent rows", headings, rows, right=frozenset({1, 2}))
        return CellOutput(tables=[table], notes=[self.summary])


def compare(
    challenger: FittedRecipe,
    champion_dir: str | os.PathLike[str],
    recent: pd.DataFrame,
    *,
    champion_predictions: pd.DataFrame | None = None,
    seed: int = 0,
    home: Path | None = None,
) -> ComparisonView:
    """Score a challenger and the champion on the same rows, with an interval of the difference.

    Parameters
    ----------
    champion_dir : path
        Folder of the champion. Its files are checked against their digests.
    recent : DataFrame of shape (n_rows, n_columns)
        Rows that neither model learned from, with the target.
    champion_predictions : DataFrame of shape (n_rows, 1) or (n_rows, n_classes), optional
        Logged predictions of the champion for these rows. Used if the rows lack a column that the
        champion reads, so it can't predict them.
    home : path, optional
        The folder with the key of personal columns. By default the home of the notebook's
        workspace.

    Raises
    ------
    ArtifactTampered
        If the champion's files have been changed.
    MonitorError
        If the models have different targets or tasks.

    Notes
    -----
    The interval comes from a paired bootstrap: rows are drawn with replacement, and both models are
    scored on the same draw. This cancels the difficulty of the rows that both models share (Efron &
    Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13). If there are more than m = 5,000
    rows, each draw has m rows and the deviations are scaled by √(m/n).
    """
    champion = load_model(Path(champion_dir), home=home or default_workspace().home)
    recipe = challenger.recipe
    if champion.recipe.task is not recipe.task or champion.recipe.target != recipe.target:
        raise MonitorError(
            "Can't compare champion and challenger.",
            why=f"The champion predicts {champion.recipe.target!r} ({champion.recipe.task}), the "
            f"challenger {recipe.target!r} ({recipe.task}).",
            fix="Train the challenger with the champion's plan: automl retrain DEPLOYMENT",
        )
    values = select_columns(recent, [recipe.target])[recipe.target]
    y_true = encode_target(values, recipe.task, _classes(challenger), recipe.target_parse)
    champion_output = (
        _predict(champion, recent)
        if champion_predictions is None
        else champion_predictions.to_numpy(dtype=np.float64)
    )
    predictions = [
        _align_classes(champion_output, champion, challenger),
        _predict(challenger, recent),
    ]
    thresholds = [model.threshold for model in (champion, challenger)]
    name = recipe.metric
    scores = [
        metrics.make_score(name, y_true, predicted, threshold=threshold, seed=seed)
        for predicted, threshold in zip(predictions, thresholds, strict=True)
    ]
    prepared = [
        metric_input(name, predicted, threshold)
        for predicted, threshold in zip(predictions, thresholds, strict=True)
    ]
    gains = _gains(name, y_true, prepared, seed)
    metric = metrics.METRICS[name]
    sign = 1.0 if metric.higher_is_better else -1.0
    gain = sign * (scores[1].value - scores[0].value)
    low, high = np.percentile(sign * gains, [2.5, 97.5])
    shrink = np.sqrt(min(len(y_true), MAX_ROWS) / len(y_true))
    return ComparisonView(
        Comparison(
            metric=name,
            higher_is_better=metric.higher_is_better,
            champion=scores[0],
            challenger=scores[1],
            gain=gain,
            low=float(gain + shrink * (low - gain)),
            high=float(gain + shrink * (high - gain)),
            p_better=float((sign * gains > 0).mean()),
            resamples=len(gains),
        )
    )


def _classes(model: FittedRecipe) -> list[object]:
    return list(model.classes_) if model.recipe.task.has_classes else []


def _predict(model: FittedRecipe, recent: pd.DataFrame) -> Floats:
    if model.recipe.task.has_classes:
        return model.predict_proba(recent)
    return np.asarray(model.predict(recent), dtype=np.float64)


def _align_classes(predicted: Floats, model: FittedRecipe, reference: FittedRecipe) -> Floats:
    """Reorder the predictions of a model to the classes of another model."""
    if not model.recipe.task.has_classes:
        return predicted.reshape(len(predicted))
    positions = {category_text(label): position for position, label in enumerate(model.classes_)}
    order = [positions.get(category_text(label)) for label in reference.classes_]
    return np.column_stack(
        [
            np.zeros(len(predicted)) if position is None else predicted[:, position]
            for position in order
        ]
    )


def _gains(name: str, y_true: Array, prepared: Sequence[Array], seed: int) -> Floats:
    """Return the score differences of the two models on the same resamples of the rows."""
    random = np.random.default_rng(seed)
    n, m = len(y_true), min(len(y_true), MAX_ROWS)
    differences = []
    for _ in range(N_RESAMPLES):
        rows = random.integers(0, n, m)
        champion_score, challenger_score = (
            measure(name, y_true[rows], values[rows]) for values in prepared
        )
        differences.append(challenger_score - champion_score)
    gains = np.array([gain for gain in differences if np.isfinite(gain)])
    if len(gains) < MIN_RESAMPLES:
        raise MonitorError(
            "Can't compare champion and challenger.",
            why=f"{name} is undefined on most resamples of the {n:,} recent rows: a class has too "
            "few rows.",
            fix="Wait for more outcomes, or add rows: automl retrain DEPLOYMENT --data FILE",
        )
    return gains
