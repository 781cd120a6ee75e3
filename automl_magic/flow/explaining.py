"""Explain the model of a search in a separate run."""

from __future__ import annotations

import tempfile
import time as clock
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import RunError
from automl_magic.records import Plan, RunStatus
from automl_magic.runs.artifacts import find_run, missing_artifact_error, verified_artifact
from automl_magic.runs.outcome import ExplainResult
from automl_magic.runs.plan_folder import find_plan
from automl_magic.runs.tracked_run import OnEvent, execute_tracked
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def explain(
    run_id: str = "last",
    *,
    on_event: OnEvent | None = None,
    budget_s: float | None = None,
    immutable: Sequence[str] = (),
    workspace: Workspace | None = None,
) -> ExplainResult:
    """Explain the model of a search. This runs an explain notebook as a separate run.

    Parameters
    ----------
    run_id : str
        ID of a successful search, or of a run that explained one.
    on_event : callable, optional
        Called with each event of the run.
    budget_s : float, seconds, optional
        Time limit of all computations. Default: 45. Slow ones stop at their share of it.
    immutable : sequence of str
        Columns that counterfactuals don't change, in addition to the sensitive columns.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, TargetNotFound
        If there's no model to explain, or no such column.
    RunFailed
        If the notebook fails.
    """
    from automl_magic.records import EXPLANATION_NAME
    from automl_magic.render import to_text
    from automl_magic.runs.artifacts import read_explanation

    started = clock.monotonic()
    here = workspace or default_workspace()
    run = find_run(run_id, here)
    if (explained_run_id := run.result.get("of_run")) is not None:
        run = find_run(explained_run_id, here)
    if budget_s is not None and not 0 < budget_s < float("inf"):
        raise RunError(
            f"Can't explain the model in {budget_s:g} s.",
            why="The budget must be above 0 s.",
            fix=f"Set another budget: automl explain {run.run_id} --budget 45s",
        )
    plan = find_plan(verified_artifact(run, "plan.json").parent)
    if plan is None:
        raise missing_artifact_error(run, "plan.json")
    for name in ("model/manifest.json", "oof.npz"):
        verified_artifact(run, name)
    if any(artifact.path == "holdout.npz" for artifact in run.artifacts):
        verified_artifact(run, "holdout.npz")
    for column in immutable:
        plan.dataset.column(column)
    parameters: dict[str, object] = {"search_dir": run.folder, "immutable": list(immutable)}
    if budget_s is not None:
        parameters["budget_s"] = float(budget_s)
    with tempfile.TemporaryDirectory(prefix="automl-explain-") as folder:
        path = Path(folder) / "explain.ipynb"
        path.write_text(to_text(explain_notebook(plan)), encoding="utf-8")
        outcome = execute_tracked(path, started, parameters, on_event, here, about=run)
    if outcome.run.status is not RunStatus.SUCCEEDED:
        return ExplainResult(run.run_id, outcome, None, None)
    explanation_path = Path(outcome.run.folder) / EXPLANATION_NAME
    return ExplainResult(run.run_id, outcome, read_explanation(outcome.run), explanation_path)


def explain_notebook(plan: Plan) -> NotebookNode:
    """Return the notebook that explains the model of a plan, with the sections for its task.

    Raises
    ------
    RenderError
        If the plan has a value that can't be written as a literal.
    """
    from automl_magic.explain.sections import sections
    from automl_magic.render import SectionCell, render_explain
    from automl_magic.tasks.families import family_for

    family = family_for(plan.task)
    cells = [
        SectionCell(name=section.name, part=section.part.value, values=section.values(plan))
        for section in sections()
        if section.unavailable_reason(plan.task) is None
        and family.explains(plan.task, section.name)
    ]
    return render_explain(plan, cells)
