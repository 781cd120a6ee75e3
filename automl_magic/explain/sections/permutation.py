"""permutation: how much worse the metric is when a column is shuffled."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.clock import Deadline
from automl_magic.explain.intervals import Z
from automl_magic.explain.ranking import top_columns
from automl_magic.explain.section import ExplainSection, Part, section_metadata
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_count, format_value
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.explained import Permutation, PermutedColumn
from automl_magic.tasks import metrics

REPEATS, RESAMPLES = 5, 40
MOST_ROWS, BLOCK = 5_000, 500
DRAWN_COLUMNS = 15
METHOD = (
    "Permutation importance (Breiman, Machine Learning 45, 2001; Fisher, Rudin & Dominici, JMLR "
    "20, 2019): the loss of the metric when a column is shuffled, mean of {repeats}. The "
    "95 % interval is over shuffles and resampled rows. Columns that say the same stand in for "
    "each other, and look less important than they are."
)
SEEN = (
    "The final model was used, which has learned from these rows: that flatters what it knows by "
    "heart."
)


SECTION = ExplainSection(
    record=Permutation,
    part=Part.CHANGES,
    place=1,
    time_share=5 / 11,
)


@SECTION.cell
def permutation(subject: Subject, /) -> SectionResult:
    """Shuffle each column in turn, and measure what the model loses."""
    metric = metrics.METRICS[subject.recipe.metric]
    shuffles = _Shuffles(subject, subject.clock.until(SECTION.time_share))
    y, n_columns = subject.y[shuffles.rows], len(subject.columns)
    threshold = subject.model.threshold

    def loss(predicted: Any, of_rows: Any) -> float:
        score = metrics.score(metric.name, y[of_rows], predicted[of_rows], threshold=threshold)
        return metric.loss(score)

    everything = np.arange(len(y))
    whole = loss(shuffles.usual, everything)
    random = np.random.default_rng((subject.recipe.seed, 7))
    draws = [random.integers(0, len(y), len(y)) for _ in range(RESAMPLES)]
    of_draws = [loss(shuffles.usual, drawn) for drawn in draws]
    found = []
    for name, predictions in shuffles.predictions.items():
        increase = float(np.mean([loss(one, everything) for one in predictions])) - whole
        apart = [
            loss(predictions[i % len(predictions)], drawn) - of_draw
            for i, (drawn, of_draw) in enumerate(zip(draws, of_draws, strict=True))
        ]
        half = Z * float(np.nanstd(apart))
        found.append(
            PermutedColumn(
                column=name,
                increase=rounded(increase),
                low=rounded(increase - half),
                high=rounded(increase + half),
            )
        )
    found.sort(key=lambda one: -one.increase)
    section = Permutation(
        **section_metadata(
            METHOD.format(repeats=format_count(shuffles.repeats, "shuffle")),
            rows=len(y),
            rows_are=_rows_are(subject, len(y)),
            notes=[*([] if subject.tester else [SEEN]), *shuffles.notes(n_columns)],
        ),
        metric=metric.name,
        score=rounded(-whole if metric.higher_is_better else whole),
        repeats=shuffles.repeats,
        refitted=subject.tester is not None,
        columns=tuple(found),
    )
    return section, CellOutput(picture=_drawn(section), folded=[_table(section)])


class _Shuffles:
    """Predictions with one column shuffled, for as many rows, and as often, as the time allows.

    It goes block by block of rows, all columns in each, so that whenever the time is over, every
    column has been shuffled in the same rows. If it is over within the first block, the columns
    that were thought most important have been.

    Attributes
    ----------
    rows : array of int
        The rows that were done.
    usual : array
        The predictions for them as they are.
    predictions : dict
        By column, one array of predictions for each shuffle.
    """

    def __init__(self, subject: Subject, deadline: Deadline) -> None:
        wanted = subject.sample(subject.unseen.tested, MOST_ROWS, salt=6)
        random = np.random.default_rng((subject.recipe.seed, 8))
        wanted = random.permutation(wanted)
        self._wanted = len(wanted)
        table = subject.rows(wanted)
        starts = range(0, len(wanted), BLOCK)
        names = top_columns(subject)
        usual: list[Any] = []
        done: dict[str, list[list[Any]]] = {}
        for repeat in range(REPEATS):
            order = random.permutation(len(wanted))
            parts: dict[str, list[Any]] = {}
            blocks = 0
            for start in starts:
                inside = slice(start, start + BLOCK)
                block = {name: values[inside] for name, values in table.items()}
                if repeat == 0:
                    usual.append(subject.predict(block, subject.tester))
                made: dict[str, Any] = {}
                for name in names:
                    if made and deadline.is_over:
                        break
                    changed = {**block, name: table[name][order[inside]]}
                    made[name] = subject.predict(changed, subject.tester)
                if len(made) < len(names) and (repeat or blocks):
                    break
                for name, predicted in made.items():
                    parts.setdefault(name, []).append(predicted)
                blocks += 1
            if repeat and blocks < len(starts):
                break
            for name, of_blocks in parts.items():
                done.setdefault(name, []).append(of_blocks)
            self.repeats = repeat + 1
            if repeat == 0:
                usual = usual[:blocks]
            if blocks < len(starts) or deadline.is_over:
                break
        self.usual = np.concatenate(usual)
        self.rows = wanted[: len(self.usual)]
        self.predictions = {
            name: [np.concatenate(of_blocks) for of_blocks in repeats]
            for name, repeats in done.items()
        }

    def notes(self, n_columns: int) -> list[str]:
        """Say what the time was not enough for."""
        if len(self.predictions) < n_columns:
            what = f"{len(self.predictions)} of {n_columns} columns"
        elif len(self.rows) < self._wanted:
            what = f"{len(self.rows):,} of {self._wanted:,} rows, each shuffled once"
        elif self.repeats < REPEATS:
            what = f"{self.repeats} of {REPEATS} shuffles"
        else:
            return []
        return [f"Stopped at its share of the time after {what}."]


def _rows_are(subject: Subject, n: int) -> str:
    if subject.tester is not None:
        return f"{n:,} rows that the model, fitted anew, had not seen"
    return f"{n:,} rows that the final model has learned from"


def _drawn(found: Permutation) -> PngFigure:
    top = found.columns[:DRAWN_COLUMNS]
    figure, (ax,) = draw.panels(1, width=6.0, height=0.9 + 0.28 * max(3, len(top)))
    values = np.array([one.increase for one in top])
    spread = [values - [one.low for one in top], np.array([one.high for one in top]) - values]
    draw.bars(ax, [one.column for one in top], values.tolist(), np.array(spread))
    ax.set_xlabel(f"loss of {found.metric} when shuffled", fontsize=9)
    sure = [one for one in found.columns if one.low > 0]
    most = ", ".join(f"{shown(one.column)} {format_value(one.increase)}" for one in top[:5])
    return PngFigure.of(
        figure,
        f"What {found.metric} loses when a column is shuffled: {most}. For {len(sure)} of "
        f"{len(found.columns)} columns the interval lies above 0.",
    )


def _table(found: Permutation) -> TextTable:
    return TextTable(
        f"loss of {found.metric} when a column is shuffled",
        ("Column", "Loss", "95 % low", "95 % high"),
        [
            (
                shown(one.column),
                format_value(one.increase),
                format_value(one.low),
                format_value(one.high),
            )
            for one in found.columns
        ],
        frozenset({1, 2, 3}),
    )
