"""The confusion matrix: rows by true and predicted class."""

from __future__ import annotations

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.links import linked_briefly, linked_text, source_attributes
from automl_magic.pages.report.formatting import class_name
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import Confusion


def confusion_section(explanation: Explanation, section: Confusion) -> list[str]:
    """Return the section: a table of counts, shaded by their share of the true class."""
    link = explanation.link(section.cell_id)
    total = sum(map(sum, section.counts))
    n_correct = sum(section.counts[i][i] for i in range(len(section.counts)))
    share = n_correct / total if total else 0.0
    lead = [
        fill(
            ngettext(
                "The model predicts {correct} of {total} row correctly ({percent}).",
                "The model predicts {correct} of {total} rows correctly ({percent}).",
                total,
            ),
            correct=linked_text(f"{n_correct:,}", link),
            total=linked_text(f"{total:,}", link),
            percent=linked_text(f"{share:.1%}", link),
        )
    ]
    if error := _most_frequent_error(explanation, section):
        lead.append(text(error, 300))
    if section.other:
        sentence = ngettext(
            "{n} row of rarer classes isn't shown.",
            "{n} rows of rarer classes aren't shown.",
            section.other,
        )
        lead.append(fill(sentence, n=linked_text(f"{section.other:,}", link)))
    return [
        " ".join(lead),
        scroll_region(_table(explanation, section, link), _("Confusion matrix")),
    ]


def _most_frequent_error(explanation: Explanation, section: Confusion) -> str:
    errors = [
        (count, i, j)
        for i, row in enumerate(section.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    if not errors:
        return ""
    count, i, j = max(errors)
    true, predicted = (class_name(explanation, section.outputs[k]) for k in (i, j))
    return ngettext(
        "Most frequent error: {true} predicted as {predicted} ({n} row).",
        "Most frequent error: {true} predicted as {predicted} ({n} rows).",
        count,
    ).format(true=true, predicted=predicted, n=f"{count:,}")


def _table(explanation: Explanation, section: Confusion, link: CellLink) -> str:
    names = [text(class_name(explanation, output, 24)) for output in section.outputs]
    headings = join_html(tag("th", name, scope="col", class_="am-num") for name in names)
    rows = join_html(
        tag("tr", tag("th", name, scope="row"), _cells(counts, i, link))
        for i, (name, counts) in enumerate(zip(names, section.counts, strict=True))
    )
    caption = _(
        "Rows by true class (down) and predicted class (across). Darker cells are larger shares "
        "of the true class. Correct predictions have a frame."
    )
    corner = tag("td", text(_("true ↓, predicted →")), class_="am-soft")
    return tag(
        "table",
        tag("caption", text(caption)),
        tag("thead", tag("tr", corner, headings)),
        tag("tbody", rows),
        class_="am-confusion",
        **source_attributes(link),
    )


def _cells(counts: tuple[int, ...], diagonal: int, link: CellLink) -> str:
    total = sum(counts) or 1
    return join_html(
        tag(
            "td",
            linked_briefly(f"{count:,}", link),
            tag("small", f" {count / total:.0%}"),
            class_="am-num am-right" if j == diagonal else "am-num",
            style=f"--share:{40 * count / total:.0f}%",
        )
        for j, count in enumerate(counts)
    )


SECTION = ReportSection(
    record=Confusion,
    title=lambda: _("Confusion matrix"),
    position=3,
    draw=confusion_section,
)
