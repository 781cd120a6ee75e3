"""The app `monitor`: a deployment while it serves, drawn by Bokeh, served by Panel.

Run as a module, it is the server; `monitor_server` starts it as a process of its own. All open
pages share one reader, which asks the databases once in a few seconds however many look.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.errors import AutomlMagicError
from automl_magic.paths import templates

if TYPE_CHECKING:
    from automl_magic.monitor.board import Board, Reader

EVERY_S = 5.0
THEME = templates() / "voila" / "templates" / "automl-magic" / "static"


def monitor_server(deployment: str | None, port: int | None) -> AppServer:
    """Return the server that shows one deployment, or whichever was changed last."""
    chosen = free_port(port)
    words = [sys.executable, "-m", __name__, "--port", str(chosen)]
    return AppServer(
        name="monitor",
        # With a sign of equality: a name that begins with "-" is no option.
        arguments=[*words, *([f"--deployment={deployment}"] if deployment else [])],
        port=chosen,
        probe="/liveness",
        # Scripts and styles come from this server: no other host is asked.
        environment={"BOKEH_RESOURCES": "server", "BOKEH_ALLOW_WS_ORIGIN": ""},
    )


class Watcher:
    """What all open pages show: read when it is older than a few seconds."""

    def __init__(self, deployment: str | None) -> None:
        self._asked = deployment
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
        from automl_magic.flow.stores import predicted, store
        from automl_magic.monitor.board import Reader, names

        self.names = names(store())
        if self.name is None:
            self.board = None
            return
        if self._reader is None or self._reader.name != self.name:
            self._reader = Reader(store(), predicted(), self.name)
        self.board = self._reader.read(at=time.time())


class Page:
    """One open page. `refresh` is called again and again while it is looked at."""

    def __init__(self, watcher: Watcher) -> None:
        import panel as pn
        from bokeh.models.widgets import Div

        from automl_magic.cli.apps.monitor_chart import Charts

        self._watcher = watcher
        self.charts = Charts()
        self._shown: Board | None = None
        # What a page's own script reads and writes: a sentence for screen readers, the scheme.
        # As text: a Div would otherwise take a deployment's name as HTML.
        self.said = Div(name="sentence", visible=False, render_as_text=True)
        self.scheme = Div(name="colours", visible=False, render_as_text=True)
        self.scheme.on_change("text", lambda _name, _old, new: self.charts.paint(new == "dark"))
        self.panes = {
            name: pn.pane.HTML("", sizing_mode="stretch_width", margin=0)
            for name in (
                "facts",
                "alerts",
                "retrains",
                "route",
                "traffic_table",
                "drift_table",
                "prediction_table",
                "performance_table",
            )
        }
        self.charts.paint(False)
        self.refresh()

    def refresh(self) -> None:
        """Show what is another than before."""
        from automl_magic.pages import monitor as pages

        watcher = self._watcher
        watcher.refresh()
        board, name = watcher.board, watcher.name
        if watcher.problem is not None:
            self._say(watcher.problem)
            return
        others = [one for one in watcher.names if board is None or one != board.deployment.name]
        self._set("facts", pages.facts_block(board, name, others))
        self._set("alerts", pages.alerts_block(board))
        self._set("retrains", pages.retrains_block(board))
        self._set("route", pages.route_block(board))
        for table in ("traffic", "drift", "prediction", "performance"):
            self._set(f"{table}_table", getattr(pages, f"{table}_table")(board))
        if board is not self._shown:
            self._shown = board
            self.charts.show(board)
        # The page hides what has nothing to show.
        self.said.tags = [] if board is not None else ["empty"]
        self._say(pages.said_of(board, name))

    def _say(self, sentence: str) -> None:
        if sentence != self.said.text:
            self.said.text = sentence

    def _set(self, name: str, html: str) -> None:
        if self.panes[name].object != html:
            self.panes[name].object = html


def serve(deployment: str | None, port: int) -> None:
    """Serve the page on the loopback address until the process is ended."""
    import panel as pn

    pn.extension(design=None)
    text = (templates() / "apps" / "monitor.html").read_text("utf-8")
    watcher = Watcher(deployment)

    def page() -> Any:
        made = Page(watcher)
        shown = pn.Template(text)
        for name, drawn in made.charts.figures.items():
            shown.add_panel(name, pn.pane.Bokeh(drawn, sizing_mode="stretch_width"))
        for name, pane in made.panes.items():
            shown.add_panel(name, pane)
        shown.add_panel("said", pn.pane.Bokeh(made.said))
        shown.add_panel("scheme", pn.pane.Bokeh(made.scheme))
        pn.state.add_periodic_callback(made.refresh, period=int(EVERY_S * 1000))
        return shown

    pn.serve(
        {"/": page},
        port=port,
        address=HOST,
        websocket_origin=[f"{HOST}:{port}"],
        show=False,
        verbose=False,
        liveness=True,
        title="Monitor · automl-magic",
        static_dirs={"ours": str(THEME), "live": str(templates() / "apps" / "live")},
    )


def main() -> None:
    """Start the server from the command line of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--deployment")
    asked = parser.parse_args()
    serve(asked.deployment, asked.port)


if __name__ == "__main__":
    main()
