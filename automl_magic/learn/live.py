"""live: a plot of a search that is updated while the search runs.

The engine doesn't depend on a notebook. A notebook passes its `display`. The plot is created once
and then updated in place, so that the notebook keeps only one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from automl_magic.display.figures import SvgFigure
from automl_magic.learn.formatting import format_exception
from automl_magic.learn.plot import draw_search

# As in IPython: `display(value, display_id=True)` shows a value and returns a handle whose `update`
# replaces it, or None if it can't be replaced.
Display: TypeAlias = Callable[..., object]

INTERVAL_S = 2.0
# The maximum share of the elapsed time to spend on drawing.
SHARE = 0.01


class Drawable(Protocol):
    """Anything that returns a plot of itself, such as a search."""

    def plot(self) -> SvgFigure: ...


class LivePlot:
    """A plot that follows a search: `with live(display) as plot: search(…, live=plot)`.

    It's called with the search after each trial. It draws at most every `every_s` seconds, and uses
    at most 1% of the time. At the end of the block it draws the last state. If the display fails,
    it prints one line and stops drawing, and the search continues.
    """

    def __init__(
        self,
        display: Display | None,
        every_s: float = INTERVAL_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # A terminal would print each update as another line between the trials.
        self._display = None if sys.stdout.isatty() else display
        self._every_s = every_s
        self._handle: Any = None
        self._search: Drawable | None = None
        self._clock = clock
        self._started = self._drawn_at = clock()
        self._spent_s = 0.0

    def __enter__(self) -> Self:
        self._show(lambda: draw_search("score", []))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._search is not None:
            self._show(self._search.plot)

    def __call__(self, search: Drawable) -> None:
        """Draw the search, unless it was drawn within the last `every_s` seconds."""
        self._search = search
        now = self._clock()
        is_due = now - self._drawn_at >= self._every_s
        if is_due and self._spent_s <= SHARE * (now - self._started):
            self._show(search.plot)

    def _show(self, draw: Callable[[], SvgFigure]) -> None:
        if self._display is None:
            return
        started = self._clock()
        try:
            if self._handle is not None:
                self._handle.update(draw())
            else:
                self._handle = self._display(draw(), display_id=True)
                if self._handle is None:
                    self._display = None
        except Exception as error:  # noqa: BLE001 - a display error must not stop the search
            self._display = None
            print(f"The live plot was turned off: {format_exception(error)}", flush=True)
        self._drawn_at = self._clock()
        self._spent_s += self._drawn_at - started


def live(display: Display | None, *, every_s: float = INTERVAL_S) -> LivePlot:
    """Return a plot that follows a search.

    Parameters
    ----------
    display : callable or None
        `IPython.display.display` or a function like it. None draws nothing.
    every_s : float
        Minimum time between two updates, in seconds.
    """
    return LivePlot(display, every_s)
