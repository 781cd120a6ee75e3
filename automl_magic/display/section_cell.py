"""section_cell: decorates the function of a cell that computes a section of a report.

The decorated function measures its time, stores the section and shows it. If the section can't be
computed, it stores and shows the reason instead, so that the notebook continues.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from automl_magic.display.cell_output import CellOutput
from automl_magic.errors import AutomlMagicError
from automl_magic.records.codec import Record, find_non_finite

SectionResult: TypeAlias = tuple[object, CellOutput]


class SectionSkipped(Exception):
    """A section doesn't apply or can't be computed. The message is a sentence with the reason."""


class SectionStore(Protocol):
    """Stores the sections that the cells of a notebook compute."""

    def add_section(
        self, name: str, section: Any, output: CellOutput, seconds: float, /
    ) -> CellOutput:
        """Store a section and its time in seconds, and return the output of its cell.

        If the cell runs again, the new section replaces the old one.
        """

    def skip_section(self, name: str, why: str) -> None:
        """Store the reason why a section was skipped."""


K = TypeVar("K", bound=SectionStore)
P = ParamSpec("P")


def section_cell(
    name: str,
) -> Callable[
    [Callable[Concatenate[K, P], SectionResult]],
    Callable[Concatenate[K, P], CellOutput],
]:
    """Decorate a function that returns a section and its output.

    `name` is the name of the section and of its cell.
    """

    def decorate(
        function: Callable[Concatenate[K, P], SectionResult],
    ) -> Callable[Concatenate[K, P], CellOutput]:
        @functools.wraps(function)
        def cell(keeper: K, /, *args: P.args, **options: P.kwargs) -> CellOutput:
            started = time.perf_counter()
            try:
                section, output = function(keeper, *args, **options)
            except SectionSkipped as reason:
                return _skip(keeper, name, str(reason))
            except AutomlMagicError:  # the cell has an invalid value
                raise
            except Exception as error:  # noqa: BLE001 - the other sections don't depend on it
                line = str(error).strip().split("\n")[0][:200]
                return _skip(keeper, name, f"It failed with {type(error).__name__}: {line}")
            if isinstance(section, Record) and (path := find_non_finite(section.to_json())):
                value = ".".join(map(str, path))
                return _skip(keeper, name, f"Its value {value!r} is undefined or too large.")
            seconds = round(time.perf_counter() - started, 3)
            return keeper.add_section(name, section, output, seconds)

        return cell

    return decorate


def _skip(keeper: SectionStore, name: str, why: str) -> CellOutput:
    keeper.skip_section(name, why)
    return CellOutput(notes=(f"Skipped: {why}",))
