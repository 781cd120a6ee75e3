"""ROC and precision-recall curves of each class."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import fill, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import data_table, figure
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.formatting import class_name, format_measure, measure_html, tabs
from automl_magic.pages.report.lines import Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import ClassCurves, Curves

MAX_ROWS = 40  # of a table; the curve has all points


def curves_section(explanation: Explanation, section: Curves) -> list[str]:
    """Return the section: both curves of one class at a time."""
    link = explanation.link(section.cell_id)
    ordered = sorted(section.classes, key=lambda curves: curves.output != explanation.output)
    if not ordered:
        return ["", ""]
    first = ordered[0]
    lead = fill(
        _("For {label}, the area under the ROC curve is {auc} (0.5 is chance, 1 is perfect)."),
        label=tag("b", text(class_name(explanation, first.output))),
        auc=measure_html(first.roc.auc, link),
    )
    options = [
        (class_name(explanation, curves.output), _class(explanation, curves, link))
        for curves in ordered
    ]
    return [lead, tabs("curves", _("Class, against all others"), options)]


def _class(explanation: Explanation, curves: ClassCurves, link: CellLink) -> str:
    name = class_name(explanation, curves.output)
    return tag(
        "div", _roc(curves, name, link), _precision_recall(curves, name, link), class_="am-pair"
    )


def _roc(curves: ClassCurves, name: str, link: CellLink) -> str:
    roc, title = curves.roc, _("ROC curve of {label}").format(label=name)
    desc = ngettext(
        "The area is {auc}, from {n} row of the class.",
        "The area is {auc}, from {n} rows of the class.",
        curves.rows,
    ).format(auc=format_measure(roc.auc), n=f"{curves.rows:,}")
    svg = frame((), (), _("False positive rate"), _("True positive rate"), is_share=True).draw(
        [Line((0, 1), (0, 1), "am-dashed"), Line(roc.fpr, roc.tpr, "am-best")],
        title=title,
        desc=desc,
    )
    data = _table(
        (_("Threshold"), _("False positive rate"), _("True positive rate")),
        (roc.thresholds, roc.fpr, roc.tpr),
        title,
        link,
    )
    return figure(svg, f"{desc} {_('The dashed line is chance.')}", data, label=title)


def _precision_recall(curves: ClassCurves, name: str, link: CellLink) -> str:
    curve, title = (
        curves.precision_recall,
        _("Precision-recall curve of {label}").format(label=name),
    )
    desc = _("The average precision is {score}.").format(
        score=format_measure(curve.average_precision)
    )
    order = sorted(range(len(curve.recall)), key=curve.recall.__getitem__)
    svg = frame((), (), _("Recall"), _("Precision"), is_share=True).draw(
        [
            Line((0, 1), (curve.share, curve.share), "am-dashed"),
            Line(
                [curve.recall[i] for i in order],
                [curve.precision[i] for i in order],
                "am-best",
            ),
        ],
        title=title,
        desc=desc,
    )
    data = _table(
        (_("Threshold"), _("Recall"), _("Precision")),
        (curve.thresholds, curve.recall, curve.precision),
        title,
        link,
    )
    chance = _("The dashed line is chance ({score}).").format(score=format_number(curve.share, 3))
    return figure(svg, f"{desc} {chance}", data, label=title)


def _table(
    headings: tuple[str, str, str], columns: Sequence[Sequence[float]], title: str, link: CellLink
) -> str:
    # In scikit-learn, the last point of a precision-recall curve has no threshold.
    points = list(zip(*columns, strict=False))
    step = max(1, -(-len(points) // MAX_ROWS))
    rows = [
        tuple(linked_briefly(format_number(value, 3), link) for value in point)
        for point in points[::step]
    ]
    caption = title
    if step > 1:
        sentence = _("(Every {step}th of {total} points.)")
        caption = f"{title} {sentence.format(step=step, total=len(points))}"
    return data_table(headings, rows, caption, numbers_from=0, link=link)


SECTION = ReportSection(
    record=Curves,
    title=lambda: _("ROC and precision-recall curves"),
    position=1,
    draw=curves_section,
)
