"""WhatIf: the what-if widget, for notebooks and the explain app."""

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
from automl_magic.runs import artifacts
from automl_magic.runs.plan_folder import plan_in
from automl_magic.what_if.rows import Rows
from automl_magic.what_if.session import Session
from automl_magic.what_if.view import view_of
from automl_magic.workspace import Workspace, default_workspace


@cache
def _static(name: str) -> str:
    return resources.files(__package__).joinpath("static", name).read_text("utf-8")


class WhatIf(anywidget.AnyWidget):
    """A widget to change a row column by column and see the new prediction.

    Works wherever ipywidgets work: JupyterLab, Notebook 7, Voila, VS Code.

    Attributes
    ----------
    session : Session
        The original and the changed row, and the model.
    """

    _esm = script() + _static("whatif.js")
    _css = stylesheet() + _static("whatif.css")

    view = traitlets.Dict(help="The displayed state.").tag(sync=True)

    def __init__(
        self, explanation: Explanation, model: FittedRecipe, table: Rows | None = None
    ) -> None:
        self.session = Session(explanation, model, table)
        super().__init__(view=view_of(self.session))
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: Mapping[str, Any], __: list[Any]) -> None:
        self.session.do(content)
        self.view = view_of(self.session)


def whatif(run_id: str = "last", *, workspace: Workspace | None = None) -> WhatIf:
    """Return a widget to change a row of the table and see the new prediction.

    Parameters
    ----------
    run_id : str
        A search run that has been explained.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If the run doesn't exist or hasn't been explained (run `automl explain RUN`).
    """
    workspace = workspace or default_workspace()
    explanation = artifacts.read_explanation(artifacts.explanation_of(run_id, workspace))
    plan = plan_in(Path(artifacts.find_run(explanation.of_run, workspace).folder))
    table = None
    if plan is not None:
        table = Rows(
            source=plan.dataset.source,
            fingerprint=explanation.data_fingerprint,
            columns=[column.name for column in explanation.columns],
            target=explanation.target,
        )
    model = load_model(artifacts.model_folder(explanation.of_run, workspace))
    return WhatIf(explanation, model, table)
