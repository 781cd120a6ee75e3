"""part: what every function of a cell has in common.

It keeps its section in the watch and shows it. A section that cannot be made is no failure of the
notebook: the reason is kept instead, and shown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeAlias

from automl_magic.errors import AutomlMagicError
from automl_magic.look.shown import Shown
from automl_magic.monitor.watch import Watch
from automl_magic.records.explanations.explanation import Skipped

P = ParamSpec("P")
Found: TypeAlias = tuple[Any, Shown]


class NotMade(Exception):
    """A section does not apply, or cannot be made; the message is a sentence that says why."""


def part(
    name: str,
) -> Callable[[Callable[Concatenate[Watch, P], Found]], Callable[Concatenate[Watch, P], Shown]]:
    """Make the function of a cell of one that returns a section and what to show of it.

    `name` is that of the section and of the cell. A cell that is run again replaces its section.
    """

    def decorate(
        function: Callable[Concatenate[Watch, P], Found],
    ) -> Callable[Concatenate[Watch, P], Shown]:
        @functools.wraps(function)
        def made(watch: Watch, /, *args: P.args, **options: P.kwargs) -> Shown:
            try:
                section, shows = function(watch, *args, **options)
            except NotMade as reason:
                return skip(watch, name, str(reason))
            except AutomlMagicError:  # somebody wrote a wrong value into the cell
                raise
            except Exception as error:  # noqa: BLE001 - the other sections do not depend on it
                line = str(error).strip().split("\n")[0][:200]
                return skip(watch, name, f"It failed with {type(error).__name__}: {line}")
            watch.skipped.pop(name, None)
            watch.sections[name] = section
            return shows

        return made

    return decorate


def skip(watch: Watch, name: str, why: str) -> Shown:
    """Keep and show why a section is not there."""
    watch.sections.pop(name, None)
    watch.skipped[name] = Skipped(section=name, why=why, cell_id=name)
    return Shown(said=(f"Left out: {why}",))


def check_enough(watch: Watch) -> None:
    """Raise NotMade where the window has too few rows to judge its columns."""
    if why := watch.too_few:
        raise NotMade(why)
