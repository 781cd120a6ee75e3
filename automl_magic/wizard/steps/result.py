"""Step 7: the model, why it was chosen, and what to check before relying on it."""

from __future__ import annotations

import shlex

from automl_magic.decision_log import Reason
from automl_magic.display.numbers import (
    format_milliseconds,
    format_number,
    format_score_interval,
    format_seconds,
)
from automl_magic.display.translation import _, ngettext
from automl_magic.pages import LeaderboardView
from automl_magic.records import DecisionKind, LeaderboardRow, Score
from automl_magic.runs.plan_folder import slug
from automl_magic.tasks.metrics import METRICS
from automl_magic.wizard.blocks import (
    Block,
    bars,
    buttons,
    code,
    facts,
    heading,
    link,
    more,
    notes,
    paragraph,
    table,
)
from automl_magic.wizard.formatting import format_metric
from automl_magic.wizard.session import REPORT, WizardResult, WizardSession
from automl_magic.wizard.wizard_run import EXECUTED_NOTEBOOK, MODEL_NOTEBOOK

_MAX_OTHERS, _MAX_BARS = 12, 8


def name() -> str:
    return _("Result")


def title() -> str:
    return _("Your model")


def lead() -> str:
    return _("Scored on unseen rows.")


def blocks(session: WizardSession) -> list[Block]:
    result = session.result
    assert result is not None
    board = LeaderboardView.of(result.leaderboard, result.run)
    return [
        *_headline(board),
        facts(_facts(result, board)),
        heading(_("Before you rely on it")),
        notes("", _cautions(result)),
        heading(_("Why this model")),
        *_why(result, board),
        _comparison(board),
        _others(result),
        heading(_("Next steps")),
        *_links(session),
        _registration(session, result),
        code(_next_lines(result)),
    ]


def _headline(board: LeaderboardView) -> list[Block]:
    best = board.leaderboard.holdout or (board.model.score if board.model else None)
    if best is None:
        return [paragraph(_("No model got a score. See the trials table for the reasons."))]
    return [
        paragraph(_model_text(board)),
        paragraph(_score_sentence(best, is_holdout=board.leaderboard.holdout is not None)),
        paragraph(f"{format_metric(best.metric)}: {METRICS[best.metric].in_words}", soft=True),
    ]


def _members(board: LeaderboardView) -> list[LeaderboardRow]:
    return [row for row in board.complete if row.trial is not None and row.weight]


def _model_text(board: LeaderboardView) -> str:
    n_members = len(_members(board))
    if n_members > 1:
        return ngettext(
            "The recommended model is a blend of {n} trial.",
            "The recommended model is a blend of {n} trials.",
            n_members,
        ).format(n=n_members)
    if board.run is not None and board.run.has_only_baseline:
        return _("No model is recommended: only the baseline was fitted, without any column.")
    return _("The recommended model is {name}.").format(name=board.model_name)


def _score_sentence(score: Score, *, is_holdout: bool) -> str:
    if score.undefined is not None:
        text = _("Its {metric} is undefined on {n} rows, because {why}.")
    elif score.low is None or score.high is None:
        if is_holdout:
            text = _("Its {metric} is {score} on {n} holdout rows.")
        else:
            text = _("Its {metric} is {score} in cross-validation.")
    elif is_holdout:
        text = _("Its {metric} is {score} (95% interval {low} to {high}) on {n} holdout rows.")
    else:
        text = _("Its {metric} is {score} (95% interval {low} to {high}) in cross-validation.")
    return text.format(
        metric=format_metric(score.metric),
        score=format_number(score.score),
        low=format_number(score.low),
        high=format_number(score.high),
        n=f"{score.rows:,}",
        why=score.undefined,
    )


def _facts(result: WizardResult, board: LeaderboardView) -> list[tuple[str, str]]:
    model, holdout = board.model, board.leaderboard.holdout
    pairs = [(_("Run"), result.run.run_id)]
    if holdout is not None:
        score = _("{score}, {n} rows").format(
            score=format_score_interval(holdout), n=f"{holdout.rows:,}"
        )
        pairs.append((_("On the holdout"), score))
    if model is not None and model.score is not None:
        pairs.append((_("In cross-validation"), format_score_interval(model.score)))
        if model.row_latency_ms is not None:
            pairs.append((_("p95 latency per row"), format_milliseconds(model.row_latency_ms)))
    if result.run.was_stopped_early:
        pairs.append((_("Status"), _("stopped early")))
    if result.run.has_only_baseline:
        pairs.append((_("Status"), _("only the baseline")))
    n_trials = sum(row.trial is not None for row in board.leaderboard.rows)
    pairs.append((_("Trials"), f"{n_trials:,}"))
    if (search_s := result.run.result.get("search_s")) is not None:
        pairs.append((_("Search"), format_seconds(search_s)))
    return pairs


def _cautions(result: WizardResult) -> list[tuple[str, str, str]]:
    cautions = [("warning", sentence, "") for sentence in result.decision_log.advice]
    cautions += [("warning", f"{r.about}: {r.choice}", r.why) for r in _warnings(result)]
    holdout = result.leaderboard.holdout
    if holdout is None:
        cautions.append(
            (
                "warning",
                _("There's no holdout, so the score comes from the rows used to choose the model."),
                _("Score the model on new rows before you rely on it."),
            )
        )
    elif holdout.low is not None and holdout.high is not None and holdout.rows < 500:
        text = _("The score comes from only {n} rows, so its interval is wide.")
        cautions.append(
            (
                "info",
                text.format(n=f"{holdout.rows:,}"),
                _("Hold out more rows to narrow the interval."),
            )
        )
    cautions.append(
        (
            "info",
            _("The score applies to similar data. If your data drifts, expect it to drop."),
            _("Compare predictions with new outcomes regularly."),
        )
    )
    return cautions


def _warnings(result: WizardResult) -> tuple[Reason, ...]:
    section = result.decision_log.section("noticed")
    return section.reasons if section else ()


def _why(result: WizardResult, board: LeaderboardView) -> list[Block]:
    """Compare the model with the best single trial, and give the reason for each member."""
    section = result.decision_log.section("model")
    reasons = section.reasons if section else ()
    members = [reason for reason in reasons if reason.about == DecisionKind.TRIAL]
    rows = [
        (r.candidate or r.label, r.choice, format_number(r.score.score) if r.score else "–", r.why)
        for r in members
    ]
    others = [reason for reason in reasons if reason not in members]
    return [
        paragraph(_against_the_best(board)),
        table(
            _("Members of the model"),
            [
                _("Model"),
                _("Role"),
                _("Score ({metric})").format(metric=format_metric(board.leaderboard.metric)),
                _("Why"),
            ],
            rows,
            numbers=(2,),
        ),
        more(
            _("How the predictions are combined"),
            [
                table(
                    _("Decisions about the model"),
                    [_("About"), _("Choice"), _("Why")],
                    [(r.label, r.choice, r.why) for r in others],
                )
            ],
        ),
    ]


def _against_the_best(board: LeaderboardView) -> str:
    single = next((row for row in board.complete if row.trial is not None), None)
    model = board.model
    if single is None or model is None or single.score is None or model.score is None:
        return ""
    if len(_members(board)) < 2:
        return _(
            "In cross-validation, no blend of trials scored better than {model} by itself."
        ).format(model=board.model_name)
    return _(
        "The blend scores {metric} {score} in cross-validation. The best single trial, {trial}, "
        "scores {trial_score}."
    ).format(
        metric=format_metric(board.leaderboard.metric),
        score=format_number(model.score.value),
        trial=single.name,
        trial_score=format_number(single.score.value),
    )


def _comparison(board: LeaderboardView) -> Block:
    rows = [row for row in board.complete if row.score is not None][:_MAX_BARS]
    measure = METRICS[board.leaderboard.metric]
    scores = [row.score.value for row in rows if row.score is not None]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    span = (high - low) or 1.0

    def share(row: LeaderboardRow) -> float:
        assert row.score is not None
        distance = (row.score.value - low) / span
        return 0.15 + 0.85 * (distance if measure.higher_is_better else 1 - distance)

    if measure.higher_is_better:
        caption = _(
            "The {n} best by {metric} in cross-validation (higher is better). The longest bar is "
            "the best. Bars don't start at zero."
        )
    else:
        caption = _(
            "The {n} best by {metric} in cross-validation (lower is better). The longest bar is "
            "the best. Bars don't start at zero."
        )
    return bars(
        caption.format(n=len(rows), metric=format_metric(measure.name)),
        [(_row_label(row), share(row), format_score_interval(row.score)) for row in rows],
    )


def _row_label(row: LeaderboardRow) -> str:
    return _("the model") if row.trial is None else row.name


def _others(result: WizardResult) -> Block:
    section = result.decision_log.section("trials")
    reasons = section.reasons if section else ()
    members = {str(row.trial) for row in result.leaderboard.rows if row.weight is not None}
    dropped = [reason for reason in reasons if reason.name not in members]
    rows = [
        (r.candidate or r.label, format_number(r.score.score) if r.score else "–", r.choice, r.why)
        for r in dropped[:_MAX_OTHERS]
    ]
    n_hidden = len(dropped) - len(rows)
    caption = _("Trials outside the model")
    if n_hidden > 0:
        rest = ngettext(
            "{n} more is on the leaderboard.", "{n} more are on the leaderboard.", n_hidden
        )
        caption = " ".join((_("Trials outside the model."), rest.format(n=n_hidden)))
    return more(
        ngettext(
            "Why the other one wasn't chosen", "Why the other {n} weren't chosen", len(dropped)
        ).format(n=len(dropped)),
        [table(caption, [_("Model"), _("Score"), _("Status"), _("Why")], rows, numbers=(1,))],
    )


def _links(session: WizardSession) -> list[Block]:
    folder = session.result_folder
    targets = [
        (
            EXECUTED_NOTEBOOK,
            _("Open the executed notebook"),
            _("All numbers and charts of the search, cell by cell."),
        ),
        (
            MODEL_NOTEBOOK,
            _("Open the model's own notebook"),
            _("It runs without automl-magic and gives the same score."),
        ),
        (
            REPORT,
            _("Open the report"),
            _("Feature importance and errors, in a page you can email."),
        ),
    ]
    links = [
        link(label, (folder / file_name).relative_to(session.folder).as_posix(), note)
        for file_name, label, note in targets
        if (folder / file_name).exists() and (file_name != REPORT or session.report is not None)
    ]
    if session.is_explaining:
        text = _("Explaining the model. This takes up to a minute.")
        links.append(notes("", [("info", text, _("The report link will appear here."))]))
    elif session.report is None:
        links.append(buttons([("explain", _("Explain the model"), "plain")]))
    return links


def _registration(session: WizardSession, result: WizardResult) -> Block:
    version = session.model_version
    if version is not None:
        text = _("Registered as {name}, version {version} ({aliases}).").format(
            name=version.name, version=version.version, aliases=", ".join(version.aliases)
        )
        how = _("To load it, use {uri}").format(uri=f"models:/{version.name}@candidate")
        return notes("", [("done", text, how)])
    return {
        "type": "register",
        "label": _("Name of the model in the registry"),
        "value": session.answers.model or _model_name(session),
        "button": _("Register the model"),
        "run_id": result.run.run_id,
    }


def _model_name(session: WizardSession) -> str:
    model_name = slug(session.table.dataset.name if session.table else "model")
    return model_name if model_name[:1].isalpha() else f"model-{model_name}"


def _next_lines(result: WizardResult) -> dict[str, str]:
    run_id = shlex.quote(result.run.run_id)
    return {
        _("Notebook"): "\n".join(
            [
                f"%automl leaderboard {run_id}",
                f"%automl why {run_id}",
                f"%automl rerun {run_id}",
                f"%automl predict {run_id} new.csv -o scores.csv",
            ]
        ),
    }
