"""Charts of a table: the target, missing values, and the most informative columns.

They don't use pyplot, so they don't change the notebook's state. Each has a text alternative.
Names from the data are shortened, and can't start a formula or a new line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.informative import rank_features
from automl_magic.data.kinds import ColumnValues, to_numbers
from automl_magic.display.figures import PngFigure
from automl_magic.display.text import axis_label, format_name
from automl_magic.recipe.values import to_float
from automl_magic.records import Column, ColumnKind, Dataset

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

# The palette of Okabe and Ito, for all kinds of color vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
DOTS_PER_INCH = 100
_MAX_BARS, _MAX_CLASSES, _MAX_POINTS = 12, 6, 2_000


def draw_target(frame: pd.DataFrame, dataset: Dataset, target: str) -> PngFigure:
    """Plot the distribution of the target: one bar per class, or a histogram."""
    column = dataset.column(target)
    figure, ax = _one_axis(4.0)
    if _has_classes(column):
        classes, counts = column.summary["classes"], column.summary["counts"]
        order = sorted(range(len(classes)), key=lambda i: -counts[i])
        _bars(ax, [classes[i] for i in order], [counts[i] for i in order])
        ax.set_xlabel("rows")
        top = [
            f"{format_name(classes[i])} {counts[i] / sum(counts):.1%}" for i in order[:_MAX_BARS]
        ]
        alt = f"Classes of {format_name(target)}: {', '.join(top)}"
    else:
        numbers = _numbers(ColumnValues(target, frame[target]), column)
        numbers = numbers[np.isfinite(numbers)]
        ax.hist(numbers, bins=40, color=COLOURS[0])
        ax.set_xlabel(_on_axis(target))
        ax.set_ylabel("rows")
        low, middle, high = np.quantile(numbers, (0.05, 0.5, 0.95)) if len(numbers) else (0, 0, 0)
        alt = (
            f"{format_name(target)}: median {middle:.4g}, 90% of the rows from "
            f"{low:.4g} to {high:.4g}"
        )
    ax.set_title(f"Target: {_on_axis(target)}")
    return PngFigure.of(figure, alt + ".", dots_per_inch=DOTS_PER_INCH)


def draw_missing(dataset: Dataset) -> PngFigure:
    """Plot the share of missing values of the columns that have any, highest first."""
    columns = sorted((c for c in dataset.columns if c.n_missing), key=lambda c: -c.n_missing)
    top = columns[: 2 * _MAX_BARS]
    figure, ax = _one_axis(1.5 + 0.25 * max(len(top), 1))
    shares = [column.n_missing / dataset.n_rows for column in top]
    _bars(ax, [column.name for column in top], shares, n_bars=len(top))
    ax.set_xlim(0, 1)
    ax.set_xlabel("share of rows")
    ax.set_title("Missing values" if columns else "No missing values")
    texts = [f"{format_name(c.name)} {share:.1%}" for c, share in zip(top, shares, strict=True)]
    alt = f"Missing values in {len(columns)} of {len(dataset.columns)} columns"
    return PngFigure.of(
        figure, alt + (f": {', '.join(texts)}." if texts else "."), dots_per_inch=DOTS_PER_INCH
    )


def draw_columns(
    frame: pd.DataFrame, dataset: Dataset, target: str, *, limit: int = 9
) -> PngFigure:
    """Plot the most informative columns against the target, as small multiples."""
    from matplotlib.figure import Figure

    column = dataset.column(target)
    classes = _has_classes(column)
    values = ColumnValues(target, frame[target])
    codes = values.factorized[0].astype(float)
    y = np.where(codes < 0, np.nan, codes) if classes else _numbers(values, column)
    features = [
        (ColumnValues(c.name, frame[c.name]), c) for c in dataset.columns if c.name != target
    ]
    informative = rank_features(features, y, classes=classes, limit=limit)
    n_across = 3
    n_down = max(1, -(-len(informative) // n_across))
    figure = Figure(figsize=(10, 2.6 * n_down + 0.4), layout="constrained")
    axes = figure.subplots(n_down, n_across, squeeze=False).ravel()
    labels = [_label(level) for level in values.levels]
    for ax, (feature_values, feature, _) in zip(axes, informative, strict=False):
        _plot_feature(ax, feature_values, feature, y, labels if classes else None)
        ax.set_title(_on_axis(feature.name), fontsize=10)
    for ax in axes[len(informative) :]:
        ax.set_visible(False)
    if classes and informative:
        with_legend = [ax for ax in axes[: len(informative)] if ax.get_legend_handles_labels()[1]]
        if with_legend:
            figure.legend(
                *with_legend[0].get_legend_handles_labels(), loc="outside upper right", ncols=6
            )
    texts = [f"{format_name(c.name)} {share:.0%}" for _, c, share in informative]
    alt = (
        f"Share of {format_name(target)} that each column explains by itself: "
        f"{', '.join(texts) or 'none'}."
    )
    return PngFigure.of(figure, alt, dots_per_inch=DOTS_PER_INCH)


def _has_classes(column: Column) -> bool:
    classes = column.summary.get("classes")
    if classes is None or column.kind is not ColumnKind.NUMBER:
        return classes is not None
    return len(classes) <= 20 and all(
        to_float(value, column.parse).is_integer() for value in classes
    )


def _numbers(values: ColumnValues, column: Column) -> NDArray[np.float64]:
    """Return a column as numbers to plot, clipped to avoid overflow, shape (n_rows,)."""
    return np.clip(_as_floats(values, column), -1e300, 1e300)


def _as_floats(values: ColumnValues, column: Column) -> NDArray[np.float64]:
    numbers = to_numbers(values, column.parse)
    if numbers is not None:
        return numbers
    codes = values.factorized[0]
    return np.where(codes < 0, np.nan, codes.astype(float))


def _plot_feature(
    ax: Axes,
    feature: ColumnValues,
    column: Column,
    y: NDArray[np.float64],
    labels: list[str] | None,
) -> None:
    ax.tick_params(labelsize=8)
    if to_numbers(feature, column.parse) is None or len(feature.levels) <= _MAX_BARS:
        _plot_level_means(ax, feature, y, labels)
        return
    numbers = _numbers(feature, column)
    present = np.flatnonzero(np.isfinite(numbers) & np.isfinite(y))
    if column.kind is ColumnKind.DATE and len(present):
        numbers, unit = _to_time_axis(numbers, numbers[present])
        ax.set_xlabel(unit, fontsize=8)
    if labels is None:
        rows = np.random.default_rng(0).permutation(present)[:_MAX_POINTS]
        ax.plot(numbers[rows], y[rows], ".", markersize=2, alpha=0.5, color=COLOURS[0])
        return
    low, high = np.quantile(numbers[present], (0.005, 0.995)) if len(present) else (0.0, 1.0)
    bins = np.linspace(low, high if high > low else low + 1.0, 30)
    for colour, code in zip(COLOURS, _largest_classes(y)[:_MAX_CLASSES], strict=False):
        rows = present[y[present] == code]
        inside = numbers[rows][(numbers[rows] >= bins[0]) & (numbers[rows] <= bins[-1])]
        if len(inside):
            ax.hist(
                inside,
                bins=bins.tolist(),
                density=True,
                histtype="step",
                color=colour,
                label=_on_axis(labels[int(code)]),
            )
    ax.set_yticks([])


def _to_time_axis(
    microseconds: NDArray[np.float64], present: NDArray[np.float64]
) -> tuple[NDArray[np.float64], str]:
    """Return dates as years, or as days since the first if they span less than three years."""
    days = microseconds / 86_400e6
    first, last = present.min() / 86_400e6, present.max() / 86_400e6
    if last - first > 3 * 365:
        return days / 365.25 + 1970, "year"
    return days - first, f"days since {np.datetime64(int(first), 'D')}"


def _plot_level_means(
    ax: Axes, feature: ColumnValues, y: NDArray[np.float64], labels: list[str] | None
) -> None:
    """Plot the mean of the target, or the share of its second largest class, for each level."""
    codes = feature.factorized[0]
    order = np.argsort(-feature.counts, kind="stable")[:_MAX_BARS]
    if feature.storage != "text":
        order = order[np.argsort(feature.levels[order])]
    values = y
    ax.set_xlabel("mean of the target", fontsize=8)
    if labels is not None:
        classes = _largest_classes(y)
        code = classes[min(1, len(classes) - 1)]
        values = np.where(np.isnan(y), np.nan, (y == code).astype(float))
        ax.set_xlabel(f"share of {_on_axis(labels[int(code)], 16)}", fontsize=8)
    present = np.isfinite(values) & (codes >= 0)
    sums = np.bincount(codes[present], values[present], minlength=len(feature.levels))
    rows = np.bincount(codes[present], minlength=len(feature.levels))
    means = [float(sums[i] / rows[i]) if rows[i] else 0.0 for i in order]
    _bars(ax, [_label(level) for level in feature.levels[order]], means, limit=16)


def _label(level: object) -> str:
    if isinstance(level, np.datetime64):
        return str(level.astype("datetime64[s]"))
    if isinstance(level, np.datetime64):
        return str(level.astype("datetime64[s]"))
    return level if isinstance(level, str) else f"{level:g}"


def _largest_classes(y: NDArray[np.float64]) -> NDArray[np.float64]:
    codes, counts = np.unique(y[np.isfinite(y)], return_counts=True)
    return codes[np.argsort(-counts, kind="stable")]


def _one_axis(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, height), layout="constrained")
    return figure, figure.subplots()


def _bars(
    ax: Axes,
    names: Sequence[object],
    lengths: Sequence[float],
    *,
    n_bars: int = _MAX_BARS,
    limit: int = 24,
) -> None:
    positions = np.arange(len(names[:n_bars]))
    ax.barh(positions, lengths[:n_bars], color=COLOURS[0])
    ax.set_yticks(positions, [_on_axis(name, limit) for name in names[:n_bars]])
    ax.invert_yaxis()
    if len(names) > n_bars:
        ax.annotate(
            f"and {len(names) - n_bars:,} more", (0.98, 0.02), xycoords="axes fraction", ha="right"
        )


def _on_axis(value: object, limit: int = 24) -> str:
    return axis_label(format_name(value, limit))
