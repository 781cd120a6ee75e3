"""Matplotlib figures, made without pyplot so that the notebook's state doesn't change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl_magic.explain.formatting import axis_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from automl_magic.recipe.values import Floats

# Okabe and Ito's colours, which are distinguishable with any colour vision. Lines also differ by
# pattern.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5F5F5F")
PATTERNS = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)))
INK, FAINT = "#24292f", "#6a737d"


def panels(across: int, *, width: float = 4.2, height: float = 3.6) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(6.0, width * across), height), layout="constrained")
    axes = figure.subplots(1, across, squeeze=False).ravel().tolist()
    for ax in axes:
        tidy(ax)
    return figure, axes


def grid(n: int, *, across: int = 3, height: float = 2.5) -> tuple[Figure, list[Axes]]:
    """Return a figure with a grid of n small panels."""
    from matplotlib.figure import Figure

    across = min(across, max(1, n))
    down = max(1, -(-n // across))
    figure = Figure(figsize=(3.5 * across, height * down), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for ax in axes:
        tidy(ax)
    for ax in axes[n:]:
        ax.set_visible(False)
    return figure, axes[:n]


def tidy(ax: Axes) -> None:
    """Remove the top and right spines of a panel."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8, colors=INK)


def bars(
    ax: Axes,
    names: Sequence[object],
    lengths: Sequence[float],
    spread: Floats | None = None,
    *,
    limit: int = 28,
) -> None:
    """Draw horizontal bars from the top, with optional intervals.

    `spread` has the shape (2, n): the distances of the interval's ends below and above.
    """
    positions = list(range(len(names)))
    whiskers = {"ecolor": INK, "elinewidth": 1, "capsize": 2}
    ax.barh(positions, lengths, xerr=spread, color=COLOURS[0], error_kw=whiskers)
    ax.set_yticks(positions, [axis_label(name, limit) for name in names])
    ax.axvline(0, color=FAINT, linewidth=0.8)
    ax.invert_yaxis()
