"""The leaderboard page: the final model, charts, the table of trials, and the notebook cells."""

from __future__ import annotations

from automl_magic.display.html import block, fill, join_html, tag, text
from automl_magic.display.numbers import format_seconds
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.cells import cells_section
from automl_magic.pages.error import error_block
from automl_magic.pages.excluded import excluded_section
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.leaderboard_view import LeaderboardView
from automl_magic.pages.links import link_html, linked_interval, linked_number, linked_text
from automl_magic.pages.pareto_chart import measured_rows, pareto_chart
from automl_magic.pages.score_chart import score_chart
from automl_magic.pages.trial_table import trial_table


def leaderboard_page(view: LeaderboardView) -> str:
    """Return the leaderboard page of a run as one HTML block with its own stylesheet."""
    rows = view.leaderboard.rows
    if not rows:
        return error_block(
            _("This run has no trials."),
            _("It ended before any model was scored."),
            _("Run it again, or increase --budget."),
        )
    return block(
        _header(view),
        tag(
            "section",
            tag("h2", text(_("Scores"))),
            _chart(view),
            tag("p", text(_legend(view)), class_="am-soft"),
        ),
        _front(view),
        tag("section", tag("h2", text(_("All trials"))), trial_table(view)),
        _dropped(view),
        cells_section(view.cells, view.leaderboard.run_id),
        data_run_id=view.leaderboard.run_id,
    )


def _dropped(view: LeaderboardView) -> str:
    if view.decision_log is None:
        return ""
    model_trials = {row.trial for row in view.leaderboard.rows if view.is_in_model(row)}
    return excluded_section(view.decision_log, model_trials=model_trials)


def _header(view: LeaderboardView) -> str:
    title = text(_("Leaderboard"))
    if view.target is not None:
        target = tag("q", text(view.target, 80))
        title = fill(_("Leaderboard for predicting {target}"), target=target)
    advice = view.decision_log.advice if view.decision_log is not None else ()
    return tag(
        "header",
        tag("h1", title),
        tag("p", _summary(view), class_="am-lead"),
        join_html(tag("p", tag("b", text(sentence))) for sentence in advice),
        _facts(view),
    )


def _summary(view: LeaderboardView) -> str:
    best, leaderboard = view.model, view.leaderboard
    if best is None or best.score is None:
        return text(_("No trial of this run got a score. See the table for the reasons."))
    n = len(view.members)
    if n > 1:
        sentence = ngettext(
            "The model is a blend of {n} trial.", "The model is a blend of {n} trials.", n
        )
        model = fill(sentence, n=tag("b", str(n)))
    elif view.run is not None and view.run.has_only_baseline:
        model = text(_("The model is only the baseline, which predicts without any column."))
    else:
        model = fill(_("The model is {name}."), name=tag("b", text(view.model_name, 60)))
    metric, score = text(leaderboard.metric), linked_number(best.score.value, best.link)
    if best.score.low is not None and best.score.high is not None:
        validated = fill(
            _("In cross-validation, {metric} is {score} (95% interval {low} to {high})."),
            metric=metric,
            score=score,
            low=linked_number(best.score.low, best.link),
            high=linked_number(best.score.high, best.link),
        )
    else:
        validated = fill(_("In cross-validation, {metric} is {score}."), metric=metric, score=score)
    if leaderboard.holdout is None:
        held_out = text(_("No rows were held out."))
    else:
        holdout, link = leaderboard.holdout, leaderboard.holdout_link or best.link
        if holdout.undefined is None:
            sentence = ngettext(
                "It's {score} on {n} holdout row.",
                "It's {score} on {n} holdout rows.",
                holdout.rows,
            )
        else:
            sentence = ngettext(
                "It's undefined on {n} holdout row, because {why}.",
                "It's undefined on {n} holdout rows, because {why}.",
                holdout.rows,
            )
        held_out = fill(
            sentence,
            score=linked_number(holdout.score, link) + linked_interval(holdout, link),
            n=f"{holdout.rows:,}",
            why=linked_text(holdout.undefined or "", link),
        )
    return f"{model} {validated} {held_out}"


def _facts(view: LeaderboardView) -> str:
    leaderboard, run = view.leaderboard, view.run
    metric = (
        _("{metric}, higher is better")
        if leaderboard.higher_is_better
        else _("{metric}, lower is better")
    )
    facts = [
        (_("Run"), tag("code", text(leaderboard.run_id))),
        *([(_("Data"), text(view.data, 60))] if view.data is not None else []),
        (_("Metric"), fill(metric, metric=text(leaderboard.metric))),
        (_("Trials"), f"{sum(row.trial is not None for row in leaderboard.rows):,}"),
    ]
    if run is not None:
        facts.append((_("Status"), text(run.status_text)))
        facts.append((_("Started"), text(run.created_at.strftime("%Y-%m-%d %H:%M UTC"))))
        if run.started_at and run.ended_at:
            facts.append(
                (_("Duration"), format_seconds((run.ended_at - run.started_at).total_seconds()))
            )
    pairs = join_html(tag("div", tag("dt", text(name)), tag("dd", value)) for name, value in facts)
    return tag("dl", pairs, class_="am-facts")


def _chart(view: LeaderboardView) -> str:
    leaderboard = view.leaderboard
    chart = score_chart(view.complete, leaderboard.metric, leaderboard.holdout, link_html)
    return scroll_region(chart, _("Scores by model"))


def _legend(view: LeaderboardView) -> str:
    n_scored = len(view.complete)
    n_charted = min(n_scored, 12)
    sentences = []
    if n_charted:
        sentences.append(
            ngettext(
                "The best {n} of {total} scored model.",
                "The best {n} of {total} scored models.",
                n_scored,
            ).format(n=n_charted, total=n_scored)
        )
    sentences.append(_("Lines are 95% intervals. If two overlap a lot, their order may be chance."))
    if view.leaderboard.holdout is not None and view.leaderboard.holdout.score is not None:
        sentences.append(_("The dashed line is the holdout score."))
    return " ".join(sentences)


def _front(view: LeaderboardView) -> str:
    leaderboard = view.leaderboard
    rows = measured_rows(leaderboard.rows)
    if len(rows) < 2:
        return ""
    chart = pareto_chart(
        leaderboard.rows, leaderboard.metric, higher_is_better=leaderboard.higher_is_better
    )
    n_front = sum(bool(row.on_front) for row in rows)
    sentences = (
        _("Up and left is better. Small points are small models.")
        if leaderboard.higher_is_better
        else _("Up (lower scores) and left is better. Small points are small models."),
        ngettext(
            "{n} of {total} measured models is on the Pareto front (◆): no other model is better "
            "in score, latency and size.",
            "{n} of {total} measured models are on the Pareto front (◆): no other model is better "
            "in score, latency and size.",
            n_front,
        ).format(n=n_front, total=len(rows)),
        _("The dotted line joins the models that lead by score and latency only."),
        _("Only the final model and its members are measured. The table below has the numbers."),
    )
    title = _("Score, latency and size")
    return tag(
        "section",
        tag("h2", text(title)),
        tag("figure", scroll_region(chart, title), tag("figcaption", text(" ".join(sentences)))),
    )
