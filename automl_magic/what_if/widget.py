"""WhatIf: the what-if widget, for notebooks and the explain app."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import anywidget
import traitlets

from automl_magic.display.html import script, stylesheet
from automl_magic.recipe import FittedRecipe, load_model
from automl_magic.records import Explanation
from automl_magic.runs import artifacts
from automl_magic.runs.plan_folder import find_plan
from automl_magic.what_if.session import WhatIfSession
from automl_magic.what_if.table_rows import TableRows
from automl_magic.what_if.view import build_view
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
        self, explanation: Explanation, model: FittedRecipe, table: TableRows | None = None
    ) -> None:
        self.session = WhatIfSession(explanation, model, table)
        super().__init__(view=build_view(self.session))
        self.on_msg(self._on_message)

    def _on_message(self, _: object, content: Mapping[str, object], __: list[object]) -> None:
        self.session.handle(content)
        self.view = build_view(self.session)


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
    explanation = artifacts.read_explanation(artifacts.find_explanation_run(run_id, workspace))
    plan = find_plan(Path(artifacts.find_run(explanation.of_run, workspace).folder))
    table = None
    if plan is not None:
        table = TableRows(
            source=plan.dataset.source,
            fingerprint=explanation.data_fingerprint,
            columns=[column.name for column in explanation.columns],
            target=explanation.target,
            missing=plan.dataset.missing,
        )
    folder = artifacts.model_folder(explanation.of_run, workspace)
    model = load_model(folder, home=workspace.home)
    return WhatIf(explanation, model, table)
