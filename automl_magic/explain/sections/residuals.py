"""Residuals of a regression: their size, distribution, and dependence on the prediction."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import format_measure, round_number, round_numbers
from automl_magic.explain.intervals import bootstrap, mean_interval
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.evaluation import ResidualBin, Residuals

MAX_POINTS, BINS, DECILES = 1_000, 40, 10
LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
METHOD = "Residuals (true minus predicted) by decile of the prediction, with 95% intervals."


SECTION = ExplainSection(
    record=Residuals,
    part=ExplainPart.TRUST,
    position=5,
    requirements=(
        TaskRequirement(
            "has_classes",
            "A classification has no residuals. See calibration and the confusion matrix.",
            value=False,
        ),
    ),
)


@SECTION.cell
def residuals(explainer: Explainer, /) -> SectionResult:
    """Measure the residuals, and how they depend on the prediction."""
    unseen, seed = explainer.unseen, explainer.recipe.seed
    errors = unseen.y - unseen.predicted
    points = explainer.sample(np.arange(len(errors)), MAX_POINTS, salt=1)
    counts, edges = np.histogram(errors, bins=BINS)
    section = Residuals(
        **unseen_metadata(explainer, METHOD),
        point_rows=tuple(explainer.row_numbers[unseen.rows[points]].tolist()),
        points_predicted=round_numbers(unseen.predicted[points]),
        points_true=round_numbers(unseen.y[points]),
        edges=round_numbers(edges),
        counts=tuple(counts.tolist()),
        levels=LEVELS,
        quantiles=round_numbers(np.quantile(errors, LEVELS)),
        deciles=_deciles(unseen.predicted, errors),
        mean=mean_interval(errors),
        mean_absolute=mean_interval(np.abs(errors)),
        root_mean_square=bootstrap(
            len(errors), lambda rows: float(np.sqrt(np.mean(errors[rows] ** 2))), seed=seed
        ),
    )
    return section, CellOutput(
        figure=_draw(section), tables=[_summary(section)], folded=[_decile_table(section)]
    )


def _deciles(predicted: Floats, errors: Floats) -> tuple[ResidualBin, ...]:
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, DECILES + 1)[1:-1]))
    decile_of_row = np.searchsorted(edges, predicted, side="right")
    deciles = []
    for decile in np.unique(decile_of_row):
        mask = decile_of_row == decile
        bin_errors, bin_predicted = errors[mask], predicted[mask]
        low, median, high = np.quantile(bin_errors, [0.1, 0.5, 0.9])
        deciles.append(
            ResidualBin(
                low=round_number(bin_predicted.min()),
                high=round_number(bin_predicted.max()),
                rows=len(bin_errors),
                mean=mean_interval(bin_errors),
                median=round_number(median),
                middle_low=round_number(low),
                middle_high=round_number(high),
                mean_absolute=round_number(np.abs(bin_errors).mean()),
            )
        )
    return tuple(deciles)


def _draw(section: Residuals) -> PngFigure:
    figure, (scatter_ax, histogram_ax) = plotting.panels(2)
    errors = np.subtract(section.points_true, section.points_predicted)
    scatter_ax.plot(
        section.points_predicted, errors, ".", markersize=3, alpha=0.5, color=plotting.COLOURS[0]
    )
    scatter_ax.axhline(0, color=plotting.INK, linewidth=0.8)
    centers = [(decile.low + decile.high) / 2 for decile in section.deciles]
    scatter_ax.vlines(
        centers,
        [decile.middle_low for decile in section.deciles],
        [decile.middle_high for decile in section.deciles],
        color=plotting.COLOURS[1],
        linewidth=2,
        label="middle 80% of a decile",
    )
    scatter_ax.set(xlabel="predicted", ylabel="true - predicted", title="Residuals by prediction")
    scatter_ax.legend(fontsize=7)
    histogram_ax.stairs(section.counts, section.edges, fill=True, color=plotting.COLOURS[0])
    histogram_ax.set(xlabel="true - predicted", ylabel="rows", title="Histogram")
    low, high = section.quantiles[1], section.quantiles[-2]
    worst = max(section.deciles, key=lambda decile: decile.mean_absolute)
    return PngFigure.of(
        figure,
        f"Residuals: 90% of them are between {format_value(low)} and {format_value(high)}. "
        f"They're largest for predictions from {format_value(worst.low)} to "
        f"{format_value(worst.high)}, with a mean absolute error of "
        f"{format_value(worst.mean_absolute)}.",
    )


def _summary(section: Residuals) -> TextTable:
    return TextTable(
        "Prediction errors",
        ("Measure", "Value"),
        [
            ("Mean residual (above 0: predicted too low)", format_measure(section.mean)),
            ("Mean absolute error", format_measure(section.mean_absolute)),
            ("Root mean squared error", format_measure(section.root_mean_square)),
        ],
        frozenset({1}),
    )


def _decile_table(section: Residuals) -> TextTable:
    return TextTable(
        "Residuals by decile of the prediction",
        ("From", "To", "Rows", "Mean", "Median", "10%", "90%", "Mean absolute"),
        [
            (
                format_value(decile.low),
                format_value(decile.high),
                f"{decile.rows:,}",
                format_measure(decile.mean),
                format_value(decile.median),
                format_value(decile.middle_low),
                format_value(decile.middle_high),
                format_value(decile.mean_absolute),
            )
            for decile in section.deciles
        ],
        frozenset(range(8)),
    )
