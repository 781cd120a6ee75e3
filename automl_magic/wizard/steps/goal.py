"""Step 3: what a good model is: the task, the metric, the costs, the people concerned."""

from __future__ import annotations

import contextlib

from automl_magic.errors import PlanError
from automl_magic.records import DecisionKind, Plan
from automl_magic.records.families import kinds
from automl_magic.tasks.families import family_for
from automl_magic.tasks.metrics import METRICS, metrics_for
from automl_magic.wizard.blocks import (
    Block,
    checks,
    choice,
    heading,
    line,
    menu,
    number,
    option,
    paragraph,
)
from automl_magic.wizard.session import Session
from automl_magic.wizard.words import metric

NAME = "Goal"
TITLE = "What makes a model good?"
LEAD = "Each answer below was read off the data; change what you know better."


def blocks(session: Session) -> list[Block]:
    assert session.plan is not None
    plan = session.plan
    return [
        choice(
            "task",
            "Kind of answer",
            _kinds(),
            str(plan.task),
            _why(plan, DecisionKind.TASK),
        ),
        _metric(plan),
        *(_costs(session, plan) if plan.task.has_threshold else []),
        *_people(session),
        line(
            "problem",
            "What is the model for? (goes into the experiment file and the model card)",
            session.answers.problem,
            rows=2,
        ),
    ]


def _kinds() -> list[Block]:
    found = []
    for kind in kinds():
        # A broken package of somebody else's is no reason to ask nothing.
        with contextlib.suppress(PlanError):
            words = family_for(kind).words[kind]
            found.append(option(str(kind), words.label, words.example))
    return found


def _metric(plan: Plan) -> Block:
    names = metrics_for(plan.task)
    return menu(
        "metric",
        "Measure of a good model",
        [option(name, metric(name), METRICS[name].in_words) for name in names],
        plan.metric,
        _why(plan, DecisionKind.METRIC),
    )


def _costs(session: Session, plan: Plan) -> list[Block]:
    no, yes = (str(label) for label in plan.classes)
    answers = session.answers
    why = (
        "Both costs together choose from which probability on the answer is yes. "
        "Left empty, no mistake counts as worse than the other."
    )
    return [
        heading("What does a mistake cost?"),
        paragraph(
            f"Here “yes” is {yes} and “no” is {no}. Any unit will do; only the ratio counts."
        ),
        number(
            "cost_false_positive",
            f"A wrong yes: the model says {yes}, and it is {no}",
            answers.cost_false_positive,
        ),
        number(
            "cost_false_negative",
            f"A wrong no: the model says {no}, and it is {yes}",
            answers.cost_false_negative,
            why,
        ),
    ]


def _people(session: Session) -> list[Block]:
    assert session.table is not None
    columns = [
        column
        for column in session.table.dataset.columns
        if column.name != session.answers.target and column.kind.value not in ("text", "id")
    ]
    reason = "The model is measured for each group, so that nobody is treated worse unseen."
    if session.answers.sensitive is None and session.sensitive:
        reason = f"Suggested by their names. {reason}"
    return [
        checks(
            "sensitive",
            "Sensitive columns: is the model as good for each group of these?",
            [option(column.name, column.name) for column in columns[:300]],
            session.sensitive,
            reason,
        )
    ]


def _why(plan: Plan, about: DecisionKind) -> str:
    decided = next(d for d in plan.decisions if d.about == about)
    return " ".join([decided.why, *(f"Not {one}." for one in decided.rejected)])
