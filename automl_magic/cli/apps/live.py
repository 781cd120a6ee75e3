"""The app `live`: the scores of a search over time, drawn by Bokeh, served by Panel.

Run as a module, it is the server; `live_server` starts it as a process of its own. A page keeps
no state besides: it reads the run's folder again from where it stopped, once a second.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.paths import templates

if TYPE_CHECKING:
    from automl_magic.records import Run

EVERY_MS = 1000
THEME = templates() / "voila" / "templates" / "automl-magic" / "static"


def live_server(run_id: str | None, port: int | None) -> AppServer:
    """Return the server that follows one run, or whichever is the newest that goes on."""
    chosen = free_port(port)
    words = [sys.executable, "-m", __name__, "--port", str(chosen)]
    return AppServer(
        name="live",
        arguments=[*words, *(["--run", run_id] if run_id else [])],
        port=chosen,
        probe="/liveness",
        # Scripts and styles come from this server: no other host is asked.
        environment={"BOKEH_RESOURCES": "server", "BOKEH_ALLOW_WS_ORIGIN": ""},
    )


def newest_run() -> Run | None:
    """Return the newest search that goes on, or else the newest of all."""
    from automl_magic import flow

    runs = [run for run in flow.runs(limit=50) if run.kind == "search"]
    return next((run for run in runs if not run.status.is_end), runs[0] if runs else None)


class Page:
    """One open page. `refresh` is called again and again while it is looked at."""

    def __init__(self, run_id: str | None) -> None:
        import panel as pn
        from bokeh.models.widgets import Div

        from automl_magic.cli.apps.live_chart import Chart

        self._run_id = run_id
        self._run: Run | None = None
        self._course: Any = None
        self.chart = Chart()
        # What a page's own script reads and writes: a sentence for screen readers, the scheme.
        # As text: a Div would otherwise take a candidate's name as HTML.
        self.said = Div(name="sentence", visible=False, render_as_text=True)
        self.scheme = Div(name="colours", visible=False, render_as_text=True)
        self.scheme.on_change("text", lambda _name, _old, new: self.chart.paint(new == "dark"))
        self.panes = {
            name: pn.pane.HTML("", sizing_mode="stretch_width", margin=0)
            for name in ("progress", "trials", "log")
        }
        self.refresh()

    def refresh(self) -> None:
        """Take in what has happened; write only what is another than before."""
        from automl_magic import flow
        from automl_magic.pages.course import Course
        from automl_magic.pages.live import log_block, progress_block, said_of, trials_block

        run = flow.find_run(self._run_id) if self._run_id else newest_run()
        is_other = run is not None and (self._run is None or run.run_id != self._run.run_id)
        if run is not None and is_other:
            self._course = Course(Path(run.folder))
        self._run = run
        is_news = self._course is not None and self._course.read()
        self._set("progress", progress_block(self._course, run, is_asked=bool(self._run_id)))
        if is_news or is_other or not self.panes["log"].object:
            self._set("trials", trials_block(self._course, run))
            self._set("log", log_block(self._course))
            self.chart.show(self._course)
        if (said := said_of(self._course, run)) != self.said.text:
            self.said.text = said

    def _set(self, name: str, html: str) -> None:
        if self.panes[name].object != html:
            self.panes[name].object = html


def serve(run_id: str | None, port: int) -> None:
    """Serve the page on the loopback address until the process is ended."""
    import panel as pn

    pn.extension(design=None)
    text = (templates() / "apps" / "live.html").read_text("utf-8")

    def page() -> Any:
        made = Page(run_id)
        shown = pn.Template(text)
        shown.add_panel("chart", pn.pane.Bokeh(made.chart.figure, sizing_mode="stretch_width"))
        for name, pane in made.panes.items():
            shown.add_panel(name, pane)
        shown.add_panel("said", pn.pane.Bokeh(made.said))
        shown.add_panel("scheme", pn.pane.Bokeh(made.scheme))
        pn.state.add_periodic_callback(made.refresh, period=EVERY_MS)
        return shown

    pn.serve(
        {"/": page},
        port=port,
        address=HOST,
        websocket_origin=[f"{HOST}:{port}"],
        show=False,
        verbose=False,
        liveness=True,
        title="Search live · automl-magic",
        static_dirs={"ours": str(THEME), "live": str(templates() / "apps" / "live")},
    )


def main() -> None:
    """Start the server from the command line of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--run")
    asked = parser.parse_args()
    serve(asked.run, asked.port)


if __name__ == "__main__":
    main()
