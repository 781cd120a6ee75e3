"""Step 2: the target column, and its distribution."""

from __future__ import annotations

from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
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
from automl_magic.wizard.session import WizardSession

_MAX_BARS = 12


def name() -> str:
    return _("Target")


def title() -> str:
    return _("What do you want to predict?")


def lead() -> str:
    return _("Choose the column you won't know when you use the model.")


def _kind_text(column: Column) -> str:
    return {
        "number": _("number"),
        "boolean": _("yes or no"),
        "category": _("category"),
        "high_cardinality": _("category with many values"),
        "date": _("date"),
        "text": _("text"),
        "id": _("identifier"),
        "constant": _("constant"),
    }[column.kind.value]


def _personal_text(column: Column) -> str:
    return {
        "email": _("email address"),
        "phone": _("phone number"),
        "iban": _("bank account (IBAN)"),
        "card_number": _("card number"),
        "national_id": _("national ID number"),
        "ip_address": _("IP address"),
    }.get(column.personal or "", column.personal or "")


def _option_text(column: Column) -> str:
    values = {"name": column.name, "n": f"{column.n_unique:,}"}
    n = column.n_unique
    text = {
        "number": ngettext("{name} (number, {n} value)", "{name} (number, {n} values)", n),
        "boolean": ngettext("{name} (yes or no, {n} value)", "{name} (yes or no, {n} values)", n),
        "category": ngettext("{name} (category, {n} value)", "{name} (category, {n} values)", n),
        "high_cardinality": ngettext(
            "{name} (category, {n} value)", "{name} (category, {n} values)", n
        ),
        "date": ngettext("{name} (date, {n} value)", "{name} (date, {n} values)", n),
        "text": ngettext("{name} (text, {n} value)", "{name} (text, {n} values)", n),
        "id": ngettext("{name} (identifier, {n} value)", "{name} (identifier, {n} values)", n),
        "constant": _("{name} (constant)"),
    }[column.kind.value]
    return text.format(**values)


def blocks(session: WizardSession) -> list[Block]:
    assert session.table is not None
    columns = session.table.dataset.columns
    target = session.answers.target
    guess = suggest.suggest_target(columns)
    reason = ""
    if guess is not None and guess[0] == target:
        reason = guess[1]
    options = [option(column.name, _option_text(column)) for column in columns]
    page = [menu("target", _("Column to predict"), options, target, reason)]
    if session.plan is not None:
        page += _look(session, session.plan)
    return [*page, _columns(session)]


def _look(session: WizardSession, plan: Plan) -> list[Block]:
    column = plan.dataset.column(plan.experiment.target)
    decision = next(d for d in plan.decisions if d.about is DecisionKind.TASK)
    findings = [f for f in plan.dataset.findings if column.name in f.columns or f.code == "AM002"]
    missing = _("{n} of {total} rows").format(
        n=f"{column.n_missing:,}", total=f"{plan.dataset.n_rows:,}"
    )
    return [
        facts(
            [
                (_("Task"), f"{decision.choice}: {decision.why}"),
                (_("Missing"), missing),
                (_("Distinct values"), f"{column.n_unique:,}"),
            ]
        ),
        _distribution(session, column),
        *(
            [
                notes(
                    _("Data checks"),
                    [(f.severity.value, f.title, f"{f.detail} {f.fix}") for f in findings],
                )
            ]
            if findings
            else []
        ),
    ]


def _distribution(session: WizardSession, column: Column) -> Block:
    if "classes" in column.summary and column.n_unique <= _MAX_BARS:
        pairs = list(zip(column.summary["classes"], column.summary["counts"], strict=True))
        highest, total = (
            max(count for _value, count in pairs),
            sum(count for _value, count in pairs),
        )
        return bars(
            _("Frequency of each value of {column}").format(column=column.name),
            [(str(v), n / highest, f"{n:,} ({n / total:.0%})") for v, n in pairs],
        )
    if (levels := column.summary.get("levels")) is not None:
        pairs = list(zip(levels, column.summary["level_counts"], strict=True))[:_MAX_BARS]
        highest = max(count for _value, count in pairs)
        caption = _("The {n} most frequent of {total} values of {column}").format(
            n=len(pairs), total=f"{column.n_unique:,}", column=column.name
        )
        return bars(caption, [(str(v), n / highest, f"{n:,}") for v, n in pairs])
    assert session.table is not None
    bins = session.table.histogram(column.name)
    highest = max((count for _low, _high, count in bins), default=1)
    return bars(
        _("Distribution of {column}").format(column=column.name),
        [
            (f"{format_number(low, 3)} – {format_number(high, 3)}", n / highest, f"{n:,}")
            for low, high, n in bins
        ],
    )


def _columns(session: WizardSession) -> Block:
    assert session.table is not None
    dataset = session.table.dataset
    n_columns = len(dataset.columns)
    features = [column for column in dataset.columns if column.name != session.answers.target]
    personal = [column for column in features if column.personal is not None]
    return more(
        ngettext(
            "{n} column: choose whether to use it",
            "All {n} columns: choose which to use",
            n_columns,
        ).format(n=f"{n_columns:,}"),
        [
            checks(
                "exclude",
                _("Columns to exclude"),
                [option(column.name, column.name, _kind_text(column)) for column in features[:300]],
                session.answers.exclude,
                hint=_(
                    "Exclude what you only know afterwards and what must not affect predictions."
                ),
            ),
            *(
                [
                    checks(
                        "include",
                        _("Personal columns to use"),
                        [
                            option(column.name, column.name, _personal_text(column))
                            for column in personal[:300]
                        ],
                        session.answers.include,
                        hint=_(
                            "Models don't use columns that look personal unless you choose them. "
                            "A model stores their values as keyed hashes."
                        ),
                    )
                ]
                if personal
                else []
            ),
            table(
                _("Detected column types"),
                [_("Column"), _("Type"), _("Missing"), _("Values"), _("Why")],
                [
                    (
                        column.name,
                        _kind_text(column),
                        f"{column.n_missing:,}",
                        f"{column.n_unique:,}",
                        column.reason,
                    )
                    for column in dataset.columns[:300]
                ],
                numbers=(2, 3),
            ),
        ],
    )
