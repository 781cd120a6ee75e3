"""part: what every function of a cell has in common.

It takes the time, keeps its section in the subject, and shows it. A section that cannot be made is
no failure of the notebook: the reason is kept instead, and shown.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias

from automl_magic.errors import AutomlMagicError
from automl_magic.look.shown import Shown
from automl_magic.records.explanations.explained import Section
from automl_magic.records.explanations.explanation import Skipped

if TYPE_CHECKING:
    from automl_magic.explain.subject import Subject

P = ParamSpec("P")
Found: TypeAlias = tuple[Any, Shown]


def about(method: str, *, rows: int, rows_are: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what every section says of itself; the cell and the seconds are filled in later."""
    return {
        "cell_id": "",
        "method": method,
        "rows": rows,
        "rows_are": rows_are,
        "seconds": 0.0,
        "notes": tuple(notes),
    }


def on_unseen(subject: Subject, method: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a section says of itself that was measured on rows the models had not seen."""
    unseen = subject.unseen
    return about(method, rows=len(unseen.y), rows_are=unseen.are, notes=notes)


class NotMade(Exception):
    """A section does not apply, or cannot be made; the message is a sentence that says why."""


def part(
    name: str,
) -> Callable[[Callable[Concatenate[Subject, P], Found]], Callable[Concatenate[Subject, P], Shown]]:
    """Make the function of a cell of one that returns a section and what to show of it.

    `name` is that of the section and of the cell; the section's `cell_id` and `seconds` are set
    here.
    """

    def decorate(
        function: Callable[Concatenate[Subject, P], Found],
    ) -> Callable[Concatenate[Subject, P], Shown]:
        @functools.wraps(function)
        def made(subject: Subject, /, *args: P.args, **options: P.kwargs) -> Shown:
            started = time.perf_counter()
            try:
                section, shows = function(subject, *args, **options)
            except NotMade as reason:
                return _skip(subject, name, str(reason))
            except AutomlMagicError:  # somebody wrote a wrong value into the cell
                raise
            except Exception as error:  # noqa: BLE001 - the other sections do not depend on it
                line = str(error).strip().split("\n")[0][:200]
                return _skip(subject, name, f"It failed with {type(error).__name__}: {line}")
            seconds = round(time.perf_counter() - started, 3)
            kept: Section = dataclasses.replace(section, cell_id=name, seconds=seconds)
            subject.keep(name, kept)
            of_rows = f"On {kept.rows_are}, in {seconds:.1f} s. {kept.method}"
            return dataclasses.replace(shows, said=(*shows.said, *kept.notes, of_rows))

        return made

    return decorate


def _skip(subject: Subject, name: str, why: str) -> Shown:
    subject.skip(Skipped(section=name, why=why, cell_id=name))
    return Shown(said=(f"Left out: {why}",))
