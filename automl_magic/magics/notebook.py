"""NotebookFrontend: the frontend of the magics.

Resolves DataFrames by name and displays results.
"""

from __future__ import annotations

import atexit
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from IPython.display import DisplayHandle, display

from automl_magic.cli.frontend import CommandResult, OnEvent, Server, WorkspaceMixin
from automl_magic.cli.progress import Progress
from automl_magic.display.text import printable
from automl_magic.magics.show.display import DisplayedResult
from automl_magic.magics.show.live_trials import LiveTrials
from automl_magic.magics.show.progress import progress_bundle
from automl_magic.magics.tables import find_table
from automl_magic.records.codec import json_text

if TYPE_CHECKING:
    import pandas as pd

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


class NotebookFrontend(WorkspaceMixin):
    """A notebook cell, with the variables that it can use."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self.names = names
        self.displayed: DisplayedResult | None = None

    def resolve_table(self, name: str) -> str | pd.DataFrame:
        return find_table(name, self.names)

    @contextlib.contextmanager
    def show_progress(self) -> Iterator[OnEvent]:
        progress, trials = Progress(), LiveTrials()
        line, chart = _Output(PAUSE_S), _Output(CHART_PAUSE_S)

        def on_event(event: dict[str, object]) -> None:
            is_important = progress.update(event)
            line.show(lambda: progress_bundle(progress), at_once=is_important)
            if trials.update(event):
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
    ) -> CommandResult:
        from automl_magic.wizard import Wizard

        if data is not None:
            find_table(data, self.names)
        wizard = Wizard(data, target, workspace=self.workspace)
        display(wizard)
        return CommandResult(wizard, wizard.plan, "")

    def notify(self, message: str) -> None:
        print(printable(message))

    def show(self, result: CommandResult, *, as_json: bool) -> None:
        if as_json:
            print(json_text(result.document, indent=2, ensure_ascii=False))
            return
        if not result.text:  # already displayed
            return
        self.displayed = DisplayedResult.of(result, self.workspace)
        display(self.displayed)

    def open(self, url: str) -> None:
        """Do nothing: the browser can be on another machine. The result has the link."""

    def keep_running(self, server: Server) -> None:
        # Waiting would block the kernel. The server stops with the kernel.
        atexit.register(server.stop)
