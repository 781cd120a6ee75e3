"""A dot chart of the leaderboard's scores with their intervals, as SVG."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_number, format_score_interval
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.axes import Scale, fit_scale, format_tick, ticks
from automl_magic.records import CellLink, LeaderboardRow, Score

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 210, 90, 26, 26
MAX_ROWS = 12
FAR = 5  # scores beyond this many times the median distance to the best are off the scale


def score_chart(
    rows: Sequence[LeaderboardRow],
    metric: str,
    holdout: Score | None,
    linked: Callable[[str, CellLink], str],
) -> str:
    """Return an SVG of the best rows, one line each.

    The dashed line is the holdout score. Outliers are marked at the edge, so that they don't
    squeeze the other points together. `linked` turns a number into a link.
    """
    best_rows = rows[:MAX_ROWS]
    if not best_rows:
        return ""
    scale = _scale([row.score for row in best_rows if row.score is not None], holdout)
    height = TOP + ROW * len(best_rows) + 34
    desc = ngettext(
        "{metric} of the best model: {scores}",
        "{metric} of the best {n} models: {scores}",
        len(best_rows),
    ).format(
        metric=metric,
        n=len(best_rows),
        scores="; ".join(f"{row.name} {format_score_interval(row.score)}" for row in best_rows),
    )
    return tag(
        "svg",
        tag("desc", text(desc)),
        _axis(scale, metric, height),
        _holdout(scale, holdout, height),
        join_html(
            _line(scale, row, TOP + ROW * (i + 0.5), linked) for i, row in enumerate(best_rows)
        ),
        viewBox=f"0 0 {WIDTH} {height}",
        role="group",
        aria_label=_("Scores by model ({metric})").format(metric=metric),
        class_="am-chart",
    )


def _scale(scores: Sequence[Score], holdout: Score | None) -> Scale:
    best = scores[0].value
    distances = [abs(score.value - best) for score in scores]
    max_distance = FAR * statistics.median(distances)
    inliers = [s for s, d in zip(scores, distances, strict=True) if d <= max_distance]
    ends = [end for s in inliers or scores for end in (s.score, s.low, s.high) if end is not None]
    if holdout is not None and holdout.score is not None:
        ends.append(holdout.score)
    return fit_scale(ends, LEFT, WIDTH - RIGHT)


def _axis(scale: Scale, metric: str, height: float) -> str:
    bottom = height - 30
    tick_values, decimals = ticks(scale)
    marks = [
        tag("line", x1=scale.to_pixel(t), x2=scale.to_pixel(t), y1=TOP, y2=bottom, class_="am-grid")
        + tag(
            "text",
            text(format_tick(t, decimals, scale)),
            x=scale.to_pixel(t),
            y=height - 14,
            class_="am-tick",
        )
        for t in tick_values
    ]
    return join_html(marks) + tag("text", text(metric, 30), x=LEFT, y=14, class_="am-name-of-axis")


def _holdout(scale: Scale, holdout: Score | None, height: float) -> str:
    if holdout is None or holdout.score is None:
        return ""
    x = scale.to_pixel(holdout.score)
    anchor = "end" if x > WIDTH - RIGHT - 120 else "start"
    label = _("Holdout {score}").format(score=format_number(holdout.score))
    return tag("line", x1=x, x2=x, y1=TOP - 4, y2=height - 30, class_="am-holdout") + tag(
        "text", text(label), x=x, y=14, text_anchor=anchor, class_="am-holdout-name"
    )


def _line(
    scale: Scale, row: LeaderboardRow, y: float, linked: Callable[[str, CellLink], str]
) -> str:
    score = row.score
    assert score is not None
    value = score.value
    name = tag("text", text(row.name, 24), x=LEFT - 12, y=y + 4, class_="am-row-name")
    x_value = WIDTH - RIGHT + 12
    # A transparent rectangle makes the gaps between the digits clickable.
    hit = tag("rect", x=x_value, y=y - ROW / 2, width=RIGHT - 20, height=ROW, fill="transparent")
    label = tag("text", text(format_number(value)), x=x_value, y=y + 4, class_="am-value")
    linked_value = linked(hit + label, row.link)
    best = " am-best" if row.rank == 1 else ""
    if not scale.contains(value):
        # The label extends inwards, so that it doesn't cover the number at the edge.
        is_low, note = value < scale.low, text(_("off the scale"))
        label, anchor = (f"◂ {note}", "start") if is_low else (f"{note} ▸", "end")
        position = {"x": scale.to_pixel(value), "y": y + 4}
        return (
            name
            + linked_value
            + tag("text", label, text_anchor=anchor, class_="am-off", **position)
        )
    bar = ""
    if score.low is not None and score.high is not None:
        bar = tag(
            "line",
            x1=scale.to_pixel(score.low),
            x2=scale.to_pixel(score.high),
            y1=y,
            y2=y,
            class_=f"am-bar{best}",
        )
    dot = tag("circle", cx=scale.to_pixel(value), cy=y, r=5, class_=f"am-dot{best}")
    return name + linked_value + bar + dot
