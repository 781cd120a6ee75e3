"""Decision thresholds: the cost curve, confusion matrices, and a table of all thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import fill, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _
from automl_magic.pages.figure import data_table, figure, scroll_region
from automl_magic.pages.links import linked_briefly, linked_number, linked_text
from automl_magic.pages.report.formatting import format_cell, tabs
from automl_magic.pages.report.lines import ChartFrame, Line, Mark, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import ThresholdCurve

SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def thresholds_section(explanation: Explanation, section: ThresholdCurve) -> list[str]:
    """Return the section: the cost curve, and the confusion matrix at some thresholds."""
    link = explanation.link(section.cell_id)
    costs = (
        _("A false positive costs {fp}, a false negative {fn}.")
        if section.costs_were_given
        else _("By default, a false positive costs {fp}, a false negative {fn}.")
    )
    lead = (
        fill(
            _("The model predicts {label} from a probability of {threshold}."),
            label=tag("b", text(format_cell(section.positive))),
            threshold=linked_number(section.chosen, link, 3),
        ),
        fill(
            _(
                "That costs {cost} per row. The lowest cost is {lowest}, at a threshold of "
                "{cheapest}."
            ),
            cost=linked_number(section.chosen_cost_per_row, link, 3),
            lowest=linked_number(section.cheapest_cost_per_row, link, 3),
            cheapest=linked_number(section.cheapest, link, 3),
        ),
        fill(
            costs,
            fp=linked_text(f"{section.cost_false_positive:g}", link),
            fn=linked_text(f"{section.cost_false_negative:g}", link),
        ),
    )
    return [" ".join(lead), _cost_curve(section, link), _matrices(section, link)]


def _cost_curve(section: ThresholdCurve, link: CellLink) -> str:
    title = _("Cost per row by threshold")
    chart = frame((0.0, 1.0), (0.0, *section.cost_per_row), _("Threshold"), _("Cost per row"))
    marks = [Mark(section.chosen, section.chosen_cost_per_row, _("chosen"))]
    if section.cheapest != section.chosen:
        marks.append(Mark(section.cheapest, section.cheapest_cost_per_row, _("cheapest")))
    desc = _(
        "The lowest cost is {lowest}, at {cheapest}. At the chosen threshold {chosen}, it's {cost}."
    ).format(
        lowest=format_number(section.cheapest_cost_per_row, 3),
        cheapest=format_number(section.cheapest, 3),
        chosen=format_number(section.chosen, 3),
        cost=format_number(section.chosen_cost_per_row, 3),
    )
    svg = chart.draw(
        [Line(section.thresholds, section.cost_per_row, "am-best")],
        title=title,
        desc=desc,
        marks=marks,
        more=_marker(chart),
    )
    caption = f"{desc} {_('If the valley is flat, the exact threshold matters little.')}"
    return figure(svg, caption, _all_thresholds(section, link), label=title)


def _marker(chart: ChartFrame) -> str:
    """Return a hidden line that a script moves to a threshold."""
    return tag(
        "line",
        x1=0,
        x2=0,
        y1=chart.y.start,
        y2=chart.y.end,
        visibility="hidden",
        class_="am-marker",
        data_low=chart.x.low,
        data_high=chart.x.high,
        data_start=chart.x.start,
        data_end=chart.x.end,
    )


def _all_thresholds(section: ThresholdCurve, link: CellLink) -> str:
    headings = (
        _("Threshold"),
        _("True positives"),
        _("False positives"),
        _("False negatives"),
        _("True negatives"),
        _("Cost per row"),
    )
    counts = (
        section.true_positives,
        section.false_positives,
        section.false_negatives,
        section.true_negatives,
    )
    rows = [
        (
            linked_briefly(format_number(threshold, 3), link),
            *(linked_briefly(f"{count:,}", link) for count in row_counts),
            linked_briefly(format_number(cost, 3), link),
        )
        for threshold, *row_counts, cost in zip(
            section.thresholds, *counts, section.cost_per_row, strict=True
        )
    ]
    caption = _("Counts and cost for each threshold")
    return data_table(headings, rows, caption, numbers_from=0, id_="every-threshold", link=link)


def _matrices(section: ThresholdCurve, link: CellLink) -> str:
    """Return the confusion matrix at some thresholds. A script adds a slider for all of them."""
    chosen = _("Chosen: {threshold}").format(threshold=format_number(section.chosen, 3))
    thresholds = [(chosen, section.chosen)]
    if section.cheapest != section.chosen:
        cheapest = _("Cheapest: {threshold}").format(threshold=format_number(section.cheapest, 3))
        thresholds.append((cheapest, section.cheapest))
    thresholds += [(format_number(threshold, 2), threshold) for threshold in SHOWN]
    options = [
        (label, _matrix(section, _nearest(section, threshold), link))
        for label, threshold in thresholds
    ]
    slider_text = _(
        "Threshold {threshold}: {tp} true positives, {fp} false positives, {fn} false negatives, "
        "{tn} true negatives, cost {cost} per row."
    )
    return tag("h3", text(_("Confusion matrix at a threshold"))) + tag(
        "div",
        tabs("threshold", _("Threshold"), options),
        class_="am-thresholds",
        data_label=_("Any threshold"),
        data_text=slider_text,
    )


def _nearest(section: ThresholdCurve, threshold: float) -> int:
    values: Sequence[float] = section.thresholds
    return min(range(len(values)), key=lambda i: abs(values[i] - threshold))


def _matrix(section: ThresholdCurve, i: int, link: CellLink) -> str:
    positive = format_cell(section.positive, 40)

    def cell(values: Sequence[int]) -> str:
        return linked_briefly(f"{values[i]:,}", link)

    caption = _("At {threshold}, the cost per row is {cost}.").format(
        threshold=format_number(section.thresholds[i], 3),
        cost=format_number(section.cost_per_row[i], 3),
    )
    rows = [
        (
            text(positive),
            cell(section.true_positives),
            cell(section.false_negatives),
        ),
        (
            text(_("not {label}").format(label=positive)),
            cell(section.false_positives),
            cell(section.true_negatives),
        ),
    ]
    headings = (
        _("True class"),
        _("Predicted {label}").format(label=positive),
        _("Predicted not {label}").format(label=positive),
    )
    matrix = data_table(headings, rows, caption, link=link, class_="am-small")
    return scroll_region(matrix, _("Confusion matrix"))


SECTION = ReportSection(
    record=ThresholdCurve,
    title=lambda: _("Decision threshold"),
    position=2,
    draw=thresholds_section,
)
