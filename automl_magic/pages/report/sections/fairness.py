"""Fairness: the same measures for each group, and how far apart the groups are."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.axes import scale_of, x_axis
from automl_magic.pages.figure import figure, picture, scrolling, table
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, linked_measure, measure_text, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import (
    Fairness,
    FairnessColumn,
    FairnessGap,
    FairnessGroup,
)

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 220, 110, 26, 12
WORDS = {
    "selection_rate": "share that is selected",
    "true_positive_rate": "true positive rate",
    "false_positive_rate": "false positive rate",
    "mean_probability": "mean probability",
    "base_rate": "share that is so",
    "mean_error": "mean error",
    "mean_absolute_error": "mean absolute error",
    "mean_prediction": "mean prediction",
}


def fairness_section(told: Explanation, found: Fairness) -> list[str]:
    """Return the section: gaps in words, then each measure by group, a column at a time."""
    link = told.link(found.cell_id)
    broken = [gap for column in found.columns for gap in column.gaps if gap.kept is False]
    lead = (
        f"{tag('b', _broken(len(broken)))}: groups are further apart than the experiment allows."
        if broken
        else "How far groups of people are apart, in what they are given and in how often that is "
        "wrong. Whether a difference is unjust is for people to say."
    )
    if found.positive is not None:
        lead += f" What is given out is {tag('b', text(plain(found.positive)))}."
    options = [(one.column, _column(one, i, link)) for i, one in enumerate(found.columns)]
    body = choice("fairness", "Column", options) if options else ""
    return [lead, body]


def _broken(n: int) -> str:
    return "One limit is broken" if n == 1 else f"{n} limits are broken"


def _column(column: FairnessColumn, position: int, link: Link) -> str:
    names = list(dict.fromkeys(name for group in column.groups for name in group.measures))
    measures = choice(
        f"measure-{position}",
        "Measure",
        [(_word(name), _measure(column, name, link)) for name in names],
    )
    return tag("p", text(column.grouped, 300), class_="am-soft") + _gaps(column, link) + measures


def _word(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _gaps(column: FairnessColumn, link: Link) -> str:
    if not column.gaps:
        return ""
    rows = [
        (
            text(_word(gap.name)),
            linked_measure(gap.measure, link),
            _limit(gap, link),
            tag("span", text(gap.in_words, 400)),
        )
        for gap in column.gaps
    ]
    heads = ("Between groups", "difference [95 %]", "limit", "in words")
    return scrolling(
        table(heads, rows, "How far apart the groups are", numbers_from=4, link=link),
        "How far apart the groups are",
    )


def _limit(gap: FairnessGap, link: Link) -> str:
    if gap.limit is None:
        return "none named"
    kept = {True: "✓ kept", False: "✗ broken", None: "not known"}[gap.kept]
    return f"{linked_text(number(gap.limit, 3), link)} {kept}"


def _measure(column: FairnessColumn, name: str, link: Link) -> str:
    title = f"{_word(name).capitalize()} by {plain(column.column, 40)}"
    groups = [group for group in column.groups if name in group.measures]
    svg = _dots(groups, name, title)
    rows = [
        (
            text(_named(group), 80),
            linked_briefly(f"{group.rows:,}", link),
            linked_measure(group.measures[name], link),
        )
        for group in groups
    ]
    data = table(("Group", "rows", f"{_word(name)} [95 %]"), rows, title, link=link)
    said = "A line is the 95 % interval. Groups marked (few) are too small to rely on."
    return figure(svg, said, data, label=title)


def _named(group: FairnessGroup) -> str:
    return f"{plain(group.name)} (few)" if group.is_small else plain(group.name)


def _dots(groups: Sequence[FairnessGroup], name: str, title: str) -> str:
    measures = [group.measures[name] for group in groups]
    ends = [v for m in measures for v in (m.value, m.low, m.high) if v is not None]
    x = scale_of(ends or [0.0, 1.0], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(groups)
    lines = []
    for i, (group, measure) in enumerate(zip(groups, measures, strict=True)):
        y = TOP + ROW * (i + 0.5)
        lines.append(
            tag("text", text(_named(group), 28), x=LEFT - 12, y=y + 4, class_="am-row-name")
        )
        if measure.value is None:
            continue
        if measure.low is not None and measure.high is not None:
            ends_at = {"x1": x.at(measure.low), "x2": x.at(measure.high), "y1": y, "y2": y}
            lines.append(tag("line", **ends_at, class_="am-bar"))
        kind = "am-dot am-off-front" if group.is_small else "am-dot"
        lines.append(tag("circle", cx=x.at(measure.value), cy=y, r=5, class_=kind))
        shown = number(measure.value, 3)
        lines.append(tag("text", shown, x=WIDTH - RIGHT + 12, y=y + 4, class_="am-value"))
    return picture(
        x_axis(x, _word(name), TOP, bottom),
        joined(lines),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc="; ".join(
            f"{_named(g)} {measure_text(m)}" for g, m in zip(groups, measures, strict=True)
        ),
    )


SECTION = ReportSection(
    record=Fairness,
    title="Does it treat groups alike?",
    place=6,
    draw=fairness_section,
)
