"""The app `monitor`: a deployment while it serves, drawn by Bokeh, served by Panel.

Run as a module, it is the server; `monitor_server` starts it as a process of its own. All open
pages share one reader, which asks the databases once in a few seconds however many look.
"""

from __future__ import annotations

import argparse
import threading
import time
from typing import TYPE_CHECKING

from automl_magic.cli.apps.panel_page import PanelPage, page_server, serve
from automl_magic.cli.apps.server import AppServer
from automl_magic.errors import AutomlMagicError
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.monitor.board import Board, Reader

EVERY_S = 5.0
PANES = (
    "facts",
    "alerts",
    "retrains",
    "route",
    "traffic_table",
    "drift_table",
    "prediction_table",
    "performance_table",
)


def monitor_server(deployment: str | None, port: int | None, workspace: Workspace) -> AppServer:
    """Return the server that shows one deployment, or whichever was changed last."""
    # With a sign of equality: a name that begins with "-" is no option.
    options = [f"--deployment={deployment}"] if deployment else []
    return page_server("monitor", __name__, port, options, workspace)


class Watcher:
    """What all open pages show: read when it is older than a few seconds."""

    def __init__(self, deployment: str | None, workspace: Workspace) -> None:
        self._asked, self._workspace = deployment, workspace
        self._reader: Reader | None = None
        self._lock = threading.Lock()
        self._read_at = 0.0
        self.board: Board | None = None
        self.names: tuple[str, ...] = ()
        self.problem: str | None = None

    @property
    def name(self) -> str | None:
        """The deployment that is shown."""
        return self._asked or (self.names[0] if self.names else None)

    def refresh(self) -> None:
        """Read the board anew, unless another page has just done so."""
        with self._lock:
            if time.monotonic() - self._read_at < EVERY_S / 2 and self._read_at:
                return
            try:
                self._read()
                self.problem = None
            except AutomlMagicError as error:
                self.problem = f"{error.what} {error.why} {error.fix}"
            self._read_at = time.monotonic()

    def _read(self) -> None:
        from automl_magic.monitor.board import Reader, names
        from automl_magic.store.opened import predicted, store

        approvals = store(self._workspace)
        self.names = names(approvals)
        if self.name is None:
            self.board = None
            return
        if self._reader is None or self._reader.name != self.name:
            self._reader = Reader(approvals, predicted(self._workspace), self.name)
        self.board = self._reader.read(now=time.time())


class Page(PanelPage):
    """One open page. `refresh` is called again and again while it is looked at."""

    def __init__(self, watcher: Watcher) -> None:
        from automl_magic.cli.apps.monitor_chart import Charts

        self._watcher = watcher
        self._shown: Board | None = None
        self.charts = Charts()
        super().__init__(PANES, self.charts.figures, self.charts.paint)
        self.charts.paint(False)
        self.refresh()

    def refresh(self) -> None:
        """Show what is another than before."""
        from automl_magic.pages import monitor as pages

        watcher = self._watcher
        watcher.refresh()
        board, name = watcher.board, watcher.name
        if watcher.problem is not None:
            self.say(watcher.problem)
            return
        others = [one for one in watcher.names if board is None or one != board.deployment.name]
        self.put("facts", pages.facts_block(board, name, others))
        self.put("alerts", pages.alerts_block(board))
        self.put("retrains", pages.retrains_block(board))
        self.put("route", pages.route_block(board))
        for table in ("traffic", "drift", "prediction", "performance"):
            self.put(f"{table}_table", getattr(pages, f"{table}_table")(board))
        if board is not self._shown:
            self._shown = board
            self.charts.show(board)
        # The page hides what has nothing to show.
        self.said.tags = [] if board is not None else ["empty"]
        self.say(pages.said_of(board, name))


def main() -> None:
    """Start the server from the command line of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--deployment")
    asked = parser.parse_args()
    watcher = Watcher(asked.deployment, default_workspace())
    serve("monitor", "Monitor", lambda: Page(watcher), asked.port, EVERY_S)


if __name__ == "__main__":
    main()
