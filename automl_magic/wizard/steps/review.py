"""Step 5: what will happen, before anything has run."""

from __future__ import annotations

from automl_magic.look.numbers import seconds, size
from automl_magic.records import Plan, Severity
from automl_magic.wizard.blocks import Block, facts, heading, more, notes, paragraph, table
from automl_magic.wizard.session import Session
from automl_magic.wizard.steps.as_code import as_code
from automl_magic.wizard.words import metric

NAME = "Review"
TITLE = "This is what will happen"
LEAD = "Nothing has run yet, and nothing has been written."


def blocks(session: Session) -> list[Block]:
    assert session.plan is not None
    assert session.table is not None
    plan, answers = session.plan, session.complete
    noticed = [
        (f.severity.value, f.title, f.fix)
        for f in plan.dataset.findings
        if f.severity is not Severity.INFO
    ]
    return [
        paragraph(_sentence(plan)),
        facts(
            [
                ("Search", f"at most {seconds(plan.estimate.search_s)}"),
                ("Around it", f"about {seconds(plan.estimate.overhead_s)}"),
                ("Trials", f"about {plan.estimate.n_trials}"),
                ("Memory", f"about {size(plan.estimate.memory_bytes)}"),
            ]
        ),
        *([notes("Before you start", noticed)] if noticed else []),
        heading("The notebooks"),
        table(
            f"What is written into {answers.folder}",
            ["File", "What it is"],
            [
                ("experiment.automl.yaml", "what you have answered here; edit it and run it again"),
                ("explore.ipynb", "a look at the data: types, quality, what may leak"),
                ("search.ipynb", "the search, one short cell a step; this is what runs"),
                ("executed.ipynb", "the search as it ran, with every number and picture"),
                ("model.ipynb", "the model alone: runs without automl-magic, same score"),
            ],
        ),
        heading("The same as code"),
        as_code(session),
        more(
            f"All {len(plan.decisions)} decisions, each with its reason",
            [
                table(
                    "What was decided from the data",
                    ["About", "Choice", "Why"],
                    [(d.label, d.choice, d.why) for d in plan.decisions],
                )
            ],
        ),
    ]


def _sentence(plan: Plan) -> str:
    dataset, split = plan.dataset, plan.split
    families = {candidate.estimator for candidate in plan.candidates}
    measured = (
        f"{split.holdout:.0%} of the rows are kept aside to measure the final model once"
        if split.holdout
        else "no rows are kept aside, so the score comes from cross-validation"
    )
    return (
        f"From {dataset.n_rows:,} rows of {dataset.name}, {len(plan.candidates)} kinds of models "
        f"of {len(families)} families learn to predict {plan.experiment.target}. Each is judged by "
        f"{metric(plan.metric)} in {split.folds}-fold cross-validation; {measured}."
    )
