"""The `live` app: the scores of a search over time, with Panel and Bokeh.

Run as a module, this is the server. `live_server` starts it in a child process. Once a second, a
page reads what was added to the run's folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.cli.apps.panel_page import PanelPage, page_server, serve
from automl_magic.cli.apps.server import AppServer
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.pages.live_run import LiveRun
    from automl_magic.records import Run

REFRESH_INTERVAL_S = 1.0


def live_server(run_id: str | None, port: int | None, workspace: Workspace) -> AppServer:
    """Return the server that follows a run, or by default the newest running search."""
    return page_server("live", __name__, port, ["--run", run_id] if run_id else [], workspace)


def newest_run(workspace: Workspace) -> Run | None:
    """Return the newest running search, or the newest search if none is running."""
    from automl_magic import flow

    runs = [run for run in flow.runs(limit=50, workspace=workspace) if run.kind == "search"]
    return next((run for run in runs if not run.status.is_end), runs[0] if runs else None)


class LivePage(PanelPage):
    """One open page. `refresh` is called periodically."""

    def __init__(self, run_id: str | None, workspace: Workspace) -> None:
        from automl_magic.cli.apps.live_chart import LiveChart

        self._run_id, self._workspace = run_id, workspace
        self._run: Run | None = None
        self._live_run: LiveRun | None = None
        self.chart = LiveChart()
        super().__init__(
            ("progress", "trials", "log"), {"chart": self.chart.figure}, self.chart.paint
        )
        self.refresh()

    def refresh(self) -> None:
        """Read new events and update the panes that changed."""
        from automl_magic import flow
        from automl_magic.pages.live import log_block, progress_block, status_sentence, trials_block
        from automl_magic.pages.live_run import LiveRun

        workspace = self._workspace
        run = (
            flow.find_run(self._run_id, workspace=workspace)
            if self._run_id
            else newest_run(workspace)
        )
        is_other_run = run is not None and (self._run is None or run.run_id != self._run.run_id)
        if run is not None and is_other_run:
            self._live_run = LiveRun(Path(run.folder))
        self._run = run
        has_new_events = self._live_run is not None and self._live_run.read()
        self.set_pane(
            "progress", progress_block(self._live_run, run, is_selected=bool(self._run_id))
        )
        if has_new_events or is_other_run or not self.panes["log"].object:
            self.set_pane("trials", trials_block(self._live_run, run))
            self.set_pane("log", log_block(self._live_run))
            self.chart.show(self._live_run)
        self.set_status(status_sentence(self._live_run, run))


def main() -> None:
    """Start the server with the arguments of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--run")
    args, workspace = parser.parse_args(), default_workspace()
    serve(
        "live", "Live search", lambda: LivePage(args.run, workspace), args.port, REFRESH_INTERVAL_S
    )


if __name__ == "__main__":
    main()
