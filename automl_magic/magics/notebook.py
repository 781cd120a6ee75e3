"""NotebookDoor: the door of the magics. DataFrames go by their names; answers are displayed."""

from __future__ import annotations

import atexit
import contextlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from IPython.display import DisplayHandle, display

from automl_magic.cli.door import Answer, OnEvent
from automl_magic.cli.progress import Progress
from automl_magic.cli.text import safe
from automl_magic.magics.show.display import Shown
from automl_magic.magics.show.progress import progress_bundle

if TYPE_CHECKING:
    from automl_magic.cli.apps.server import AppServer

PAUSE_S = 0.3  # between two updates of the display


def is_frame(value: object) -> bool:
    """Say whether a value is a DataFrame, without importing pandas where nobody has."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


class NotebookDoor:
    """A cell of a notebook, with the names that it can see."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names
        self.shown: Shown | None = None

    def table(self, named: str) -> Any:
        value = self.names.get(named)
        return value if is_frame(value) else named

    @contextlib.contextmanager
    def watching(self) -> Iterator[OnEvent]:
        progress = Progress()
        handle: DisplayHandle | None = None
        shown_at = 0.0

        def on_event(event: dict[str, Any]) -> None:
            nonlocal handle, shown_at
            is_news = progress.take(event)
            if handle is None:
                handle = DisplayHandle()
                handle.display(progress_bundle(progress), raw=True)
            elif is_news or time.monotonic() - shown_at >= PAUSE_S:
                shown_at = time.monotonic()
                handle.update(progress_bundle(progress), raw=True)

        try:
            yield on_event
        finally:
            if handle is not None:
                handle.update(progress_bundle(progress, is_over=True), raw=True)

    def say(self, sentence: str) -> None:
        print(safe(sentence))

    def show(self, answer: Answer, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(answer.document, indent=2, ensure_ascii=False, allow_nan=False))
            return
        self.shown = Shown.of(answer)
        display(self.shown)

    def open(self, url: str) -> None:
        """Open nothing: the browser may be on another machine. The link is in the answer."""

    def keep(self, server: AppServer) -> None:
        # A magic that waited would block the kernel. The server ends with it.
        atexit.register(server.stop)
