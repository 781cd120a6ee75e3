"""The table of all trials. A script, if enabled, sorts and filters it."""

from __future__ import annotations

from collections.abc import Mapping

from automl_magic.decision_log import Reason
from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import (
    format_file_size,
    format_milliseconds,
    format_number,
    format_seconds,
)
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.leaderboard_view import LeaderboardView
from automl_magic.pages.links import linked_interval, linked_number, linked_text
from automl_magic.records import LeaderboardRow, TrialState


def trial_table(view: LeaderboardView) -> str:
    """Return the table of a run's trials, with its filter above."""
    headings = join_html(
        tag("th", text(name), scope="col", data_sort=sort) for name, sort in _headings(view)
    )
    fates = view.trial_reasons
    caption = _("All trials on the same folds, best first by {metric}")
    table = tag(
        "table",
        tag("caption", text(caption.format(metric=view.leaderboard.metric))),
        tag("thead", tag("tr", headings)),
        tag("tbody", join_html(_row(view, row, fates) for row in view.leaderboard.rows)),
        id="trials",
    )
    return _filter(len(view.leaderboard.rows)) + scroll_region(table, _("All trials"))


def _headings(view: LeaderboardView) -> tuple[tuple[str, str], ...]:
    """Return the column headings, each with its sort order."""
    return (
        (_("Rank"), "number"),
        (_("Model"), "text"),
        (_("Score [95% interval]"), "number"),
        (_("Fold range"), "number"),
        *((name, "number") for name in view.leaderboard.also),
        (_("Fit time"), "number"),
        (_("Row latency"), "number"),
        (_("Size"), "number"),
        (_("Weight"), "number"),
        (_("Status, and why it was tried"), "text"),
    )


def _filter(n_rows: int) -> str:
    """Return the filter's controls, hidden until a script enables them."""
    filters = (
        ("", _("All")),
        ("model", _("In the model")),
        ("front", _("On the Pareto front")),
        ("dropped", _("Not in the model")),
    )
    buttons = join_html(
        tag(
            "button",
            text(label),
            type="button",
            data_shows=word,
            aria_pressed="true" if not word else "false",
        )
        for word, label in filters
    )
    status = ngettext("{n} of {total} trial shown.", "{n} of {total} trials shown.", n_rows)
    return tag(
        "div",
        tag(
            "label",
            text(_("Filter trials")),
            " ",
            tag(
                "input",
                type="search",
                placeholder=_("Name or reason, such as boost"),
                autocomplete="off",
            ),
        ),
        tag("span", buttons, role="group", aria_label=_("Show only")),
        tag("p", role="status", class_="am-soft", data_text=status.format(n="{n}", total=n_rows)),
        class_="am-filter",
        data_of="trials",
        hidden="",
    )


def _row(view: LeaderboardView, row: LeaderboardRow, fates: Mapping[int, Reason]) -> str:
    link = row.link
    score_html = tag("i", text(row.state.value))
    if (score := row.score if row.state is TrialState.COMPLETE else None) is not None:
        score_html = linked_number(score.score, link) + linked_interval(score, link)
    folds = view.fold_scores(row) if score else ()
    fold_range = "–"
    if folds:
        fold_range = fill(
            _("{low} to {high}"),
            low=linked_text(format_number(min(folds), 3), link),
            high=linked_text(format_number(max(folds), 3), link),
        )
    also = (row.also.get(name) for name in view.leaderboard.also)
    measures = (
        *((value, format_number(value)) for value in also),
        (row.fit_s, format_seconds(row.fit_s)),
        (row.row_latency_ms, format_milliseconds(row.row_latency_ms)),
        (row.size_bytes, format_file_size(row.size_bytes)),
        (row.weight, format_number(row.weight, 2)),
    )
    fate = None if row.trial is None else fates.get(row.trial)
    return tag(
        "tr",
        tag("td", str(row.rank), class_="am-num", data_value=row.rank),
        tag("th", text(row.name, 60), _badge(row), scope="row"),
        tag("td", score_html, class_="am-num", data_value=score.score if score else None),
        tag(
            "td", fold_range, class_="am-num", data_value=max(folds) - min(folds) if folds else None
        ),
        join_html(
            tag(
                "td",
                "–" if value is None else linked_text(label, link),
                class_="am-num",
                data_value=value,
            )
            for value, label in measures
        ),
        tag("td", _story(row, fate), class_="am-why"),
        class_="am-winner" if row.rank == 1 else None,
        data_is=" ".join(_filter_words(view, row)),
    )


def _badge(row: LeaderboardRow) -> str:
    badge = tag("span", "◆ ", text(_("Pareto front")), class_="am-badge")
    return f" {badge}" if row.on_front else ""


def _filter_words(view: LeaderboardView, row: LeaderboardRow) -> list[str]:
    """Return the filters that a row matches."""
    return [
        "model" if view.is_in_model(row) else "dropped",
        *(["front"] if row.on_front else []),
    ]


def _story(row: LeaderboardRow, fate: Reason | None) -> str:
    """Return the decision on a trial and why it was tried; without a decision, only the latter."""
    if fate is None:
        return text(row.reason, 300)
    decision = f"{fate.choice}: {fate.why}" if fate.why else fate.choice
    story = tag("p", text(decision[:1].upper() + decision[1:], 300))
    tried_because = str(fate.evidence.get("tried_because", ""))
    if tried_because and tried_because != fate.why:
        story += tag("p", text(tried_because, 300), class_="am-soft")
    return story
