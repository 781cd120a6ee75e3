"""Step 5: the plan, before anything has run."""

from __future__ import annotations

from automl_magic.display.numbers import format_memory, format_seconds
from automl_magic.display.translation import _, ngettext
from automl_magic.records import Plan, Severity
from automl_magic.wizard.blocks import Block, facts, heading, more, notes, paragraph, table
from automl_magic.wizard.formatting import format_metric
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.steps.as_code import as_code


def name() -> str:
    return _("Review")


def title() -> str:
    return _("Review the plan")


def lead() -> str:
    return _("Nothing has been run or written yet.")


def blocks(session: WizardSession) -> list[Block]:
    assert session.plan is not None
    assert session.table is not None
    plan, answers = session.plan, session.with_defaults
    warnings = [
        (f.severity.value, f.title, f.fix)
        for f in plan.dataset.findings
        if f.severity is not Severity.INFO
    ]
    n_decisions, n_trials = len(plan.decisions), plan.estimate.n_trials
    return [
        paragraph(_summary(plan)),
        facts(
            [
                (
                    _("Search"),
                    _("at most {time}").format(time=format_seconds(plan.estimate.search_s)),
                ),
                (
                    _("Overhead"),
                    _("about {time}").format(time=format_seconds(plan.estimate.overhead_s)),
                ),
                (_("Trials"), _("about {n}").format(n=f"{n_trials:,}")),
                (
                    _("Memory"),
                    _("about {size}").format(size=format_memory(plan.estimate.memory_bytes)),
                ),
            ]
        ),
        *([notes(_("Before you start"), warnings)] if warnings else []),
        heading(_("Notebooks")),
        table(
            _("Files to write to {folder}").format(folder=answers.folder),
            [_("File"), _("Contents")],
            [
                ("experiment.automl.yaml", _("Your answers. Edit the file to run it again.")),
                ("explore.ipynb", _("A first look at the data: types, quality, possible leakage.")),
                ("search.ipynb", _("The search to run, one short cell per step.")),
                ("executed.ipynb", _("The search after the run, with all numbers and charts.")),
                (
                    "model.ipynb",
                    _("Only the model. It runs without automl-magic and gives the same score."),
                ),
            ],
        ),
        heading(_("The plan as code")),
        as_code(session),
        more(
            ngettext(
                "{n} decision with its reason", "All {n} decisions with reasons", n_decisions
            ).format(n=n_decisions),
            [
                table(
                    _("Decisions from the data"),
                    [_("About"), _("Choice"), _("Why")],
                    [(d.label, d.choice, d.why) for d in plan.decisions],
                )
            ],
        ),
    ]


def _summary(plan: Plan) -> str:
    n_families = len({candidate.estimator for candidate in plan.candidates})
    search = ngettext(
        "The search tries {candidates} candidates from one model family on {rows} rows of {data} "
        "to predict {target}.",
        "The search tries {candidates} candidates from {families} model families on {rows} rows "
        "of {data} to predict {target}.",
        n_families,
    )
    if len(plan.candidates) == 1:
        search = _("The search tries one candidate on {rows} rows of {data} to predict {target}.")
    score = _("It scores each by {metric} in {folds}-fold cross-validation.")
    if plan.split.holdout:
        final = _("{held_out} of the rows are held out to score the final model once.")
    else:
        final = _("No rows are held out, so the final score comes from cross-validation.")
    return f"{search} {score} {final}".format(
        candidates=len(plan.candidates),
        families=n_families,
        rows=f"{plan.dataset.n_rows:,}",
        data=plan.dataset.name,
        target=plan.experiment.target,
        metric=format_metric(plan.metric),
        folds=plan.split.folds,
        held_out=f"{plan.n_holdout:,}",
    )
