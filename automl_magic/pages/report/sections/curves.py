"""ROC and precision-recall curves: how well the model orders the rows, class by class."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.figure import figure, table
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.lines import Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, class_name, linked_measure, measure_text
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import ClassCurves, Curves

MOST_ROWS = 40  # of a table; the curve itself is drawn with all its points


def curves_section(told: Explanation, found: Curves) -> list[str]:
    """Return the section: both curves of one class at a time."""
    link = told.link(found.cell_id)
    order = sorted(found.classes, key=lambda one: one.output != told.output)
    best = order[0] if order else None
    lead = (
        f"For {tag('b', text(class_name(told, best.output)))}, the area under the ROC curve is "
        f"{linked_measure(best.roc.auc, link)}; 0.5 is chance, 1 is perfect."
        if best
        else ""
    )
    options = [(class_name(told, one.output), _class(told, one, link)) for one in order]
    body = choice("curves", "Class, against all others", options) if options else ""
    return [lead, body]


def _class(told: Explanation, one: ClassCurves, link: Link) -> str:
    name = class_name(told, one.output)
    return tag("div", _roc(one, name, link), _precision_recall(one, name, link), class_="am-pair")


def _roc(one: ClassCurves, name: str, link: Link) -> str:
    roc, title = one.roc, f"ROC curve of {name}"
    said = f"Area {measure_text(roc.auc)} over {one.rows:,} rows of the class."
    svg = frame((), (), "false positive rate", "true positive rate", is_share=True).draw(
        [Line((0, 1), (0, 1), "am-dashed"), Line(roc.fpr, roc.tpr, "am-best")],
        title=title,
        desc=said,
    )
    data = _table(
        ("Threshold", "false positive rate", "true positive rate"),
        (roc.thresholds, roc.fpr, roc.tpr),
        title,
        link,
    )
    return figure(svg, f"{said} The dashed line is chance.", data, label=title)


def _precision_recall(one: ClassCurves, name: str, link: Link) -> str:
    found, title = one.precision_recall, f"Precision and recall of {name}"
    said = f"Average precision {measure_text(found.average_precision)}."
    order = sorted(range(len(found.recall)), key=found.recall.__getitem__)
    svg = frame((), (), "recall", "precision", is_share=True).draw(
        [
            Line((0, 1), (found.share, found.share), "am-dashed"),
            Line(
                [found.recall[i] for i in order],
                [found.precision[i] for i in order],
                "am-best",
            ),
        ],
        title=title,
        desc=said,
    )
    data = _table(
        ("Threshold", "recall", "precision"),
        (found.thresholds, found.recall, found.precision),
        title,
        link,
    )
    chance = f"Chance alone would give {number(found.share, 3)}, the dashed line."
    return figure(svg, f"{said} {chance}", data, label=title)


def _table(
    heads: tuple[str, str, str], columns: Sequence[Sequence[float]], title: str, link: Link
) -> str:
    # scikit-learn ends a precision-recall curve with a point that has no threshold.
    points = list(zip(*columns, strict=False))
    step = max(1, -(-len(points) // MOST_ROWS))
    rows = [
        tuple(linked_briefly(number(value, 3), link) for value in point) for point in points[::step]
    ]
    caption = title if step == 1 else f"{title}: every {step}th of {len(points)} points"
    return table(heads, rows, caption, numbers_from=0, link=link)


SECTION = ReportSection(
    record=Curves,
    title="How well does it tell the classes apart?",
    place=1,
    draw=curves_section,
)
