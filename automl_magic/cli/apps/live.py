"""The app `live`: the scores of a search over time, drawn by Bokeh, served by Panel.

Run as a module, it is the server; `live_server` starts it as a process of its own. A page keeps
no state besides: it reads the run's folder again from where it stopped, once a second.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.cli.apps.panel_page import PanelPage, page_server, serve
from automl_magic.cli.apps.server import AppServer
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.records import Run

EVERY_S = 1.0


def live_server(run_id: str | None, port: int | None, workspace: Workspace) -> AppServer:
    """Return the server that follows one run, or whichever is the newest that goes on."""
    return page_server("live", __name__, port, ["--run", run_id] if run_id else [], workspace)


def newest_run(workspace: Workspace) -> Run | None:
    """Return the newest search that goes on, or else the newest of all."""
    from automl_magic import flow

    runs = [run for run in flow.runs(limit=50, workspace=workspace) if run.kind == "search"]
    return next((run for run in runs if not run.status.is_end), runs[0] if runs else None)


class Page(PanelPage):
    """One open page. `refresh` is called again and again while it is looked at."""

    def __init__(self, run_id: str | None, workspace: Workspace) -> None:
        from automl_magic.cli.apps.live_chart import Chart

        self._run_id, self._workspace = run_id, workspace
        self._run: Run | None = None
        self._course: Any = None
        self.chart = Chart()
        super().__init__(
            ("progress", "trials", "log"), {"chart": self.chart.figure}, self.chart.paint
        )
        self.refresh()

    def refresh(self) -> None:
        """Take in what has happened; write only what is another than before."""
        from automl_magic import flow
        from automl_magic.pages.course import Course
        from automl_magic.pages.live import log_block, progress_block, said_of, trials_block

        here = self._workspace
        run = flow.find_run(self._run_id, workspace=here) if self._run_id else newest_run(here)
        is_other = run is not None and (self._run is None or run.run_id != self._run.run_id)
        if run is not None and is_other:
            self._course = Course(Path(run.folder))
        self._run = run
        is_news = self._course is not None and self._course.read()
        self.put("progress", progress_block(self._course, run, is_selected=bool(self._run_id)))
        if is_news or is_other or not self.panes["log"].object:
            self.put("trials", trials_block(self._course, run))
            self.put("log", log_block(self._course))
            self.chart.show(self._course)
        self.say(said_of(self._course, run))


def main() -> None:
    """Start the server from the command line of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--run")
    asked, here = parser.parse_args(), default_workspace()
    serve("live", "Live search", lambda: Page(asked.run, here), asked.port, EVERY_S)


if __name__ == "__main__":
    main()
