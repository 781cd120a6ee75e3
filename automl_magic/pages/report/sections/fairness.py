"""Fairness: measures by group, and the gaps between groups."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.axes import fit_scale, x_axis
from automl_magic.pages.figure import data_table, figure, scroll_region, svg_image
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.formatting import format_cell, format_measure, measure_html, tabs
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import (
    Fairness,
    FairnessColumn,
    FairnessGap,
    FairnessGroup,
)

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 220, 110, 26, 12


def measure_name(name: str) -> str:
    """Return the name of a measure for a heading; a metric's name stays as it is."""
    match name:
        case "selection_rate":
            return _("Selection rate")
        case "true_positive_rate":
            return _("True positive rate")
        case "false_positive_rate":
            return _("False positive rate")
        case "mean_probability":
            return _("Mean probability")
        case "base_rate":
            return _("Base rate")
        case "mean_error":
            return _("Mean error")
        case "mean_absolute_error":
            return _("Mean absolute error")
        case "mean_prediction":
            return _("Mean prediction")
    return name.replace("_", " ")


def fairness_section(explanation: Explanation, section: Fairness) -> list[str]:
    """Return the section: the gaps, then each measure by group, one column at a time."""
    link = explanation.link(section.cell_id)
    n_exceeded = sum(gap.within_limit is False for column in section.columns for gap in column.gaps)
    if n_exceeded:
        sentence = ngettext(
            "{n} limit is exceeded: the gap between groups is larger than the experiment allows.",
            "{n} limits are exceeded: the gaps between groups are larger than the experiment "
            "allows.",
            n_exceeded,
        )
        lead = [fill(sentence, n=tag("b", str(n_exceeded)))]
    else:
        lead = [
            text(_("The gaps between groups, in their predictions and errors.")),
            text(_("You decide whether a gap is unfair.")),
        ]
    if section.positive is not None:
        label = tag("b", text(format_cell(section.positive)))
        lead.append(fill(_("The positive class is {label}."), label=label))
    options = [
        (column.column, _column(column, i, link)) for i, column in enumerate(section.columns)
    ]
    body = tabs("fairness", _("Column"), options) if options else ""
    return [" ".join(lead), body]


def _column(column: FairnessColumn, position: int, link: CellLink) -> str:
    names = list(dict.fromkeys(name for group in column.groups for name in group.measures))
    measures = tabs(
        f"measure-{position}",
        _("Measure"),
        [(measure_name(name), _measure(column, name, link)) for name in names],
    )
    return tag("p", text(column.grouped, 300), class_="am-soft") + _gaps(column, link) + measures


def _gaps(column: FairnessColumn, link: CellLink) -> str:
    if not column.gaps:
        return ""
    rows = [
        (
            text(measure_name(gap.name)),
            measure_html(gap.measure, link),
            _limit(gap, link),
            tag("span", text(gap.in_words, 400)),
        )
        for gap in column.gaps
    ]
    headings = (_("Measure"), _("Difference [95%]"), _("Limit"), _("Summary"))
    title = _("Gaps between groups")
    return scroll_region(data_table(headings, rows, title, numbers_from=4, link=link), title)


def _limit(gap: FairnessGap, link: CellLink) -> str:
    if gap.limit is None:
        return text(_("no limit"))
    limit = linked_text(format_number(gap.limit, 3), link)
    if gap.within_limit is None:
        return fill(_("{limit} (unknown)"), limit=limit)
    return fill(_("{limit} ✓ met") if gap.within_limit else _("{limit} ✗ exceeded"), limit=limit)


def _measure(column: FairnessColumn, name: str, link: CellLink) -> str:
    column_name = format_cell(column.column, 40)
    match name:
        case "selection_rate":
            title = _("Selection rate by {column}").format(column=column_name)
        case "true_positive_rate":
            title = _("True positive rate by {column}").format(column=column_name)
        case "false_positive_rate":
            title = _("False positive rate by {column}").format(column=column_name)
        case "mean_probability":
            title = _("Mean probability by {column}").format(column=column_name)
        case "base_rate":
            title = _("Base rate by {column}").format(column=column_name)
        case "mean_error":
            title = _("Mean error by {column}").format(column=column_name)
        case "mean_absolute_error":
            title = _("Mean absolute error by {column}").format(column=column_name)
        case "mean_prediction":
            title = _("Mean prediction by {column}").format(column=column_name)
        case _metric:
            title = _("{metric} by {column}").format(metric=measure_name(name), column=column_name)
    groups = [group for group in column.groups if name in group.measures]
    svg = _dots(groups, name, title)
    rows = [
        (
            text(_label(group), 80),
            linked_briefly(f"{group.rows:,}", link),
            measure_html(group.measures[name], link),
        )
        for group in groups
    ]
    data = data_table((_("Group"), _("Rows"), _("Value [95%]")), rows, title, link=link)
    caption = (
        _("Lines are 95% intervals."),
        _("Groups marked “few rows” are too small to rely on."),
    )
    return figure(svg, " ".join(caption), data, label=title)


def _label(group: FairnessGroup) -> str:
    name = format_cell(group.name)
    return _("{group} (few rows)").format(group=name) if group.is_small else name


def _dots(groups: Sequence[FairnessGroup], name: str, title: str) -> str:
    measures = [group.measures[name] for group in groups]
    ends = [v for m in measures for v in (m.value, m.low, m.high) if v is not None]
    x = fit_scale(ends or [0.0, 1.0], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(groups)
    lines = []
    for i, (group, measure) in enumerate(zip(groups, measures, strict=True)):
        y = TOP + ROW * (i + 0.5)
        lines.append(
            tag("text", text(_label(group), 28), x=LEFT - 12, y=y + 4, class_="am-row-name")
        )
        if measure.value is None:
            continue
        if measure.low is not None and measure.high is not None:
            position = {
                "x1": x.to_pixel(measure.low),
                "x2": x.to_pixel(measure.high),
                "y1": y,
                "y2": y,
            }
            lines.append(tag("line", **position, class_="am-bar"))
        css_class = "am-dot am-off-front" if group.is_small else "am-dot"
        lines.append(tag("circle", cx=x.to_pixel(measure.value), cy=y, r=5, class_=css_class))
        value = format_number(measure.value, 3)
        lines.append(tag("text", value, x=WIDTH - RIGHT + 12, y=y + 4, class_="am-value"))
    return svg_image(
        x_axis(x, measure_name(name), TOP, bottom),
        join_html(lines),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc="; ".join(
            f"{_label(g)} {format_measure(m)}" for g, m in zip(groups, measures, strict=True)
        ),
    )


SECTION = ReportSection(
    record=Fairness,
    title=lambda: _("Fairness"),
    position=6,
    draw=fairness_section,
)
