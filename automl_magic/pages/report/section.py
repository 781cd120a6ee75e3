"""ReportSection: a section of the report of an explanation, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import seconds
from automl_magic.pages.links import linked_text
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.section import Section

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, kw_only=True)
class ReportSection(Generic[S]):
    """How one section is shown.

    Attributes
    ----------
    record : type of Section
        What it reads of an explanation.
    title : str
        The question that it answers.
    place : int
        Where it stands on the page.
    draw : callable
        Returns its content as HTML: what it says first, then its figures.
    """

    record: type[S]
    title: str
    place: int
    draw: Callable[[Explanation, S], Sequence[str]]

    @property
    def name(self) -> str:
        return self.record.name

    def block(self, told: Explanation) -> str:
        """Return the section: what it says first, its figures, and how it was made."""
        found = told.section(self.record)
        assert found is not None
        return _block(self.title, self.draw(told, found), found, told.link(found.cell_id))


def _block(title: str, content: Sequence[str], of: Section, link: Link) -> str:
    notes = joined(tag("li", text(note, 600)) for note in of.notes)
    made = (
        f"{text(of.method, 900)} Measured on {linked_text(f'{of.rows:,} rows', link)}: "
        f"{text(of.rows_are, 300)}. It took {linked_text(seconds(of.seconds), link)}."
    )
    how = tag(
        "details",
        tag("summary", f"How this was made{' and what to keep in mind' if notes else ''}"),
        tag("p", made),
        tag("ul", notes) if notes else "",
        class_="am-fold",
    )
    lead, *figures = content
    return tag(
        "section",
        tag("h2", text(title), id=f"{of.cell_id}-title"),
        tag("p", lead) if lead else "",
        *figures,
        how,
        id=of.cell_id,
        aria_labelledby=f"{of.cell_id}-title",
    )


def undrawn_block(told: Explanation, name: str) -> str:
    """Return a section that has no file here: how it was made, and the cell that shows it."""
    document: Any = told.sections[name]
    of = Section(**{one: document[one] for one in Section.__dataclass_fields__ if one in document})
    link = told.link(of.cell_id)
    lead = f"Its numbers are shown by {linked_text('its cell', link)}."
    return _block(title_of(name), [lead], of, link)


def title_of(name: str) -> str:
    """Return the title of a section that has no file here."""
    return name.replace("_", " ").capitalize()
