"""WhatIf: a session as one anywidget, for notebooks and for the explain app."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from automl_magic.look.html import script, stylesheet
from automl_magic.recipe import FittedRecipe, load_model
from automl_magic.records import Explanation
from automl_magic.runs import artifacts as kept
from automl_magic.runs.plan_folder import plan_in
from automl_magic.what_if.rows import Rows
from automl_magic.what_if.session import Session
from automl_magic.what_if.view import view_of
from automl_magic.workspace import Workspace, default_workspace


@cache
def _static(name: str) -> str:
    return resources.files(__package__).joinpath("static", name).read_text("utf-8")


class WhatIf(anywidget.AnyWidget):
    """One row of the table, to be changed column by column, and what the model says then.

    Works where ipywidgets work: JupyterLab, Notebook 7, Voila, VS Code.

    Attributes
    ----------
    session : Session
        The row as it was and as it is, and the model.
    """

    _esm = script() + _static("whatif.js")
    _css = stylesheet() + _static("whatif.css")

    view = traitlets.Dict(help="What the page shows.").tag(sync=True)

    def __init__(self, told: Explanation, model: FittedRecipe, table: Rows | None = None) -> None:
        self.session = Session(told, model, table)
        super().__init__(view=view_of(self.session))
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: Mapping[str, Any], __: list[Any]) -> None:
        self.session.do(content)
        self.view = view_of(self.session)


def whatif(run_id: str = "last", *, workspace: Workspace | None = None) -> WhatIf:
    """Return a widget in which a row of the table can be changed, and the model answers.

    Parameters
    ----------
    run_id : str
        A search that was explained.
    workspace : Workspace, optional
        By default that of the environment: the person's own.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there is no such run, or it was not explained: `automl explain RUN` does that.
    """
    here = workspace or default_workspace()
    told = kept.read_explanation(kept.explanation_of(run_id, here))
    plan = plan_in(Path(kept.find_run(told.of_run, here).folder))
    table = None
    if plan is not None:
        table = Rows(
            source=plan.dataset.source,
            fingerprint=told.data_fingerprint,
            columns=[column.name for column in told.columns],
            target=told.target,
        )
    return WhatIf(told, load_model(kept.model_folder(told.of_run, here)), table)
