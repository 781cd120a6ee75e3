"""automl explain: what moves a model, how honest it is, whom it treats how."""

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
    help="Wall clock of the computing: 30s, 2m.  [default: 45s]",
)
@click.option(
    "--immutable",
    multiple=True,
    metavar="COLUMN",
    help="No counterfactual changes it. Repeatable.",
)
def explain(door: Door, /, run: str, budget_s: float | None, immutable: tuple[str, ...]) -> Answer:
    """Explain the model of a run: what moves it, how honest it is, whom it treats how.

    RUN is a run id, a unique beginning of one, or `last` (the default). A notebook computes SHAP
    values, importance, dependence, counterfactuals, curves, costs, calibration or residuals, and
    fairness by the sensitive columns; what takes long stops at its share of the budget. The result
    is kept with the run: `automl app explain RUN` shows it.
    """
    with door.watching() as on_event:
        explained = flow.explain(
            run, on_event=on_event, budget_s=budget_s, immutable=immutable, workspace=door.workspace
        )
    is_yes = explained.explanation is not None
    return Answer(
        explained, explained.to_json(), words.explanation(explained), exit_code=0 if is_yes else 1
    )
