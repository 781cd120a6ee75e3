"""What the report's sections share: names, values, headings, and how a section was made."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.links import linked_number
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import Measure


def plain(value: object, limit: int = 60) -> str:
    """Return a value from the data as plain text, not escaped: `missing`, 0.25, a name."""
    match value:
        case None:
            return "missing"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:,.6g}"
        case int():
            return f"{value:,}"
    shown = str(value)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def class_name(told: Explanation, output: int | None, limit: int = 40) -> str:
    """Return the name of an output as plain text: a class, or the value of a regression."""
    if output is None:
        return told.target if len(told.target) <= limit else f"{told.target[: limit - 1]}…"
    label = told.classes[output]
    return plain(str(label) if isinstance(label, float) else label, limit)


def linked_measure(measure: Measure, link: Link, digits: int = 3) -> str:
    """Return `0.91 [0.88, 0.94]` with each number a link; a dash where there is none."""
    if measure.value is None:
        return "–"
    shown = linked_number(measure.value, link, digits)
    if measure.low is None or measure.high is None:
        return shown
    ends = ", ".join(linked_number(end, link, digits) for end in (measure.low, measure.high))
    return f"{shown} [{ends}]"


def measure_text(measure: Measure, digits: int = 3) -> str:
    """Return a measure with its interval as plain text."""
    if measure.value is None:
        return "not known"
    if measure.low is None or measure.high is None:
        return number(measure.value, digits)
    low, high = number(measure.low, digits), number(measure.high, digits)
    return f"{number(measure.value, digits)} [{low}, {high}]"


def choice(name: str, legend: str, options: Sequence[tuple[str, str]]) -> str:
    """Return content of which one is shown at a time, chosen without a script.

    Parameters
    ----------
    name : str
        A word of ours, one for each choice on a page.
    legend : str
        Plain text.
    options : sequence of (label, content)
        The label is plain text, the content HTML. The first stands open.
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
    return tag("fieldset", tag("legend", text(legend, 120)), joined(parts), class_="am-choice")
