"""A dot chart of the leaderboard's scores with their intervals, as SVG."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number, score_text
from automl_magic.look.translation import _, ngettext
from automl_magic.pages.axes import Scale, scale_of, tick_text, ticks
from automl_magic.records import LeaderboardRow, Link, Score

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 210, 90, 26, 26
MOST_ROWS = 12
FAR = 5  # scores beyond this many times the median distance to the best are off the scale


def score_chart(
    rows: Sequence[LeaderboardRow],
    metric: str,
    holdout: Score | None,
    linked: Callable[[str, Link], str],
) -> str:
    """Return an SVG of the best rows, one line each.

    The dashed line is the holdout score. Outliers are marked at the edge, so that they don't
    squeeze the other points together. `linked` turns a number into a link.
    """
    best_rows = rows[:MOST_ROWS]
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
        scores="; ".join(f"{row.name} {score_text(row.score)}" for row in best_rows),
    )
    return tag(
        "svg",
        tag("desc", text(desc)),
        _axis(scale, metric, height),
        _holdout(scale, holdout, height),
        joined(_line(scale, row, TOP + ROW * (i + 0.5), linked) for i, row in enumerate(best_rows)),
        viewBox=f"0 0 {WIDTH} {height}",
        role="group",
        aria_label=_("Scores by model ({metric})").format(metric=metric),
        class_="am-chart",
    )


def _scale(scores: Sequence[Score], holdout: Score | None) -> Scale:
    best = scores[0].score
    distances = [abs(score.score - best) for score in scores]
    max_distance = FAR * statistics.median(distances)
    inliers = [s for s, d in zip(scores, distances, strict=True) if d <= max_distance]
    ends = [end for s in inliers or scores for end in (s.score, s.low, s.high) if end is not None]
    if holdout is not None:
        ends.append(holdout.score)
    return scale_of(ends, LEFT, WIDTH - RIGHT)


def _axis(scale: Scale, metric: str, height: float) -> str:
    bottom = height - 30
    tick_values, decimals = ticks(scale)
    marks = [
        tag("line", x1=scale.at(t), x2=scale.at(t), y1=TOP, y2=bottom, class_="am-grid")
        + tag(
            "text",
            text(tick_text(t, decimals, scale)),
            x=scale.at(t),
            y=height - 14,
            class_="am-tick",
        )
        for t in tick_values
    ]
    return joined(marks) + tag("text", text(metric, 30), x=LEFT, y=14, class_="am-name-of-axis")


def _holdout(scale: Scale, holdout: Score | None, height: float) -> str:
    if holdout is None:
        return ""
    x = scale.at(holdout.score)
    anchor = "end" if x > WIDTH - RIGHT - 120 else "start"
    label = _("Holdout {score}").format(score=number(holdout.score))
    return tag("line", x1=x, x2=x, y1=TOP - 4, y2=height - 30, class_="am-holdout") + tag(
        "text", text(label), x=x, y=14, text_anchor=anchor, class_="am-holdout-name"
    )


def _line(scale: Scale, row: LeaderboardRow, y: float, linked: Callable[[str, Link], str]) -> str:
    score = row.score
    assert score is not None
    name = tag("text", text(row.name, 24), x=LEFT - 12, y=y + 4, class_="am-row-name")
    x_value = WIDTH - RIGHT + 12
    # A transparent rectangle makes the gaps between the digits clickable.
    hit = tag("rect", x=x_value, y=y - ROW / 2, width=RIGHT - 20, height=ROW, fill="transparent")
    label = tag("text", text(number(score.score)), x=x_value, y=y + 4, class_="am-value")
    value = linked(hit + label, row.link)
    best = " am-best" if row.rank == 1 else ""
    if not scale.holds(score.score):
        # The label extends inwards, so that it doesn't cover the number at the edge.
        is_low, note = score.score < scale.low, text(_("off the scale"))
        label, anchor = (f"◂ {note}", "start") if is_low else (f"{note} ▸", "end")
        position = {"x": scale.at(score.score), "y": y + 4}
        return name + value + tag("text", label, text_anchor=anchor, class_="am-off", **position)
    bar = ""
    if score.low is not None and score.high is not None:
        bar = tag(
            "line",
            x1=scale.at(score.low),
            x2=scale.at(score.high),
            y1=y,
            y2=y,
            class_=f"am-bar{best}",
        )
    dot = tag("circle", cx=scale.at(score.score), cy=y, r=5, class_=f"am-dot{best}")
    return name + value + bar + dot
