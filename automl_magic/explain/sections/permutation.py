"""Permutation importance: how much worse the metric gets when a column is shuffled."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_count, format_value
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import format_cell, round_number
from automl_magic.explain.intervals import Z
from automl_magic.explain.ranking import top_columns
from automl_magic.explain.section import ExplainPart, ExplainSection, section_metadata
from automl_magic.explain.time_budget import SectionDeadline
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.inspection import PermutationImportance, PermutedColumn
from automl_magic.tasks import metrics
from automl_magic.tasks.splits import Rows

REPEATS, RESAMPLES = 5, 40
MAX_ROWS, BLOCK = 5_000, 500
DRAWN_COLUMNS = 15
METHOD = (
    "Permutation importance (Breiman, Machine Learning 45, 2001; Fisher, Rudin & Dominici, JMLR "
    "20, 2019): the loss of the metric when a column is shuffled, mean of {repeats}. The "
    "95% interval is over shuffles and resampled rows. Columns with the same information replace "
    "each other and look less important than they are."
)
SEEN = (
    "These are values of the final model, which was trained on these rows. They're optimistic "
    "about what it memorized."
)


SECTION = ExplainSection(
    record=PermutationImportance,
    part=ExplainPart.CHANGES,
    position=1,
    time_share=5 / 11,
)


@SECTION.cell
def permutation(explainer: Explainer, /) -> SectionResult:
    """Shuffle each column in turn and measure the loss of the metric."""
    metric = metrics.METRICS[explainer.recipe.metric]
    shuffles = _Shuffles(explainer, explainer.clock.until(SECTION.time_share))
    y, n_columns = explainer.y[shuffles.rows], len(explainer.columns)
    threshold = explainer.model.threshold

    def loss(predicted: Floats, of_rows: Rows) -> float:
        score = metrics.score(metric.name, y[of_rows], predicted[of_rows], threshold=threshold)
        return metric.loss(score)

    all_rows = np.arange(len(y))
    baseline = loss(shuffles.original, all_rows)
    random = np.random.default_rng((explainer.recipe.seed, 7))
    draws = [random.integers(0, len(y), len(y)) for _ in range(RESAMPLES)]
    baselines = [loss(shuffles.original, sampled) for sampled in draws]
    columns = []
    for name, predictions in shuffles.predictions.items():
        mean_loss = float(np.mean([loss(predicted, all_rows) for predicted in predictions]))
        increase = mean_loss - baseline
        differences = [
            loss(predictions[i % len(predictions)], sampled) - sampled_baseline
            for i, (sampled, sampled_baseline) in enumerate(zip(draws, baselines, strict=True))
        ]
        half_width = Z * float(np.nanstd(differences))
        columns.append(
            PermutedColumn(
                column=name,
                increase=round_number(increase),
                low=round_number(increase - half_width),
                high=round_number(increase + half_width),
            )
        )
    columns.sort(key=lambda column: -column.increase)
    section = PermutationImportance(
        **section_metadata(
            METHOD.format(repeats=format_count(shuffles.repeats, "shuffle")),
            rows=len(y),
            rows_are=_rows_are(explainer, len(y)),
            notes=[*([] if explainer.test_model else [SEEN]), *shuffles.notes(n_columns)],
        ),
        metric=metric.name,
        score=round_number(-baseline if metric.higher_is_better else baseline),
        repeats=shuffles.repeats,
        refitted=explainer.test_model is not None,
        columns=tuple(columns),
    )
    return section, CellOutput(figure=_draw(section), folded=[_table(section)])


class _Shuffles:
    """Predictions with one column shuffled, for as many rows and repeats as the time allows.

    All columns are shuffled in one block of rows after the other, so that at the deadline they're
    shuffled in the same rows. If the deadline is in the first block, the most important columns
    come first.

    Attributes
    ----------
    rows : array of int
        The rows that were predicted.
    original : array
        The predictions without shuffling.
    predictions : dict
        By column, an array of predictions per shuffle.
    """

    def __init__(self, explainer: Explainer, deadline: SectionDeadline) -> None:
        sampled = explainer.sample(explainer.unseen.test_rows, MAX_ROWS, salt=6)
        random = np.random.default_rng((explainer.recipe.seed, 8))
        sampled = random.permutation(sampled)
        self._n_sampled = len(sampled)
        table = explainer.rows(sampled)
        starts = range(0, len(sampled), BLOCK)
        names = top_columns(explainer)
        original: list[Floats] = []
        completed: dict[str, list[list[Floats]]] = {}
        for repeat in range(REPEATS):
            order = random.permutation(len(sampled))
            repeat_blocks: dict[str, list[Floats]] = {}
            n_blocks = 0
            for start in starts:
                block_slice = slice(start, start + BLOCK)
                block = {name: values[block_slice] for name, values in table.items()}
                if repeat == 0:
                    original.append(explainer.predict(block, explainer.test_model))
                predictions: dict[str, Floats] = {}
                for name in names:
                    if predictions and deadline.has_passed:
                        break
                    changed = {**block, name: table[name][order[block_slice]]}
                    predictions[name] = explainer.predict(changed, explainer.test_model)
                if len(predictions) < len(names) and (repeat or n_blocks):
                    break
                for name, predicted in predictions.items():
                    repeat_blocks.setdefault(name, []).append(predicted)
                n_blocks += 1
            if repeat and n_blocks < len(starts):
                break
            for name, blocks in repeat_blocks.items():
                completed.setdefault(name, []).append(blocks)
            self.repeats = repeat + 1
            if repeat == 0:
                original = original[:n_blocks]
            if n_blocks < len(starts) or deadline.has_passed:
                break
        self.original = np.concatenate(original)
        self.rows = sampled[: len(self.original)]
        self.predictions = {
            name: [np.concatenate(blocks) for blocks in repeats]
            for name, repeats in completed.items()
        }

    def notes(self, n_columns: int) -> list[str]:
        """Return a note if the time limit cut the shuffles short."""
        if len(self.predictions) < n_columns:
            progress = f"{len(self.predictions)} of {n_columns} columns"
        elif len(self.rows) < self._n_sampled:
            progress = f"{len(self.rows):,} of {self._n_sampled:,} rows, each shuffled once"
        elif self.repeats < REPEATS:
            progress = f"{self.repeats} of {REPEATS} shuffles"
        else:
            return []
        return [f"Stopped at its time limit after {progress}."]


def _rows_are(explainer: Explainer, n: int) -> str:
    if explainer.test_model is not None:
        return f"{n:,} rows that the refitted model wasn't trained on"
    return f"{n:,} rows that the final model was trained on"


def _draw(section: PermutationImportance) -> PngFigure:
    top = section.columns[:DRAWN_COLUMNS]
    figure, (ax,) = plotting.panels(1, width=6.0, height=0.9 + 0.28 * max(3, len(top)))
    values = np.array([column.increase for column in top])
    spread = [
        values - [column.low for column in top],
        np.array([column.high for column in top]) - values,
    ]
    plotting.bars(ax, [column.column for column in top], values.tolist(), np.array(spread))
    ax.set_xlabel(f"loss of {section.metric} when shuffled", fontsize=9)
    n_significant = sum(column.low > 0 for column in section.columns)
    losses = ", ".join(
        f"{format_cell(column.column)} {format_value(column.increase)}" for column in top[:5]
    )
    return PngFigure.of(
        figure,
        f"Loss of {section.metric} when a column is shuffled: {losses}. For {n_significant} of "
        f"{len(section.columns)} columns, the interval is above 0.",
    )


def _table(section: PermutationImportance) -> TextTable:
    return TextTable(
        f"Loss of {section.metric} when a column is shuffled",
        ("Column", "Loss", "Low (95%)", "High (95%)"),
        [
            (
                format_cell(column.column),
                format_value(column.increase),
                format_value(column.low),
                format_value(column.high),
            )
            for column in section.columns
        ],
        frozenset({1, 2, 3}),
    )
