"""swarm: SHAP values as a picture, a point for each row, coloured by the value it had."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.attributions import ShapValues
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, finite, on_axis, plain, shown
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_value
from automl_magic.look.text_table import TextTable
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.explained import Beeswarm, Shap

TOP_COLUMNS, MOST_POINTS, MOST_OUTPUTS, DRAWN_COLUMNS = 12, 200, 4, 10
LONGEST = 24


def beeswarms(subject: Subject, found: ShapValues, order: Any) -> tuple[Beeswarm, ...]:
    """Return the points of the top columns; of more than four classes, for the most frequent."""
    outputs = subject.outputs
    if len(outputs) > MOST_OUTPUTS:
        counts = np.bincount(subject.y, minlength=len(outputs))
        kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_OUTPUTS])
    else:
        kept = np.arange(len(outputs))
    points = subject.sample(np.arange(len(found.positions)), MOST_POINTS, salt=5)
    rows = found.positions[points]
    swarms = []
    for i in order[:TOP_COLUMNS]:
        name = subject.columns[i]
        values = subject.table[name][rows]
        texts = tuple(shown(plain(value), LONGEST) for value in values)
        positions = _positions(subject.order[name], rows)
        swarms += [
            Beeswarm(
                column=name,
                output=outputs[k],
                shown=texts,
                position=positions,
                shap=all_rounded(found.values[points, i, k]),
            )
            for k in kept
        ]
    return tuple(swarms)


def _positions(order: Floats | None, rows: Any) -> tuple[float | None, ...]:
    if order is None or not np.isfinite(order).any():
        return (None,) * len(rows)
    low, high = np.nanquantile(order[np.isfinite(order)], [0.05, 0.95])
    width = high - low or 1.0
    return tuple(finite(float(p)) for p in np.clip((order[rows] - low) / width, 0, 1))


def drawn(subject: Subject, found: Shap) -> PngFigure:
    """Draw the importance of the top columns, and beside it the points of the first output."""
    top = found.columns[:DRAWN_COLUMNS]
    names = [one.column for one in top]
    figure, (left, right) = draw.panels(2, width=4.8, height=0.8 + 0.36 * max(4, len(top)))
    values = np.array([one.mean_abs for one in top])
    spread = [values - [one.low for one in top], np.array([one.high for one in top]) - values]
    draw.bars(left, names, values.tolist(), np.maximum(0.0, spread))
    left.set_xlabel(f"mean |SHAP| ({found.unit})", fontsize=9)
    output = subject.output
    swarms = {one.column: one for one in found.beeswarms if one.output == output}
    random = np.random.default_rng(0)
    points = None
    for place, name in enumerate(names):
        if name not in swarms:
            continue
        swarm = swarms[name]
        height = place + _spread_out(np.array(swarm.shap), random)
        ordered = np.array([p is not None for p in swarm.position])
        shap = np.array(swarm.shap)
        right.scatter(shap[~ordered], height[~ordered], s=6, color=draw.FAINT, linewidths=0)
        colours = [p for p in swarm.position if p is not None]
        points = right.scatter(
            shap[ordered], height[ordered], s=6, c=colours, cmap="cividis", vmin=0, vmax=1
        )
    right.axvline(0, color=draw.FAINT, linewidth=0.8)
    right.set_yticks([])
    right.set_ylim(len(names) - 0.5, -0.5)
    of = "" if output is None else f" of {on_axis(plain(subject.recipe.classes[output]), 16)}"
    right.set_xlabel(f"SHAP{of} ({found.unit})", fontsize=9)
    if points is not None:
        bar = figure.colorbar(points, ax=right, shrink=0.7, ticks=[0, 1])
        bar.ax.set_yticklabels(["low", "high"], fontsize=7)
        bar.set_label("value of the column (grey: no order)", fontsize=7)
    said = ", ".join(f"{shown(one.column)} {format_value(one.mean_abs)}" for one in top[:6])
    return PngFigure.of(
        figure,
        f"What moves {found.scale} most, as the mean of |SHAP|: {said}.",
    )


def _spread_out(shap: Floats, random: Any) -> Floats:
    """Return heights that are wider where there are many points."""
    if len(shap) < 2 or np.ptp(shap) == 0:
        return np.zeros(len(shap))
    places = np.clip(((shap - shap.min()) / np.ptp(shap) * 30).astype(int), 0, 29)
    crowd = np.bincount(places, minlength=30)[places] / np.bincount(places).max()
    spread: Floats = random.uniform(-0.38, 0.38, len(shap)) * crowd
    return spread


def table_of_columns(found: Shap) -> TextTable:
    """Return the importance of all columns."""
    return TextTable(
        f"mean |SHAP| of each column, in {found.unit}",
        ("Column", "Mean |SHAP|", "95 % low", "95 % high"),
        [
            (
                shown(one.column),
                format_value(one.mean_abs),
                format_value(one.low),
                format_value(one.high),
            )
            for one in found.columns
        ],
        frozenset({1, 2, 3}),
    )
