"""SHAP over many rows: how far each column moves the output, and which way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.axes import Scale, scale_of, x_axis
from automl_magic.pages.figure import figure, picture, table
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.bars import Bar, bar_figure
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, class_name, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.explained import Beeswarm, Shap

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 220, 24, 38, 12
DOT, SHADES = 3.2, 5
CLEAR = 0.3  # a rank correlation from here on is said to have a direction


def shap_section(told: Explanation, found: Shap) -> list[str]:
    """Return the section: importance as bars, then every row as a dot."""
    link = told.link(found.cell_id)
    top = [column.column for column in found.columns[:3]]
    how = "exact, from the trees' own paths" if found.exact else "sampled"
    names = ", ".join(tag("b", text(name, 60)) for name in top)
    lead = (
        f"Most moved by {names}. Each value says what a column adds to the output "
        f"({text(found.scale, 200)}); they are {how}, and add up to within "
        f"{linked_text(number(found.largest_gap, 2), link)}."
        if top
        else "The model reads no column that moves it."
    )
    bars = bar_figure(
        [Bar(c.column, c.mean_abs, c.low, c.high) for c in found.columns],
        title="Mean absolute SHAP value by column",
        axis=f"mean |SHAP|, {found.unit}",
        said="A longer bar moves the output further; the line is the 95 % interval.",
        heads=("Column", f"mean |SHAP| ({found.unit})"),
        link=link,
    )
    return [lead, bars, _swarms(told, found, link)]


def _swarms(told: Explanation, found: Shap, link: Link) -> str:
    outputs = list(dict.fromkeys(swarm.output for swarm in found.beeswarms))
    options = [
        (
            class_name(told, output),
            _swarm_figure(
                [swarm for swarm in found.beeswarms if swarm.output == output],
                class_name(told, output),
                found.unit,
                link,
            ),
        )
        for output in outputs
    ]
    if not options:
        return ""
    return tag("h3", "Every row as a dot") + choice("shap", "What is explained", options)


def _swarm_figure(swarms: Sequence[Beeswarm], of: str, unit: str, link: Link) -> str:
    values = [value for swarm in swarms for value in swarm.shap]
    x = scale_of([0.0, *values], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(swarms)
    title = f"SHAP values of single rows for {of}"
    svg = picture(
        x_axis(x, f"SHAP value, {unit}: left lowers, right raises the output", TOP, bottom),
        tag("line", x1=x.at(0), x2=x.at(0), y1=TOP, y2=bottom, class_="am-reference"),
        joined(_swarm(swarm, x, TOP + ROW * (i + 0.5)) for i, swarm in enumerate(swarms)),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc=". ".join(f"{swarm.column}: {_direction(swarm)}" for swarm in swarms),
    )
    rows = [
        (
            text(swarm.column, 80),
            *(
                linked_briefly(number(value, 3), link)
                for value in (min(swarm.shap), _middle(swarm.shap), max(swarm.shap))
            ),
            text(_direction(swarm)),
        )
        for swarm in swarms
        if swarm.shap
    ]
    heads = ("Column", "lowest", "median", "highest", "direction")
    said = (
        "A dot is a row. The stronger its colour, the higher the value that it has in the column; "
        "an empty dot has a value without an order, or none."
    )
    return figure(svg, said, table(heads, rows, title, link=link), label=title)


def _swarm(swarm: Beeswarm, x: Scale, y: float) -> str:
    """Draw the dots of one column, those at about the same place above one another."""
    slots = [round(x.at(value) / (2 * DOT)) for value in swarm.shap]
    crowd, taken = Counter(slots), Counter[int]()
    dots = []
    for value, slot, position, shown in zip(
        swarm.shap, slots, swarm.position, swarm.shown, strict=True
    ):
        # Where there are many, they stand closer, so that a column keeps to its own line.
        apart = min(2 * DOT, (ROW - 4 * DOT) / max(1, crowd[slot] - 1))
        offset = (taken[slot] - (crowd[slot] - 1) / 2) * apart
        taken[slot] += 1
        shade = "none" if position is None else min(SHADES - 1, max(0, int(position * SHADES)))
        dots.append(
            tag(
                "circle",
                tag("title", text(f"{plain(shown)}: {number(value, 3)}")),
                cx=x.at(value),
                cy=round(y + offset, 1),
                r=DOT,
                class_=f"am-shade-{shade}",
            )
        )
    name = tag("text", text(swarm.column, 28), x=LEFT - 12, y=y + 4, class_="am-row-name")
    return name + joined(dots)


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _direction(swarm: Beeswarm) -> str:
    """Say in words what the shades say: whether high values raise or lower the output."""
    pairs = [(p, s) for p, s in zip(swarm.position, swarm.shap, strict=True) if p is not None]
    if len(pairs) < 3:
        return "no order"
    rank = _correlation([p for p, _ in pairs], [s for _, s in pairs])
    if abs(rank) < CLEAR:
        return "mixed"
    return "high values raise" if rank > 0 else "high values lower"


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    ranks = [_ranks(values) for values in (a, b)]
    means = [sum(r) / len(r) for r in ranks]
    x, y = ([v - m for v in r] for r, m in zip(ranks, means, strict=True))
    size = (sum(v * v for v in x) * sum(v * v for v in y)) ** 0.5
    return sum(p * q for p, q in zip(x, y, strict=True)) / size if size else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    """Return ranks; equal values share the mean of theirs."""
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
    title="Which columns move it, and how far",
    place=7,
    draw=shap_section,
)
