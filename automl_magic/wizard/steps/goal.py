"""Step 3: the task, the metric, the costs of errors, and the sensitive columns."""

from __future__ import annotations

import contextlib

from automl_magic.display.translation import _
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
from automl_magic.wizard.formatting import format_metric
from automl_magic.wizard.session import WizardSession


def name() -> str:
    return _("Goal")


def title() -> str:
    return _("Set the goal")


def lead() -> str:
    return _("These defaults come from your data. Change any that are wrong.")


def blocks(session: WizardSession) -> list[Block]:
    assert session.plan is not None
    plan = session.plan
    return [
        choice("task", _("Task"), _kinds(), str(plan.task), _why(plan, DecisionKind.TASK)),
        _metric(plan),
        *(_costs(session, plan) if plan.task.has_threshold else []),
        *_people(session),
        line(
            "problem",
            _("What is the model for? This text goes into the experiment file and the model card."),
            session.answers.problem,
            rows=2,
        ),
    ]


def _kinds() -> list[Block]:
    options = []
    for kind in kinds():
        # A broken plug-in package mustn't hide the other tasks.
        with contextlib.suppress(PlanError):
            words = family_for(kind).texts[kind]
            options.append(option(str(kind), words.label, words.example))
    return options


def _metric(plan: Plan) -> Block:
    return menu(
        "metric",
        _("Metric"),
        [
            option(metric_name, format_metric(metric_name), METRICS[metric_name].in_words)
            for metric_name in metrics_for(plan.task)
        ],
        plan.metric,
        _why(plan, DecisionKind.METRIC),
    )


def _costs(session: WizardSession, plan: Plan) -> list[Block]:
    no, yes = (str(label) for label in plan.classes)
    answers = session.answers
    return [
        heading(_("Costs of errors")),
        paragraph(
            _(
                "Here “yes” is {yes} and “no” is {no}. Use any unit: only the ratio of the costs "
                "matters."
            ).format(yes=yes, no=no)
        ),
        number(
            "cost_false_positive",
            _("False positive: predicted {yes}, actually {no}").format(yes=yes, no=no),
            answers.cost_false_positive,
        ),
        number(
            "cost_false_negative",
            _("False negative: predicted {no}, actually {yes}").format(yes=yes, no=no),
            answers.cost_false_negative,
            hint=_(
                "The two costs set the decision threshold: the lowest probability that counts as "
                "yes. Leave both empty to weigh the errors equally."
            ),
        ),
    ]


def _people(session: WizardSession) -> list[Block]:
    assert session.table is not None
    columns = [
        column
        for column in session.table.dataset.columns
        if column.name != session.answers.target and column.kind.value not in ("text", "id")
    ]
    reason = hint = ""
    if session.answers.sensitive is None and session.sensitive:
        reason = _(
            "Suggested by their names. The model is scored for each group, so unfair treatment "
            "shows up."
        )
    else:
        hint = _("The model is scored for each group, so unfair treatment shows up.")
    return [
        checks(
            "sensitive",
            _("Sensitive columns: does the model work equally well for each group?"),
            [option(column.name, column.name) for column in columns[:300]],
            session.sensitive,
            reason,
            hint=hint,
        )
    ]


def _why(plan: Plan, about: DecisionKind) -> str:
    decision = next(d for d in plan.decisions if d.about == about)
    if not decision.rejected:
        return decision.why
    return _("{reason} Rejected: {alternatives}.").format(
        reason=decision.why, alternatives=", ".join(map(_with_reason, decision.rejected))
    )


def _with_reason(alternative: str) -> str:
    option, _colon, reason = alternative.partition(": ")
    return f"{option} ({reason})" if reason else option
