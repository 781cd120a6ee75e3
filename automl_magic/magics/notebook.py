"""NotebookDoor: the frontend of the magics. Resolves DataFrames by name and displays results."""

from __future__ import annotations

import atexit
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from IPython.display import DisplayHandle, display

from automl_magic.cli.door import Answer, InAWorkspace, OnEvent, Server
from automl_magic.cli.progress import Progress
from automl_magic.look.text import safe
from automl_magic.magics.show.course import Course
from automl_magic.magics.show.display import Shown
from automl_magic.magics.show.progress import progress_bundle
from automl_magic.wizard.frames import is_frame

PAUSE_S = 0.3  # between two updates of the line
CHART_PAUSE_S = 2.0  # between two updates of the chart


class _Output:
    """An output below a cell that is updated at most every `pause_s` seconds."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s, self._updated_at = pause_s, 0.0
        self._handle: DisplayHandle | None = None

    def show(self, bundle: Callable[[], dict[str, str]], *, at_once: bool = False) -> None:
        """Show the output, or update it if the last update isn't too recent."""
        if self._handle is None:
            self._handle = DisplayHandle()
            self._handle.display(bundle(), raw=True)
        elif at_once or time.monotonic() - self._updated_at >= self._pause_s:
            self.replace(bundle)
        else:
            return
        self._updated_at = time.monotonic()

    def replace(self, bundle: Callable[[], dict[str, str]]) -> None:
        """Update the output if it's shown."""
        if self._handle is not None:
            self._handle.update(bundle(), raw=True)


class NotebookDoor(InAWorkspace):
    """A notebook cell, with the variables that it can use."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names
        self.shown: Shown | None = None

    def table(self, name: str) -> Any:
        value = self.names.get(name)
        return value if is_frame(value) else name

    @contextlib.contextmanager
    def watching(self) -> Iterator[OnEvent]:
        progress, trials = Progress(), Course()
        line, chart = _Output(PAUSE_S), _Output(CHART_PAUSE_S)

        def on_event(event: dict[str, Any]) -> None:
            is_important = progress.take(event)
            line.show(lambda: progress_bundle(progress), at_once=is_important)
            if trials.take(event):
                chart.show(trials.bundle)

        try:
            yield on_event
        finally:
            line.replace(lambda: progress_bundle(progress, is_over=True))
            chart.replace(trials.bundle)

    def wizard(
        self,
        data: str | None,
        target: str | None,
        *,
        port: int | None,  # noqa: ARG002
        no_browser: bool,  # noqa: ARG002
    ) -> Answer:
        from automl_magic.wizard import Wizard

        wizard = Wizard(data, target, workspace=self.workspace)
        display(wizard)
        return Answer(wizard, wizard.plan, "")

    def say(self, message: str) -> None:
        print(safe(message))

    def show(self, result: Answer, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(result.document, indent=2, ensure_ascii=False, allow_nan=False))
            return
        if not result.text:  # already displayed
            return
        self.shown = Shown.of(result, self.workspace)
        display(self.shown)

    def open(self, url: str) -> None:
        """Do nothing: the browser can be on another machine. The result has the link."""

    def keep(self, server: Server) -> None:
        # Waiting would block the kernel. The server stops with the kernel.
        atexit.register(server.stop)
