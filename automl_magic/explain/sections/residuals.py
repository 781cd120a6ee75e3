"""residuals: how far off the predictions of a regression are, and where."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.intervals import bootstrapped, mean_of
from automl_magic.explain.section import ExplainSection, Need, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, measured, rounded
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_value
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.measured import ResidualBin, Residuals

MOST_POINTS, BINS, DECILES = 1_000, 40, 10
LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
METHOD = "Residuals (truth minus prediction), by tenths of the prediction; 95 % intervals."


SECTION = ExplainSection(
    record=Residuals,
    part=Part.TRUST,
    place=5,
    needs=(
        Need(
            "has_classes",
            "Classes have no residuals; see calibration and the confusion matrix.",
            value=False,
        ),
    ),
)


@SECTION.cell
def residuals(subject: Subject, /) -> SectionResult:
    """Measure how far off the predictions are, and whether that depends on the prediction."""
    unseen, seed = subject.unseen, subject.recipe.seed
    off = unseen.y - unseen.predicted
    points = subject.sample(np.arange(len(off)), MOST_POINTS, salt=1)
    counts, edges = np.histogram(off, bins=BINS)
    section = Residuals(
        **on_unseen(subject, METHOD),
        point_rows=tuple(subject.row_numbers[unseen.rows[points]].tolist()),
        points_predicted=all_rounded(unseen.predicted[points]),
        points_true=all_rounded(unseen.y[points]),
        edges=all_rounded(edges),
        counts=tuple(counts.tolist()),
        levels=LEVELS,
        quantiles=all_rounded(np.quantile(off, LEVELS)),
        deciles=_deciles(unseen.predicted, off),
        mean=mean_of(off),
        mean_absolute=mean_of(np.abs(off)),
        root_mean_square=bootstrapped(
            len(off), lambda rows: float(np.sqrt(np.mean(off[rows] ** 2))), seed=seed
        ),
    )
    return section, CellOutput(
        picture=_drawn(section), tables=[_summary(section)], folded=[_by_tenth(section)]
    )


def _deciles(predicted: Any, off: Any) -> tuple[ResidualBin, ...]:
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, DECILES + 1)[1:-1]))
    place = np.searchsorted(edges, predicted, side="right")
    found = []
    for one in np.unique(place):
        inside, said = off[place == one], predicted[place == one]
        low, middle, high = np.quantile(inside, [0.1, 0.5, 0.9])
        found.append(
            ResidualBin(
                low=rounded(said.min()),
                high=rounded(said.max()),
                rows=len(inside),
                mean=mean_of(inside),
                median=rounded(middle),
                middle_low=rounded(low),
                middle_high=rounded(high),
                mean_absolute=rounded(np.abs(inside).mean()),
            )
        )
    return tuple(found)


def _drawn(found: Residuals) -> PngFigure:
    figure, (left, right) = draw.panels(2)
    off = np.subtract(found.points_true, found.points_predicted)
    left.plot(found.points_predicted, off, ".", markersize=3, alpha=0.5, color=draw.COLOURS[0])
    left.axhline(0, color=draw.INK, linewidth=0.8)
    middles = [(one.low + one.high) / 2 for one in found.deciles]
    left.vlines(
        middles,
        [one.middle_low for one in found.deciles],
        [one.middle_high for one in found.deciles],
        color=draw.COLOURS[1],
        linewidth=2,
        label="middle 80 % of a tenth",
    )
    left.set(xlabel="prediction", ylabel="truth - prediction", title="By prediction")
    left.legend(fontsize=7)
    right.stairs(found.counts, found.edges, fill=True, color=draw.COLOURS[0])
    right.set(xlabel="truth - prediction", ylabel="rows", title="How often")
    low, high = found.quantiles[1], found.quantiles[-2]
    widest = max(found.deciles, key=lambda one: one.mean_absolute)
    return PngFigure.of(
        figure,
        f"Residuals: 90 % of them lie from {format_value(low)} to {format_value(high)}. "
        f"They are largest for predictions from {format_value(widest.low)} to "
        f"{format_value(widest.high)}, on average "
        f"{format_value(widest.mean_absolute)} off.",
    )


def _summary(found: Residuals) -> TextTable:
    return TextTable(
        "How far off",
        ("Measure", "Value"),
        [
            ("Mean residual (above 0: predicted too low)", measured(found.mean)),
            ("Mean absolute error", measured(found.mean_absolute)),
            ("Root mean square error", measured(found.root_mean_square)),
        ],
        frozenset({1}),
    )


def _by_tenth(found: Residuals) -> TextTable:
    return TextTable(
        "residuals by tenths of the prediction",
        ("From", "To", "Rows", "Mean", "Median", "10 %", "90 %", "Mean absolute"),
        [
            (
                format_value(one.low),
                format_value(one.high),
                f"{one.rows:,}",
                measured(one.mean),
                format_value(one.median),
                format_value(one.middle_low),
                format_value(one.middle_high),
                format_value(one.mean_absolute),
            )
            for one in found.deciles
        ],
        frozenset(range(8)),
    )
