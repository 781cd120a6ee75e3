"""Formatting of values, classes and measures, shared by the report's sections."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _
from automl_magic.pages.links import linked_number
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import Measure


def format_cell(value: object, limit: int = 60) -> str:
    """Return a value from the data as plain text, not escaped, such as `0.25` or `missing`."""
    match value:
        case None:
            return _("missing")
        case bool():
            return str(value).lower()
        case float():
            return f"{value:,.6g}"
        case int():
            return f"{value:,}"
    label = str(value)
    return label if len(label) <= limit else f"{label[: limit - 1]}…"


def class_name(explanation: Explanation, output: int | None, limit: int = 40) -> str:
    """Return the name of an output as plain text: a class, or the target of a regression."""
    if output is None:
        return (
            explanation.target
            if len(explanation.target) <= limit
            else f"{explanation.target[: limit - 1]}…"
        )
    label = explanation.classes[output]
    return format_cell(str(label) if isinstance(label, float) else label, limit)


def row_label(row: int, chosen_as: str) -> str:
    """Return the name of a row, with the reason why it was selected."""
    formatted = f"{row:,}"
    match chosen_as:
        case "surest":
            return _("Row {n}, most confident").format(n=formatted)
        case "least_sure":
            return _("Row {n}, least confident").format(n=formatted)
        case "most_wrong":
            return _("Row {n}, largest error").format(n=formatted)
        case "highest":
            return _("Row {n}, highest prediction").format(n=formatted)
        case "lowest":
            return _("Row {n}, lowest prediction").format(n=formatted)
        case "random":
            return _("Row {n}, random").format(n=formatted)
    return _("Row {n}, {reason}").format(n=formatted, reason=chosen_as)


def measure_html(measure: Measure, link: CellLink, digits: int = 3) -> str:
    """Return a measure with its interval as links: `0.91 [0.88, 0.94]`, or a dash."""
    if measure.value is None:
        return "–"
    value = linked_number(measure.value, link, digits)
    if measure.low is None or measure.high is None:
        return value
    ends = ", ".join(linked_number(end, link, digits) for end in (measure.low, measure.high))
    return f"{value} [{ends}]"


def format_measure(measure: Measure, digits: int = 3) -> str:
    """Return a measure with its interval as plain text."""
    if measure.value is None:
        return _("unknown")
    if measure.low is None or measure.high is None:
        return format_number(measure.value, digits)
    low, high = format_number(measure.low, digits), format_number(measure.high, digits)
    return f"{format_number(measure.value, digits)} [{low}, {high}]"


def tabs(name: str, legend: str, options: Sequence[tuple[str, str]]) -> str:
    """Return tabs, which work without a script.

    Parameters
    ----------
    name : str
        A name that's unique on the page.
    legend : str
        Plain text.
    options : sequence of (label, content)
        The label is plain text, the content HTML. The first option is open.
    """
    if len(options) == 1:
        return options[0][1]
    parts = [
        tag(
            "input",
            type="radio",
            name=f"choice-{name}",
            id=f"choice-{name}-{i}",
            checked="" if i == 0 else None,
        )
        + tag("label", text(label, 60), for_=f"choice-{name}-{i}")
        + tag("div", content, class_="am-panel")
        for i, (label, content) in enumerate(options)
    ]
    return tag("fieldset", tag("legend", text(legend, 120)), join_html(parts), class_="am-choice")
