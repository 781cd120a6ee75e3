"""Charts of the reference and the window, drawn without pyplot's global state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl_magic.display.figures import PngFigure
from automl_magic.display.text import axis_label, printable
from automl_magic.records.monitoring.drift import Histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's blue and vermilion, safe for color-blind readers. The window's bars are also
# hatched.
REFERENCE, CURRENT = "#0072B2", "#D55E00"
MAX_TITLE = 32


def histograms(titled_histograms: Sequence[tuple[str, Histogram]], alt: str) -> PngFigure:
    """Draw one panel per column with its bin shares in the reference and the window."""
    figure, axes = panels(len(titled_histograms))
    for ax, (title, histogram) in zip(axes, titled_histograms, strict=True):
        _bars(ax, histogram)
        ax.set_title(axis_label(printable(title, MAX_TITLE)), fontsize=9)
    axes[0].legend(fontsize=7)
    return PngFigure.of(figure, alt)


def panels(n: int, *, across: int = 3, height: float = 2.5) -> tuple[Figure, list[Axes]]:
    """Return a figure with `n` small panels and their axes, row by row."""
    from matplotlib.figure import Figure

    across = min(across, max(1, n))
    down = max(1, -(-n // across))
    figure = Figure(figsize=(3.6 * across, height * down), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=7)
    for ax in axes[n:]:
        ax.set_visible(False)
    return figure, axes[:n]


def _bars(ax: Axes, histogram: Histogram) -> None:
    positions = range(len(histogram.bins))
    ax.bar(
        [position - 0.2 for position in positions],
        histogram.reference,
        width=0.4,
        color=REFERENCE,
        label="training",
    )
    ax.bar(
        [position + 0.2 for position in positions],
        histogram.current,
        width=0.4,
        color=CURRENT,
        hatch="//",
        edgecolor="#ffffff",
        linewidth=0,
        label="window",
    )
    names = [axis_label(printable(name, 14)) for name in histogram.bins]
    ax.set_xticks(list(positions), names, rotation=60, ha="right", fontsize=6)
    ax.set_ylabel("share", fontsize=7)
