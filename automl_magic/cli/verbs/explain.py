"""automl explain: explain a model by importance, calibration and fairness."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument
from automl_magic.cli.types import Duration


@verb
@run_argument
@click.option(
    "--budget",
    "budget_s",
    type=Duration(),
    help="Time limit of the computations: 30s, 2m.  [default: 45s]",
)
@click.option(
    "--immutable",
    multiple=True,
    metavar="COLUMN",
    help="Column that counterfactuals don't change. Repeatable.",
)
def explain(
    frontend: Door, /, run: str, budget_s: float | None, immutable: tuple[str, ...]
) -> Answer:
    """Explain the model of a run: importance, calibration, fairness.

    RUN is a run ID, a unique prefix of one, or `last` (the default). A notebook computes SHAP
    values, importance, dependence, counterfactuals, curves, costs, calibration or residuals, and
    fairness by the sensitive columns. Slow computations stop at their share of the budget. To see
    the result: `automl app explain RUN`.
    """
    with frontend.watching() as on_event:
        explained = flow.explain(
            run,
            on_event=on_event,
            budget_s=budget_s,
            immutable=immutable,
            workspace=frontend.workspace,
        )
    succeeded = explained.explanation is not None
    return Answer(
        explained,
        explained.to_json(),
        words.explanation(explained),
        exit_code=0 if succeeded else 1,
    )
