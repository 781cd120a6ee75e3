"""The `monitor` app: the live state of a deployment, with Panel and Bokeh.

Run as a module, this is the server. `monitor_server` starts it in a child process. All open pages
share one reader, which queries the databases once in a few seconds.
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
    from automl_magic.monitor.dashboard import DashboardReader, MonitorDashboard

REFRESH_INTERVAL_S = 5.0
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
    """Return the server that shows a deployment, or by default the last changed one."""
    # Use the form with "=", so that a name that starts with "-" isn't read as an option.
    options = [f"--deployment={deployment}"] if deployment else []
    return page_server("monitor", __name__, port, options, workspace)


class SharedDashboard:
    """The data that all open pages show. It's reread when it's older than a few seconds."""

    def __init__(self, deployment: str | None, workspace: Workspace) -> None:
        self._requested, self._workspace = deployment, workspace
        self._reader: DashboardReader | None = None
        self._lock = threading.Lock()
        self._read_at = 0.0
        self.board: MonitorDashboard | None = None
        self.names: tuple[str, ...] = ()
        self.problem: str | None = None

    @property
    def name(self) -> str | None:
        """The deployment to show."""
        return self._requested or (self.names[0] if self.names else None)

    def refresh(self) -> None:
        """Read the data again, unless another page has just done so."""
        with self._lock:
            if time.monotonic() - self._read_at < REFRESH_INTERVAL_S / 2 and self._read_at:
                return
            try:
                self._read()
                self.problem = None
            except AutomlMagicError as error:
                self.problem = f"{error.what} {error.why} {error.fix}"
            self._read_at = time.monotonic()

    def _read(self) -> None:
        from automl_magic.monitor.dashboard import DashboardReader, deployment_names
        from automl_magic.store.opened import predictions_engine, store_engine

        approvals = store_engine(self._workspace)
        self.names = deployment_names(approvals)
        if self.name is None:
            self.board = None
            return
        if self._reader is None or self._reader.name != self.name:
            self._reader = DashboardReader(
                approvals, predictions_engine(self._workspace), self.name
            )
        self.board = self._reader.read(now=time.time())


class MonitorPage(PanelPage):
    """One open page. `refresh` is called periodically."""

    def __init__(self, watcher: SharedDashboard) -> None:
        from automl_magic.cli.apps.monitor_chart import DashboardCharts

        self._watcher = watcher
        self._shown_board: MonitorDashboard | None = None
        self.charts = DashboardCharts()
        super().__init__(PANES, self.charts.figures, self.charts.paint)
        self.charts.paint(False)
        self.refresh()

    def refresh(self) -> None:
        """Update the panes that changed."""
        from automl_magic.pages import monitor as pages

        watcher = self._watcher
        watcher.refresh()
        dashboard, name = watcher.board, watcher.name
        if watcher.problem is not None:
            self.set_status(watcher.problem)
            return
        shown_name = None if dashboard is None else dashboard.deployment.name
        other_names = [other for other in watcher.names if other != shown_name]
        self.set_pane("facts", pages.facts_block(dashboard, name, other_names))
        self.set_pane("alerts", pages.alerts_block(dashboard))
        self.set_pane("retrains", pages.retraining_block(dashboard))
        self.set_pane("route", pages.route_block(dashboard))
        for table in ("traffic", "drift", "prediction", "performance"):
            self.set_pane(f"{table}_table", getattr(pages, f"{table}_table")(dashboard))
        if dashboard is not self._shown_board:
            self._shown_board = dashboard
            self.charts.show(dashboard)
        # The page hides empty parts.
        self.status.tags = [] if dashboard is not None else ["empty"]
        self.set_status(pages.status_sentence(dashboard, name))


def main() -> None:
    """Start the server with the arguments of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--deployment")
    args = parser.parse_args()
    watcher = SharedDashboard(args.deployment, default_workspace())
    serve("monitor", "Monitor", lambda: MonitorPage(watcher), args.port, REFRESH_INTERVAL_S)


if __name__ == "__main__":
    main()
