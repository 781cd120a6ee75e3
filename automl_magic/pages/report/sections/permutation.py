"""Permutation importance: how much worse the metric gets if a column is shuffled."""

from __future__ import annotations

from automl_magic.display.html import fill, tag, text
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.links import linked_number
from automl_magic.pages.report.bars import Bar, bar_figure
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import Explanation
from automl_magic.records.explanations.inspection import PermutationImportance


def permutation_section(explanation: Explanation, section: PermutationImportance) -> list[str]:
    """Return the section: a bar per column."""
    link = explanation.link(section.cell_id)
    important = [column for column in section.columns if column.low > 0]
    names = ", ".join(tag("b", text(column.column, 60)) for column in important[:3])
    if len(important) > 3:
        summary = fill(
            _(
                "The model needs {columns} and others: shuffling one of them makes it "
                "significantly worse."
            ),
            columns=names,
        )
    elif important:
        summary = fill(
            _("The model needs {columns}: shuffling one of them makes it significantly worse."),
            columns=names,
        )
    else:
        summary = text(_("No single column matters beyond chance: others carry its information."))
    baseline = fill(
        _("Without shuffling, {metric} is {score} on these rows."),
        metric=text(section.metric, 60),
        score=linked_number(section.score, link),
    )
    caption = (
        ngettext(
            "Result of {n} shuffle, with its 95% interval. If the interval includes zero, the "
            "effect may be chance.",
            "Mean of {n} shuffles, with its 95% interval. If the interval includes zero, the "
            "effect may be chance.",
            section.repeats,
        ).format(n=section.repeats),
        _("Columns with the same information replace each other, so none of them looks important."),
    )
    bars = bar_figure(
        [Bar(c.column, c.increase, c.low, c.high) for c in section.columns],
        title=_("Loss of {metric} if a column is shuffled").format(metric=section.metric),
        axis=_("Loss of {metric}").format(metric=section.metric),
        caption=" ".join(caption),
        headings=(_("Column"), _("Loss")),
        link=link,
    )
    return [f"{summary} {baseline}", bars]


SECTION = ReportSection(
    record=PermutationImportance,
    title=lambda: _("Permutation importance"),
    position=8,
    draw=permutation_section,
)
