"""SHAP values of many rows: feature importance, and a beeswarm chart per output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _
from automl_magic.pages.axes import Scale, fit_scale, x_axis
from automl_magic.pages.figure import data_table, figure, svg_image
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.bars import Bar, bar_figure
from automl_magic.pages.report.formatting import class_name, format_cell, tabs
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.inspection import Beeswarm, Shap

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 220, 24, 38, 12
DOT, SHADES = 3.2, 5
MIN_CORRELATION = 0.3  # absolute rank correlation from which a column has a direction


def shap_section(explanation: Explanation, section: Shap) -> list[str]:
    """Return the section: feature importance as bars, then the beeswarm charts."""
    link = explanation.link(section.cell_id)
    lead = _lead(section, link)
    bars = bar_figure(
        [Bar(c.column, c.mean_abs, c.low, c.high) for c in section.columns],
        title=_("Mean absolute SHAP value by column"),
        axis=_("Mean |SHAP| ({unit})").format(unit=section.unit),
        caption=_("Longer bars change the output more. Lines are 95% intervals."),
        headings=(_("Column"), _("Mean |SHAP| ({unit})").format(unit=section.unit)),
        link=link,
    )
    return [lead, bars, _swarms(explanation, section, link)]


def _lead(section: Shap, link: CellLink) -> str:
    columns = ", ".join(tag("b", text(column.column, 60)) for column in section.columns[:3])
    if not columns:
        return text(_("No column affects the output."))
    gap = linked_text(format_number(section.largest_gap, 2), link)
    accuracy = (
        _("The values are exact (tree SHAP) and add up to within {gap}.")
        if section.exact
        else _("The values are sampled and add up to within {gap}.")
    )
    sentences = (
        fill(_("The most important columns are {columns}."), columns=columns),
        fill(
            _("A SHAP value is a column's contribution to the output ({scale})."),
            scale=text(section.scale, 200),
        ),
        fill(accuracy, gap=gap),
    )
    return " ".join(sentences)


def _swarms(explanation: Explanation, section: Shap, link: CellLink) -> str:
    outputs = list(dict.fromkeys(swarm.output for swarm in section.beeswarms))
    options = [
        (
            class_name(explanation, output),
            _swarm_figure(
                [swarm for swarm in section.beeswarms if swarm.output == output],
                class_name(explanation, output),
                section.unit,
                link,
            ),
        )
        for output in outputs
    ]
    if not options:
        return ""
    return tag("h3", text(_("SHAP values of single rows"))) + tabs("shap", _("Output"), options)


def _swarm_figure(swarms: Sequence[Beeswarm], output: str, unit: str, link: CellLink) -> str:
    values = [value for swarm in swarms for value in swarm.shap]
    x = fit_scale([0.0, *values], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(swarms)
    title = _("SHAP values of single rows for {output}").format(output=output)
    x_name = _("SHAP value ({unit})").format(unit=unit)
    svg = svg_image(
        x_axis(x, x_name, TOP, bottom),
        tag("line", x1=x.to_pixel(0), x2=x.to_pixel(0), y1=TOP, y2=bottom, class_="am-reference"),
        join_html(_swarm(swarm, x, TOP + ROW * (i + 0.5)) for i, swarm in enumerate(swarms)),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc=" ".join(_direction_sentence(swarm) for swarm in swarms),
    )
    rows = [
        (
            text(swarm.column, 80),
            *(
                linked_briefly(format_number(value, 3), link)
                for value in (min(swarm.shap), _median(swarm.shap), max(swarm.shap))
            ),
            text(_direction_text(swarm)),
        )
        for swarm in swarms
        if swarm.shap
    ]
    headings = (_("Column"), _("Lowest"), _("Median"), _("Highest"), _("Direction"))
    caption = (
        _("Each dot is a row. On the left it lowers the output, on the right it raises it."),
        _("Darker dots have higher values in the column."),
        _("Empty dots have missing or unordered values."),
    )
    return figure(svg, " ".join(caption), data_table(headings, rows, title, link=link), label=title)


def _swarm(swarm: Beeswarm, x: Scale, y: float) -> str:
    """Draw the dots of one column, with dots of similar values stacked."""
    slots = [round(x.to_pixel(value) / (2 * DOT)) for value in swarm.shap]
    slot_sizes, n_placed = Counter(slots), Counter[int]()
    dots = []
    for value, slot, position, label in zip(
        swarm.shap, slots, swarm.position, swarm.values, strict=True
    ):
        # Stack many dots more tightly, so that they fit into the column's line.
        spacing = min(2 * DOT, (ROW - 4 * DOT) / max(1, slot_sizes[slot] - 1))
        offset = (n_placed[slot] - (slot_sizes[slot] - 1) / 2) * spacing
        n_placed[slot] += 1
        shade = "none" if position is None else min(SHADES - 1, max(0, int(position * SHADES)))
        dots.append(
            tag(
                "circle",
                tag("title", text(f"{format_cell(label)}: {format_number(value, 3)}")),
                cx=x.to_pixel(value),
                cy=round(y + offset, 1),
                r=DOT,
                class_=f"am-shade-{shade}",
            )
        )
    name = tag("text", text(swarm.column, 28), x=LEFT - 12, y=y + 4, class_="am-row-name")
    return name + join_html(dots)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _direction(swarm: Beeswarm) -> str:
    """Return whether high values "raise" or "lower" the output, or "mixed" or "unordered"."""
    pairs = [(p, s) for p, s in zip(swarm.position, swarm.shap, strict=True) if p is not None]
    if len(pairs) < 3:
        return "unordered"
    correlation = _rank_correlation([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    if abs(correlation) < MIN_CORRELATION:
        return "mixed"
    return "raise" if correlation > 0 else "lower"


def _direction_text(swarm: Beeswarm) -> str:
    match _direction(swarm):
        case "raise":
            return _("high values raise it")
        case "lower":
            return _("high values lower it")
        case "mixed":
            return _("mixed")
    return _("no order")


def _direction_sentence(swarm: Beeswarm) -> str:
    match _direction(swarm):
        case "raise":
            sentence = _("High values of {column} raise the output.")
        case "lower":
            sentence = _("High values of {column} lower the output.")
        case "mixed":
            sentence = _("High values of {column} have a mixed effect.")
        case _unordered:
            sentence = _("The values of {column} have no order.")
    return sentence.format(column=swarm.column)


def _rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    ranks = [_ranks(values) for values in (a, b)]
    means = [sum(r) / len(r) for r in ranks]
    x, y = ([v - m for v in r] for r, m in zip(ranks, means, strict=True))
    size = (sum(v * v for v in x) * sum(v * v for v in y)) ** 0.5
    return sum(p * q for p, q in zip(x, y, strict=True)) / size if size else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    """Return ranks; ties get the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for i in order[start:end]:
            ranks[i] = (start + end - 1) / 2
        start = end
    return ranks


SECTION = ReportSection(
    record=Shap,
    title=lambda: _("SHAP feature importance"),
    position=7,
    draw=shap_section,
)
