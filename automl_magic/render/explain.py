"""The explain notebook: one method a cell, for the model of a search."""

from __future__ import annotations

from nbformat import NotebookNode

from automl_magic.records import Answer, Plan
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import pieces_for
from automl_magic.render.slots import fill

BUDGET_S = 45.0
_TRUST = {
    Answer.TWO_CLASSES: ("curves", "thresholds", "confusion", "calibration"),
    Answer.CLASSES: ("curves", "confusion", "calibration"),
    Answer.NUMBER: ("residuals",),
}


def render_explain(plan: Plan) -> NotebookNode:
    """Return the notebook that explains the model that was found by a plan.

    Which model that is says the parameter `search_dir`; the methods are those of the task.

    Raises
    ------
    RenderError
        If the plan holds a value that is no literal.
    """
    asked, pieces = plan.experiment, pieces_for(plan.task)
    values: dict[str, dict[str, object]] = {
        "parameters": {"data_source": plan.dataset.source, "budget_s": BUDGET_S},
        "load": {"sensitive": list(asked.sensitive)},
        "thresholds": {
            "cost_false_positive": asked.business.cost_false_positive,
            "cost_false_negative": asked.business.cost_false_negative,
        },
        "fairness": {"limits": dict(asked.business.fairness)},
    }

    def cell(step: str) -> NotebookNode:
        tags = ["parameters"] if step == "parameters" else []
        return code_cell(step, fill(pieces.code("explain", step), values.get(step, {})), tags=tags)

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, pieces.prose("explain", step.replace("-", "_")))

    return assemble(
        [
            text("title"),
            cell("parameters"),
            cell("load"),
            text("about-trust"),
            *map(cell, _TRUST[plan.task.answer]),
            text("about-people"),
            cell("fairness"),
            text("about-reasons"),
            cell("shap"),
            cell("local"),
            text("about-changes"),
            *map(cell, ("refit", "permutation", "dependence", "counterfactuals")),
            cell("finish"),
        ],
        kind="explain",
    )
