"""What the pages of Panel share: panes of HTML, figures, and a server on this machine alone.

A page keeps no state besides what it shows, and writes only what is another than before.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.files.templates import templates
from automl_magic.workspace import Workspace

THEME = templates() / "voila" / "templates" / "automl-magic" / "static"


class PanelPage(ABC):
    """One open page of an app.

    Parameters
    ----------
    panes : sequence of str
        The names of the parts that are HTML.
    figures : mapping
        The Bokeh figures by name.
    paint : callable
        Called with whether the page is dark, whenever that changes.
    """

    def __init__(
        self, panes: Sequence[str], figures: Mapping[str, Any], paint: Callable[[bool], None]
    ) -> None:
        import panel as pn
        from bokeh.models.widgets import Div

        self.figures = figures
        # What a page's own script reads and writes: a sentence for screen readers, the scheme.
        # As text: a Div would otherwise take a name in it as HTML.
        self.said = Div(name="sentence", visible=False, render_as_text=True)
        self.scheme = Div(name="colours", visible=False, render_as_text=True)
        self.scheme.on_change("text", lambda _name, _old, new: paint(new == "dark"))
        self.panes = {
            name: pn.pane.HTML("", sizing_mode="stretch_width", margin=0) for name in panes
        }

    @abstractmethod
    def refresh(self) -> None:
        """Take in what has happened."""

    def say(self, sentence: str) -> None:
        """Say a sentence, if it is another than before."""
        if sentence != self.said.text:
            self.said.text = sentence

    def put(self, name: str, html: str) -> None:
        """Show HTML in a pane, if it is other than before."""
        if self.panes[name].object != html:
            self.panes[name].object = html


def page_server(
    name: str, module: str, port: int | None, options: Sequence[str], workspace: Workspace
) -> AppServer:
    """Return the server of a page: `module`, run as a process of its own."""
    chosen = free_port(port)
    return AppServer(
        name=name,
        arguments=[sys.executable, "-m", module, "--port", str(chosen), *options],
        port=chosen,
        probe="/liveness",
        workspace=workspace,
        # Scripts and styles come from this server: no other host is asked.
        environment={"BOKEH_RESOURCES": "server", "BOKEH_ALLOW_WS_ORIGIN": ""},
    )


def serve(name: str, title: str, make: Callable[[], PanelPage], port: int, every_s: float) -> None:
    """Serve a page on the loopback address until the process is ended.

    Parameters
    ----------
    name : str
        Of its template in `templates/apps`.
    make : callable
        Makes a page for each visitor; it is refreshed every `every_s` seconds.
    """
    import panel as pn

    pn.extension(design=None)
    text = (templates() / "apps" / f"{name}.html").read_text("utf-8")

    def page() -> Any:
        made = make()
        shown = pn.Template(text)
        for figure, drawn in made.figures.items():
            shown.add_panel(figure, pn.pane.Bokeh(drawn, sizing_mode="stretch_width"))
        for pane, html in made.panes.items():
            shown.add_panel(pane, html)
        shown.add_panel("said", pn.pane.Bokeh(made.said))
        shown.add_panel("scheme", pn.pane.Bokeh(made.scheme))
        pn.state.add_periodic_callback(made.refresh, period=int(every_s * 1000))
        return shown

    pn.serve(
        {"/": page},
        port=port,
        address=HOST,
        websocket_origin=[f"{HOST}:{port}"],
        show=False,
        verbose=False,
        liveness=True,
        title=f"{title} · automl-magic",
        static_dirs={"ours": str(THEME), "live": str(templates() / "apps" / "live")},
    )
