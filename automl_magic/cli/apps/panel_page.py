"""The base of Panel pages: HTML panes, figures and a server that only this machine can reach.

A page has no state except its contents, and updates only what changed.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.display.translation import _
from automl_magic.files.templates import templates_folder
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from bokeh.plotting import figure

THEME = templates_folder() / "voila" / "templates" / "automl-magic" / "static"


class PanelPage(ABC):
    """One open page of an app.

    Parameters
    ----------
    panes : sequence of str
        Names of the HTML panes.
    figures : mapping
        Bokeh figures by name.
    paint : callable
        Called with whether the page is dark, whenever this changes.
    """

    def __init__(
        self, panes: Sequence[str], figures: Mapping[str, figure], paint: Callable[[bool], None]
    ) -> None:
        import panel as pn
        from bokeh.models.widgets import Div

        self.figures = figures
        # The page's script reads the sentence for screen readers and sets the colour scheme.
        # Rendered as text, because a name in the sentence mustn't be read as HTML.
        self.status = Div(name="sentence", visible=False, render_as_text=True)
        self.scheme = Div(name="colours", visible=False, render_as_text=True)
        self.scheme.on_change("text", lambda _name, _old, new: paint(new == "dark"))
        self.panes = {
            name: pn.pane.HTML("", sizing_mode="stretch_width", margin=0) for name in panes
        }

    @abstractmethod
    def refresh(self) -> None:
        """Update the page."""

    def set_status(self, sentence: str) -> None:
        """Set the sentence for screen readers, if it changed."""
        if sentence != self.status.text:
            self.status.text = sentence

    def set_pane(self, name: str, html: str) -> None:
        """Set the HTML of a pane, if it changed."""
        if self.panes[name].object != html:
            self.panes[name].object = html


def page_server(
    name: str, module: str, port: int | None, options: Sequence[str], workspace: Workspace
) -> AppServer:
    """Return the server of a page, which runs `module` in a child process."""
    free = free_port(port)
    return AppServer(
        name=name,
        arguments=[sys.executable, "-m", module, "--port", str(free), *options],
        port=free,
        probe="/liveness",
        workspace=workspace,
        # Load scripts and styles from this server only.
        environment={"BOKEH_RESOURCES": "server", "BOKEH_ALLOW_WS_ORIGIN": ""},
    )


def serve(name: str, title: str, make: Callable[[], PanelPage], port: int, every_s: float) -> None:
    """Serve a page on the loopback address until the process ends.

    Parameters
    ----------
    name : str
        Name of the template in `templates/apps`.
    make : callable
        Creates a page for each visitor.
    every_s : float, seconds
        Time between two refreshes of a page.
    """
    import panel as pn

    pn.extension(design=None)
    source = (templates_folder() / "apps" / f"{name}.html").read_text("utf-8")

    def page() -> pn.Template:
        contents = make()
        template = pn.Template(source)
        template.add_variable("_", _)
        for figure, chart in contents.figures.items():
            template.add_panel(figure, pn.pane.Bokeh(chart, sizing_mode="stretch_width"))
        for pane, html in contents.panes.items():
            template.add_panel(pane, html)
        template.add_panel("said", pn.pane.Bokeh(contents.status))
        template.add_panel("scheme", pn.pane.Bokeh(contents.scheme))
        pn.state.add_periodic_callback(contents.refresh, period=int(every_s * 1000))
        return template

    pn.serve(
        {"/": page},
        port=port,
        address=HOST,
        websocket_origin=[f"{HOST}:{port}"],
        show=False,
        verbose=False,
        liveness=True,
        title=f"{title} · automl-magic",
        static_dirs={"ours": str(THEME), "live": str(templates_folder() / "apps" / "live")},
    )
