"""Step 4: how long it may take, and how quick the model must be."""

from __future__ import annotations

from automl_magic.look.numbers import size
from automl_magic.wizard.blocks import Block, choice, facts, line, number, option
from automl_magic.wizard.session import Session

NAME = "Limits"
TITLE = "How long may it take?"
LEAD = "The search keeps to its time; the best of what it has found is kept."
_BUDGETS = {
    30: ("Half a minute", "A first look"),
    60: ("1 minute", "Enough for most tables"),
    300: ("5 minutes", "A thorough search"),
    900: ("15 minutes", "For large tables"),
    3600: ("1 hour", "Until little is left to gain"),
}


def blocks(session: Session) -> list[Block]:
    assert session.plan is not None
    assert session.table is not None
    budget = session.budget_s
    estimate = session.plan.estimate
    options = [option(str(s), *words) for s, words in _BUDGETS.items()]
    known = f"{budget:g}" if budget in _BUDGETS else None
    rows, columns = session.table.frame.shape
    reason = f"{rows:,} rows, {columns:,} columns: about {estimate.n_trials} trials fit into it."
    if session.answers.budget_s is not None:
        reason = f"Chosen by you; about {estimate.n_trials} trials fit into it."
    return [
        choice("budget_s", "Time for the search", options, known, reason),
        number("budget_s", "Or another time", None if known else budget, unit="seconds", least=5),
        number(
            "latency_ms_p95",
            "One prediction may take at most",
            session.answers.latency_ms_p95,
            "In 95 of 100 rows. Left empty, the most accurate model wins, however slow. "
            "Models answer within a millisecond to about twenty.",
            unit="milliseconds",
        ),
        line(
            "folder",
            "Folder for the notebooks",
            session.complete.folder,
            "A new folder beside this notebook, named after the data.",
        ),
        facts(
            [
                ("Where it runs", "on this machine"),
                ("Cores", f"{session.plan.experiment.threads or 1:,} threads for each model"),
                ("Memory it needs", f"about {size(estimate.memory_bytes)}"),
            ]
        ),
    ]
