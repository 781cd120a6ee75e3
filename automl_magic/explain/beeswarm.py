"""Beeswarm charts of SHAP values: a point per row, coloured by its value in the column."""

from __future__ import annotations

import numpy as np

from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import (
    axis_label,
    format_cell,
    round_finite,
    round_numbers,
    to_json_value,
)
from automl_magic.explain.shap_result import ShapValues
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.inspection import Beeswarm, Shap
from automl_magic.tasks.splits import Rows

TOP_COLUMNS, MOST_POINTS, MOST_OUTPUTS, DRAWN_COLUMNS = 12, 200, 4, 10
MAX_NAME_LENGTH = 24


def beeswarms(explainer: Explainer, shap: ShapValues, order: Rows) -> tuple[Beeswarm, ...]:
    """Return the points of the top columns, for at most the four most frequent classes."""
    outputs = explainer.outputs
    if len(outputs) > MOST_OUTPUTS:
        counts = np.bincount(explainer.y, minlength=len(outputs))
        output_indices = np.sort(np.argsort(-counts, kind="stable")[:MOST_OUTPUTS])
    else:
        output_indices = np.arange(len(outputs))
    points = explainer.sample(np.arange(len(shap.positions)), MOST_POINTS, salt=5)
    rows = shap.positions[points]
    swarms = []
    for i in order[:TOP_COLUMNS]:
        name = explainer.columns[i]
        values = explainer.table[name][rows]
        texts = tuple(
            format_cell(explainer.disclosed(name, value), MAX_NAME_LENGTH) for value in values
        )
        positions = _positions(explainer.order[name], rows)
        swarms += [
            Beeswarm(
                column=name,
                output=outputs[k],
                values=texts,
                position=positions,
                shap=round_numbers(shap.values[points, i, k]),
            )
            for k in output_indices
        ]
    return tuple(swarms)


def _positions(order: Floats | None, rows: Rows) -> tuple[float | None, ...]:
    if order is None or not np.isfinite(order).any():
        return (None,) * len(rows)
    low, high = np.nanquantile(order[np.isfinite(order)], [0.05, 0.95])
    width = high - low or 1.0
    return tuple(round_finite(float(p)) for p in np.clip((order[rows] - low) / width, 0, 1))


def draw_beeswarms(explainer: Explainer, section: Shap) -> PngFigure:
    """Draw the importance of the top columns, and the points of the first output beside it."""
    top = section.columns[:DRAWN_COLUMNS]
    names = [column.column for column in top]
    figure, (bar_ax, swarm_ax) = plotting.panels(2, width=4.8, height=0.8 + 0.36 * max(4, len(top)))
    values = np.array([column.mean_abs for column in top])
    spread = [
        values - [column.low for column in top],
        np.array([column.high for column in top]) - values,
    ]
    plotting.bars(bar_ax, names, values.tolist(), np.maximum(0.0, spread))
    bar_ax.set_xlabel(f"mean |SHAP| ({section.unit})", fontsize=9)
    output = explainer.output
    swarms = {column.column: column for column in section.beeswarms if column.output == output}
    random = np.random.default_rng(0)
    points = None
    for index, name in enumerate(names):
        if name not in swarms:
            continue
        swarm = swarms[name]
        height = index + _spread_out(np.array(swarm.shap), random)
        ordered = np.array([p is not None for p in swarm.position])
        shap = np.array(swarm.shap)
        swarm_ax.scatter(shap[~ordered], height[~ordered], s=6, color=plotting.FAINT, linewidths=0)
        colours = [p for p in swarm.position if p is not None]
        points = swarm_ax.scatter(
            shap[ordered], height[ordered], s=6, c=colours, cmap="cividis", vmin=0, vmax=1
        )
    swarm_ax.axvline(0, color=plotting.FAINT, linewidth=0.8)
    swarm_ax.set_yticks([])
    swarm_ax.set_ylim(len(names) - 0.5, -0.5)
    of = (
        ""
        if output is None
        else f" of {axis_label(to_json_value(explainer.recipe.classes[output]), 16)}"
    )
    swarm_ax.set_xlabel(f"SHAP{of} ({section.unit})", fontsize=9)
    if points is not None:
        bar = figure.colorbar(points, ax=swarm_ax, shrink=0.7, ticks=[0, 1])
        bar.ax.set_yticklabels(["low", "high"], fontsize=7)
        bar.set_label("column value (grey: no order)", fontsize=7)
    importances = ", ".join(
        f"{format_cell(column.column)} {format_value(column.mean_abs)}" for column in top[:6]
    )
    return PngFigure.of(
        figure,
        f"Mean |SHAP| by column, for {section.scale}: {importances}.",
    )


def _spread_out(shap: Floats, random: np.random.Generator) -> Floats:
    """Return random vertical offsets, larger where there are more points."""
    if len(shap) < 2 or np.ptp(shap) == 0:
        return np.zeros(len(shap))
    bins = np.clip(((shap - shap.min()) / np.ptp(shap) * 30).astype(int), 0, 29)
    density = np.bincount(bins, minlength=30)[bins] / np.bincount(bins).max()
    spread: Floats = random.uniform(-0.38, 0.38, len(shap)) * density
    return spread


def importance_table(section: Shap) -> TextTable:
    """Return a table of the importance of all columns."""
    return TextTable(
        f"Mean |SHAP| by column, in {section.unit}",
        ("Column", "Mean |SHAP|", "Low (95%)", "High (95%)"),
        [
            (
                format_cell(column.column),
                format_value(column.mean_abs),
                format_value(column.low),
                format_value(column.high),
            )
            for column in section.columns
        ],
        frozenset({1, 2, 3}),
    )
