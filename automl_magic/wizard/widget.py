"""Wizard: the session as one anywidget. Sends what is to be shown, hears what a person does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from automl_magic.data.sources.frame import frame_text
from automl_magic.look.html import script, stylesheet
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.session import Session
from automl_magic.wizard.steps import view_of
from automl_magic.workspace import Workspace, default_workspace

_SCRIPTS = ("course.js", "blocks.js", "wizard.js")
# A search tells of hundreds of events; the page is drawn at most so often.
_PAUSE_S = 0.4


@cache
def _static(*names: str) -> str:
    folder = resources.files(__package__).joinpath("static")
    return "\n".join(folder.joinpath(name).read_text("utf-8") for name in names)


class Wizard(anywidget.AnyWidget):
    """A way from a table to a registered model, for people who write no code.

    Works where ipywidgets work: JupyterLab, Notebook 7, Voila, VS Code.

    Parameters
    ----------
    data : str, optional
        The table to begin with: a path below the working directory, `SCHEME:NAME`, or the name of
        a DataFrame of the kernel. By default the wizard begins where the last one of this folder
        was left.
    target : str, optional
        The column to predict.
    names : mapping or callable, optional
        The names of the kernel, for its DataFrames; by default those of the running IPython.
    folder : path, optional
        Where tables are looked for and notebooks are written; by default the working directory.
    workspace : Workspace, optional
        Where runs and models are kept; by default that of the environment: the person's own.

    Attributes
    ----------
    plan : dict
        The answers so far, as JSON types.
    """

    _esm = script() + _static(*_SCRIPTS)
    _css = stylesheet() + _static("wizard.css")

    plan = traitlets.Dict(help="The answers so far.").tag(sync=True)
    view = traitlets.Dict(help="What the page shows.").tag(sync=True)

    def __init__(
        self,
        data: str | None = None,
        target: str | None = None,
        *,
        names: Callable[[], Mapping[str, Any]] | None = None,
        folder: Path | str | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        self._drawing = threading.Lock()
        self._drawn_at, self._is_due = 0.0, threading.Event()
        where = Path(folder).absolute() if folder else Path.cwd()
        names = names or _names_of_the_kernel
        here = workspace or default_workspace()
        drafts = Drafts(where, here.home)
        answers = None if data is not None else drafts.last()
        self.session = Session(
            folder=where,
            names=names,
            changed=self._draw_soon,
            drafts=drafts,
            answers=answers,
            workspace=here,
        )
        view = view_of(self.session)
        super().__init__(view=view, plan=self.session.answers.to_json())
        self.on_msg(self._hear)
        if data is not None:
            source = frame_text(data) if data in names() else data
            self.session.do({"do": "set", "name": "source", "value": source})
            if target is not None:
                self.session.do({"do": "set", "name": "target", "value": target})

    def _hear(self, _: Any, content: Mapping[str, Any], buffers: list[Any]) -> None:
        self.session.do(content, buffers)
        taken = self.session.problem is None
        self._draw()
        self.send({"ticket": content.get("ticket"), "taken": taken})

    def _draw_soon(self) -> None:
        """Draw now, or in a moment if it was just drawn; the last state is always shown."""
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
            self.view = view_of(self.session)


def _names_of_the_kernel() -> Mapping[str, Any]:
    from IPython import get_ipython

    shell = get_ipython()
    return {} if shell is None else shell.user_ns
