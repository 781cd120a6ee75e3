"""Step 2: what is to be predicted, with a look at it."""

from __future__ import annotations

from automl_magic.look.numbers import number
from automl_magic.records import Column, DecisionKind, Plan
from automl_magic.wizard import suggest
from automl_magic.wizard.blocks import (
    Block,
    bars,
    checks,
    facts,
    menu,
    more,
    notes,
    option,
    table,
)
from automl_magic.wizard.session import Session

NAME = "Target"
TITLE = "What do you want to predict?"
LEAD = "Choose the column that will not be known when the model is used."
_KINDS = {
    "number": "number",
    "boolean": "yes or no",
    "category": "category",
    "high_cardinality": "category with many values",
    "date": "date",
    "text": "text",
    "id": "identifier",
    "constant": "always the same",
}
_MOST_BARS = 12


def blocks(session: Session) -> list[Block]:
    assert session.table is not None
    columns = session.table.dataset.columns
    target = session.answers.target
    guess = suggest.target(columns)
    reason = ""
    if guess is not None and guess[0] == target:
        reason = guess[1]
    options = [
        option(one.name, f"{one.name} ({_KINDS[one.kind.value]}, {one.n_unique:,} values)")
        for one in columns
    ]
    shown = [menu("target", "Column to predict", options, target, reason)]
    if session.plan is not None:
        shown += _look(session, session.plan)
    return [*shown, _columns(session)]


def _look(session: Session, plan: Plan) -> list[Block]:
    column = plan.dataset.column(plan.experiment.target)
    decided = next(d for d in plan.decisions if d.about is DecisionKind.TASK)
    about = [f for f in plan.dataset.findings if column.name in f.columns or f.code == "AM002"]
    return [
        facts(
            [
                ("Kind of task", f"{decided.choice}: {decided.why}"),
                ("Missing", f"{column.n_missing:,} of {plan.dataset.n_rows:,} rows"),
                ("Different values", f"{column.n_unique:,}"),
            ]
        ),
        _distribution(session, column),
        *(
            [notes("Checks", [(f.severity.value, f.title, f"{f.detail} {f.fix}") for f in about])]
            if about
            else []
        ),
    ]


def _distribution(session: Session, column: Column) -> Block:
    if "classes" in column.summary and column.n_unique <= _MOST_BARS:
        pairs = list(zip(column.summary["classes"], column.summary["counts"], strict=True))
        most, whole = max(count for _, count in pairs), sum(count for _, count in pairs)
        return bars(
            f"How often each value of {column.name} occurs",
            [(str(v), n / most, f"{n:,} ({n / whole:.0%})") for v, n in pairs],
        )
    if (levels := column.summary.get("levels")) is not None:
        pairs = list(zip(levels, column.summary["level_counts"], strict=True))[:_MOST_BARS]
        most = max(count for _, count in pairs)
        return bars(
            f"The {len(pairs)} most frequent of {column.n_unique:,} values of {column.name}",
            [(str(v), n / most, f"{n:,}") for v, n in pairs],
        )
    assert session.table is not None
    bins = session.table.histogram(column.name)
    most = max((count for _, _, count in bins), default=1)
    return bars(
        f"How the values of {column.name} are distributed",
        [(f"{number(a, 3)} to {number(b, 3)}", n / most, f"{n:,}") for a, b, n in bins],
    )


def _columns(session: Session) -> Block:
    assert session.table is not None
    dataset = session.table.dataset
    others = [one for one in dataset.columns if one.name != session.answers.target]
    return more(
        f"All {len(dataset.columns):,} columns, and which of them a model may use",
        [
            checks(
                "exclude",
                "Leave out of every model",
                [option(one.name, one.name, _KINDS[one.kind.value]) for one in others[:300]],
                session.answers.exclude,
                "Leave out what is only known after the fact, and what must not decide.",
            ),
            table(
                "How each column was understood",
                ["Column", "Kind", "Missing", "Values", "Why"],
                [
                    (
                        one.name,
                        _KINDS[one.kind.value],
                        f"{one.n_missing:,}",
                        f"{one.n_unique:,}",
                        one.reason,
                    )
                    for one in dataset.columns[:300]
                ],
                numbers=(2, 3),
            ),
        ],
    )
