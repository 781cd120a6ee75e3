"""Wizard: a session as one anywidget. Sends the view and receives the user's actions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import anywidget
import traitlets

from automl_magic.data.sources.frame import frame_text
from automl_magic.display.html import script, stylesheet
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.steps import build_view
from automl_magic.wizard.texts import script_texts
from automl_magic.workspace import Workspace, default_workspace

_SCRIPTS = ("course.js", "blocks.js", "wizard.js")
# A search sends hundreds of events. The page is redrawn at most this often.
_PAUSE_S = 0.4


@cache
def _static(*names: str) -> str:
    folder = resources.files(__package__).joinpath("static")
    return "\n".join(folder.joinpath(name).read_text("utf-8") for name in names)


class Wizard(anywidget.AnyWidget):
    """Find and register a model without writing code.

    Works in JupyterLab, Notebook 7, Voila and VS Code.

    Parameters
    ----------
    data : str, optional
        Table to start with: a path below the working directory, `SCHEME:NAME`, or the name of a
        DataFrame in the kernel. By default, the wizard continues where the last one in this folder
        ended.
    target : str, optional
        Column to predict.
    names : callable, optional
        Returns the kernel's namespace, to find DataFrames in. Default: that of IPython.
    folder : path, optional
        Folder to look for tables in and to write notebooks to. Default: the working directory.
    workspace : Workspace, optional
        Where runs and models are stored. Default: the user's workspace.

    Attributes
    ----------
    plan : dict
        The answers so far, as JSON types.
    """

    _esm = script() + _static(*_SCRIPTS)
    _css = stylesheet() + _static("wizard.css")

    plan = traitlets.Dict(help="The answers so far.").tag(sync=True)
    view = traitlets.Dict(help="What the page shows.").tag(sync=True)
    texts = traitlets.Dict(help="Texts of the script, in the user's language.").tag(sync=True)

    def __init__(
        self,
        data: str | None = None,
        target: str | None = None,
        *,
        names: Callable[[], Mapping[str, object]] | None = None,
        folder: Path | str | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        self._drawing = threading.Lock()
        self._drawn_at, self._is_due = 0.0, threading.Event()
        root = Path(folder).absolute() if folder else Path.cwd()
        names = names or _kernel_namespace
        here = workspace or default_workspace()
        drafts = Drafts(root, here.home)
        answers = None if data is not None else drafts.load()
        self.session = WizardSession(
            folder=root,
            names=names,
            changed=self._draw_soon,
            drafts=drafts,
            answers=answers,
            workspace=here,
        )
        view = build_view(self.session)
        super().__init__(view=view, plan=self.session.answers.to_json(), texts=script_texts())
        self.on_msg(self._receive)
        if data is not None:
            source = frame_text(data) if data in names() else data
            self.session.handle({"do": "set", "name": "source", "value": source})
            if target is not None:
                self.session.handle({"do": "set", "name": "target", "value": target})

    def _receive(self, _: object, content: Mapping[str, object], buffers: list[memoryview]) -> None:
        self.session.handle(content, buffers)
        accepted = self.session.problem is None
        self._draw()
        self.send({"ticket": content.get("ticket"), "accepted": accepted})

    def _draw_soon(self) -> None:
        """Draw now, or soon if it was just drawn, so the page always ends at the latest state."""
        if not hasattr(self, "session"):
            return
        if time.monotonic() - self._drawn_at >= _PAUSE_S:
            self._draw()
        elif not self._is_due.is_set():
            self._is_due.set()
            threading.Timer(_PAUSE_S, self._draw).start()

    def _draw(self) -> None:
        with self._drawing:
            self._is_due.clear()
            self._drawn_at = time.monotonic()
            self.plan = self.session.answers.to_json()
            self.view = build_view(self.session)


def _kernel_namespace() -> Mapping[str, object]:
    from IPython import get_ipython

    shell = get_ipython()
    return {} if shell is None else shell.user_ns
