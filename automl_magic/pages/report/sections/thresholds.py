"""The threshold: four counts and a cost for each, the cost curve, and the matrix at some."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.figure import figure, scrolling, table
from automl_magic.pages.links import linked_briefly, linked_number, linked_text
from automl_magic.pages.report.lines import Frame, Line, Mark, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import Thresholds

SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def thresholds_section(told: Explanation, found: Thresholds) -> list[str]:
    """Return the section: the cost curve, the matrix at some thresholds, the table of all."""
    link = told.link(found.cell_id)
    costs = (
        f"A false positive costs {linked_text(f'{found.cost_false_positive:g}', link)}, a false "
        f"negative {linked_text(f'{found.cost_false_negative:g}', link)}"
        f"{', as the experiment says' if found.costs_were_given else ': nobody named the costs'}."
    )
    lead = (
        f"From a probability of {linked_number(found.chosen, link, 3)} on, the model says "
        f"{tag('b', text(plain(found.positive)))}. That costs "
        f"{linked_number(found.chosen_cost_per_row, link, 3)} per row; the least on these rows, "
        f"{linked_number(found.cheapest_cost_per_row, link, 3)}, is at "
        f"{linked_number(found.cheapest, link, 3)}. {costs}"
    )
    return [lead, _cost_curve(found, link), _matrices(found, link)]


def _cost_curve(found: Thresholds, link: Link) -> str:
    title = "Cost per row by threshold"
    shown = frame((0.0, 1.0), (0.0, *found.cost_per_row), "threshold", "cost per row")
    marks = [Mark(found.chosen, found.chosen_cost_per_row, "chosen")]
    if found.cheapest != found.chosen:
        marks.append(Mark(found.cheapest, found.cheapest_cost_per_row, "cheapest"))
    desc = (
        f"Least {number(found.cheapest_cost_per_row, 3)} at {number(found.cheapest, 3)}; "
        f"{number(found.chosen_cost_per_row, 3)} at the chosen {number(found.chosen, 3)}"
    )
    svg = shown.draw(
        [Line(found.thresholds, found.cost_per_row, "am-best")],
        title=title,
        desc=desc,
        marks=marks,
        more=_marker(shown),
    )
    said = f"{desc}. A flat valley means that the exact threshold matters little."
    return figure(svg, said, _every(found, link), label=title)


def _marker(shown: Frame) -> str:
    """Return the line that a script moves to a threshold; without one it stays away."""
    return tag(
        "line",
        x1=0,
        x2=0,
        y1=shown.y.start,
        y2=shown.y.end,
        visibility="hidden",
        class_="am-marker",
        data_low=shown.x.low,
        data_high=shown.x.high,
        data_start=shown.x.start,
        data_end=shown.x.end,
    )


def _every(found: Thresholds, link: Link) -> str:
    heads = (
        "Threshold",
        "true positives",
        "false positives",
        "false negatives",
        "true negatives",
        "cost per row",
    )
    counts = (
        found.true_positives,
        found.false_positives,
        found.false_negatives,
        found.true_negatives,
    )
    rows = [
        (
            linked_briefly(number(at, 3), link),
            *(linked_briefly(f"{count:,}", link) for count in of),
            linked_briefly(number(cost, 3), link),
        )
        for at, *of, cost in zip(found.thresholds, *counts, found.cost_per_row, strict=True)
    ]
    caption = "Rows by what is said and what is true, for each threshold"
    return table(heads, rows, caption, numbers_from=0, id_="every-threshold", link=link)


def _matrices(found: Thresholds, link: Link) -> str:
    """Return the matrix at some thresholds; a script, where there is one, offers all of them."""
    wanted = [(f"chosen, {number(found.chosen, 3)}", _nearest(found, found.chosen))]
    if found.cheapest != found.chosen:
        at = _nearest(found, found.cheapest)
        wanted.append((f"cheapest, {number(found.cheapest, 3)}", at))
    wanted += [(number(at, 2), _nearest(found, at)) for at in SHOWN]
    options = [(label, _matrix(found, i, link)) for label, i in wanted]
    return tag("h3", "Right and wrong at a threshold") + tag(
        "div", choice("threshold", "Threshold", options), class_="am-thresholds"
    )


def _nearest(found: Thresholds, wanted: float) -> int:
    values: Sequence[float] = found.thresholds
    return min(range(len(values)), key=lambda i: abs(values[i] - wanted))


def _matrix(found: Thresholds, i: int, link: Link) -> str:
    positive = plain(found.positive, 40)
    cell = lambda values: linked_briefly(f"{values[i]:,}", link)  # noqa: E731
    said = (
        f"At {number(found.thresholds[i], 3)} the cost per row is "
        f"{number(found.cost_per_row[i], 3)}"
    )
    rows = [
        (f"is {text(positive)}", cell(found.true_positives), cell(found.false_negatives)),
        (f"is not {text(positive)}", cell(found.false_positives), cell(found.true_negatives)),
    ]
    heads = ("Truth", f"said {positive}", f"said not {positive}")
    return scrolling(table(heads, rows, said, link=link, class_="am-small"), "Right and wrong")


SECTION = ReportSection(
    record=Thresholds,
    title="Where to draw the line, and what mistakes cost",
    place=2,
    draw=thresholds_section,
)
