"""live: a picture of a search that is drawn again while the search runs.

The engine knows no notebook. Whoever has one passes its `display`; the picture is made once and
then updated in place, so that a notebook keeps one picture and not a hundred.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from automl_magic.learn.plot import draw_course
from automl_magic.learn.words import first_line
from automl_magic.look.figures import SvgFigure

# IPython's: `display(value, display_id=True)` shows a value and returns a handle whose `update`
# replaces it, or None where nothing can be replaced.
Display: TypeAlias = Callable[..., Any]

EVERY_S = 2.0
# The share of the time since the beginning that drawing may take.
SHARE = 0.01


class Drawable(Protocol):
    """A search, as far as a picture of it needs one."""

    def plot(self) -> SvgFigure: ...


class Live:
    """A picture that follows a search: `with live(display) as picture: search(…, live=picture)`.

    It is called with the search whenever something happened, and draws at most every `every_s`
    seconds, within a hundredth of the time. On leaving the block, the last state is drawn. A
    display that fails is given up, with one printed line; the search goes on.
    """

    def __init__(
        self,
        display: Display | None,
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # A terminal would show each update as another line of text between the trials.
        self._display = None if sys.stdout.isatty() else display
        self._every_s = every_s
        self._handle: Any = None
        self._search: Drawable | None = None
        self._clock = clock
        self._started = self._drawn_at = clock()
        self._spent_s = 0.0

    def __enter__(self) -> Self:
        self._show(lambda: draw_course("score", []))
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
        """Draw the search as it is now, unless it was drawn a moment ago."""
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
        except Exception as error:  # noqa: BLE001 - whatever a front end raises, the search goes on
            self._display = None
            print(f"The live picture is given up: {first_line(error)}", flush=True)
        self._drawn_at = self._clock()
        self._spent_s += self._drawn_at - started


def live(display: Display | None, *, every_s: float = EVERY_S) -> Live:
    """Return a picture that follows a search.

    Parameters
    ----------
    display : callable or None
        `IPython.display.display`, or what works like it. None draws nothing.
    every_s : float
        The least time between two drawings, in seconds.
    """
    return Live(display, every_s)
