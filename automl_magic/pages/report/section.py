"""ReportSection: one section of the report, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_seconds
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.links import linked_text
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.section import Section

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, kw_only=True)
class ReportSection(Generic[S]):
    """Renders one section of an explanation.

    Attributes
    ----------
    record : type of Section
        The section of the explanation that it renders.
    title : callable
        Returns the title in the reader's language.
    position : int
        The position on the page.
    draw : callable
        Returns the content as HTML: a lead sentence, then figures.
    """

    record: type[S]
    title: Callable[[], str]
    position: int
    draw: Callable[[Explanation, S], Sequence[str]]

    @property
    def name(self) -> str:
        return self.record.name

    def block(self, explanation: Explanation) -> str:
        """Return the section: its lead, its figures, and its method."""
        section = explanation.section(self.record)
        assert section is not None
        content = self.draw(explanation, section)
        return _block(self.title(), content, section, explanation.link(section.cell_id))


def _block(title: str, content: Sequence[str], section: Section, link: CellLink) -> str:
    notes = join_html(tag("li", text(note, 600)) for note in section.notes)
    measured_on = fill(
        ngettext("Measured on {n} row: {which}.", "Measured on {n} rows: {which}.", section.rows),
        n=linked_text(f"{section.rows:,}", link),
        which=text(section.rows_are, 300),
    )
    took = fill(
        _("It took {duration}."), duration=linked_text(format_seconds(section.seconds), link)
    )
    method = tag(
        "details",
        tag("summary", text(_("Method and caveats") if notes else _("Method"))),
        tag("p", f"{text(section.method, 900)} {measured_on} {took}"),
        tag("ul", notes) if notes else "",
        class_="am-fold",
    )
    lead, *figures = content
    return tag(
        "section",
        tag("h2", text(title), id=f"{section.cell_id}-title"),
        tag("p", lead) if lead else "",
        *figures,
        method,
        id=section.cell_id,
        aria_labelledby=f"{section.cell_id}-title",
    )


def fallback_block(explanation: Explanation, name: str) -> str:
    """Return a section that has no renderer: its method, and a link to its cell."""
    document: Any = explanation.sections[name]
    fields = (field for field in Section.__dataclass_fields__ if field in document)
    section = Section(**{field: document[field] for field in fields})
    link = explanation.link(section.cell_id)
    cell = linked_text(section.cell_id, link)
    lead = fill(_("For the numbers, see cell {cell}."), cell=cell)
    return _block(title_of(name), [lead], section, link)


def title_of(name: str) -> str:
    """Return the title of a section that has no renderer."""
    return name.replace("_", " ").capitalize()
