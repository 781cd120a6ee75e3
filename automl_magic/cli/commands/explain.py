"""automl explain: explain a model by importance, calibration and fairness."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument
from automl_magic.cli.types import Duration


@subcommand
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
    frontend: Frontend, /, run: str, budget_s: float | None, immutable: tuple[str, ...]
) -> CommandResult:
    """Explain the model of a run: importance, calibration, fairness.

    RUN is a run ID, a unique prefix of one, or `last` (the default). A notebook computes SHAP
    values, importance, dependence, counterfactuals, curves, costs, calibration or residuals, and
    fairness by the sensitive columns. Slow computations stop at their share of the budget. To see
    the result: `automl app explain RUN`.
    """
    with frontend.show_progress() as on_event:
        explained = flow.explain(
            run,
            on_event=on_event,
            budget_s=budget_s,
            immutable=immutable,
            workspace=frontend.workspace,
        )
    succeeded = explained.explanation is not None
    return CommandResult(
        explained,
        explained.to_json(),
        formatters.format_explanation(explained),
        exit_code=0 if succeeded else 1,
    )
