"""Step 4: the time for the search, and the latency of predictions."""

from __future__ import annotations

from automl_magic.display.numbers import format_memory
from automl_magic.display.translation import _, ngettext
from automl_magic.wizard.blocks import Block, choice, facts, line, number, option
from automl_magic.wizard.session import WizardSession


def name() -> str:
    return _("Limits")


def title() -> str:
    return _("Set time and latency limits")


def lead() -> str:
    return _("The search stops on time and keeps the best model it found.")


def _budgets() -> dict[int, tuple[str, str]]:
    """Return the budgets to choose from, in seconds: label and note."""
    return {
        30: (_("30 seconds"), _("A first look")),
        60: (_("1 minute"), _("Enough for most tables")),
        300: (_("5 minutes"), _("A thorough search")),
        900: (_("15 minutes"), _("For large tables")),
        3600: (_("1 hour"), _("Until gains level off")),
    }


def blocks(session: WizardSession) -> list[Block]:
    assert session.plan is not None
    assert session.table is not None
    budget, budgets = session.budget_s, _budgets()
    estimate = session.plan.estimate
    options = [option(str(s), label, note) for s, (label, note) in budgets.items()]
    offered = f"{budget:g}" if budget in budgets else None
    return [
        choice("budget_s", _("Search time"), options, offered, _reason(session)),
        number(
            "budget_s",
            _("Other search time"),
            None if offered else budget,
            unit=_("seconds"),
            least=5,
        ),
        number(
            "latency_ms_p95",
            _("Maximum latency per prediction"),
            session.answers.latency_ms_p95,
            hint=_(
                "95th percentile for one row. Leave empty for no limit: the most accurate model "
                "wins, however slow. Models take about 1 to 20 ms."
            ),
            unit=_("milliseconds"),
        ),
        line(
            "folder",
            _("Folder for the notebooks"),
            session.with_defaults.folder,
            _("A new folder next to this notebook, named after the data."),
        ),
        facts(
            [
                (_("Runs on"), _("this machine")),
                (_("CPU threads per model"), f"{session.plan.experiment.threads or 1:,}"),
                (_("Memory"), _("about {size}").format(size=format_memory(estimate.memory_bytes))),
            ]
        ),
    ]


def _reason(session: WizardSession) -> str:
    assert session.plan is not None
    assert session.table is not None
    n_trials = session.plan.estimate.n_trials
    if session.answers.budget_s is not None:
        return ngettext(
            "You set this. It's enough time for about {n} trial.",
            "You set this. It's enough time for about {n} trials.",
            n_trials,
        ).format(n=f"{n_trials:,}")
    n_rows, n_columns = session.table.frame.shape
    return ngettext(
        "Enough time for about {n} trial on {rows} rows and {columns} columns.",
        "Enough time for about {n} trials on {rows} rows and {columns} columns.",
        n_trials,
    ).format(n=f"{n_trials:,}", rows=f"{n_rows:,}", columns=f"{n_columns:,}")
