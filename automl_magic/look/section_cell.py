"""section_cell: what every function of a cell that makes a section of a report has in common.

It takes the time, has its section kept, and shows it. A section that cannot be made is no failure
of the notebook: the reason is kept instead, and shown.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from automl_magic.errors import AutomlMagicError
from automl_magic.look.cell_output import CellOutput

SectionResult: TypeAlias = tuple[Any, CellOutput]


class SectionSkipped(Exception):
    """A section does not apply, or cannot be made; the message is a sentence that says why."""


class SectionKeeper(Protocol):
    """What the cells of a notebook fill, section by section."""

    def keep(self, name: str, section: Any, shows: CellOutput, seconds: float, /) -> CellOutput:
        """Take in a section that took so long, and return what its cell shows of it.

        A cell that is run again replaces its section.
        """

    def skip(self, name: str, why: str) -> None:
        """Take in why a section is not there."""


K = TypeVar("K", bound=SectionKeeper)
P = ParamSpec("P")


def section_cell(
    name: str,
) -> Callable[
    [Callable[Concatenate[K, P], SectionResult]],
    Callable[Concatenate[K, P], CellOutput],
]:
    """Make the function of a cell of one that returns a section and what to show of it.

    `name` is that of the section and of the cell.
    """

    def decorate(
        function: Callable[Concatenate[K, P], SectionResult],
    ) -> Callable[Concatenate[K, P], CellOutput]:
        @functools.wraps(function)
        def cell(keeper: K, /, *args: P.args, **options: P.kwargs) -> CellOutput:
            started = time.perf_counter()
            try:
                section, shows = function(keeper, *args, **options)
            except SectionSkipped as reason:
                return _skip(keeper, name, str(reason))
            except AutomlMagicError:  # somebody wrote a wrong value into the cell
                raise
            except Exception as error:  # noqa: BLE001 - the other sections do not depend on it
                line = str(error).strip().split("\n")[0][:200]
                return _skip(keeper, name, f"It failed with {type(error).__name__}: {line}")
            seconds = round(time.perf_counter() - started, 3)
            return keeper.keep(name, section, shows, seconds)

        return cell

    return decorate


def _skip(keeper: SectionKeeper, name: str, why: str) -> CellOutput:
    keeper.skip(name, why)
    return CellOutput(said=(f"Left out: {why}",))
