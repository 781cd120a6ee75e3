"""Judges what a door answers: the predictions of training, a refusal by name, or neither."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from automl_magic.errors import AutomlMagicError
from tests.variants.answers import Refused
from tests.variants.doors import Door
from tests.variants.models import Trained
from tests.variants.variant import AXES, Variant

TOLERANCE = 1e-9


class Verdict(StrEnum):
    EQUAL = "equal"
    REFUSED = "refused"
    SILENT = "silent"  # another prediction, and nobody says so
    UNNAMED = "unnamed"  # refused, but not because of a column that can be misread
    CRASHED = "crashed"  # an exception that isn't for people


GOOD = (Verdict.EQUAL, Verdict.REFUSED)


@dataclass(frozen=True)
class Case:
    """A variant of a training table at a door, and the verdict."""

    door: str
    training: str
    task: str
    variant: Variant
    differs: dict[str, str]
    verdict: Verdict
    detail: str = ""

    def __str__(self) -> str:
        written = ", ".join(f"{axis}={value}" for axis, value in self.differs.items())
        return (
            f"{self.verdict}: {self.door} <- {self.training}/{self.task}, "
            f"seed {self.variant.seed}, {written or 'as trained'}: {self.detail}"
        )


def judge(door: Door, trained: Trained, variant: Variant, folder: Path) -> Case:
    """Ask a door and judge its answer."""
    may_name = variant.may_name(trained.variant, as_rows=door.takes_rows)
    if variant.types in door.rounds:
        may_name.add("device")

    def case(verdict: Verdict, detail: str = "") -> Case:
        differs = variant.differs(trained.variant)
        return Case(door.name, trained.name, trained.task, variant, differs, verdict, detail)

    def refusal(text: str) -> Case:
        is_named = any(
            quoted in text
            for name in may_name
            for quoted in (f"'{name}'", f'"{name}"', f"field: {name}\n", f"field: {name};")
        )
        return case(Verdict.REFUSED if is_named else Verdict.UNNAMED, " ".join(text.split())[:300])

    try:
        answer = door.ask(trained, variant, folder)
    except (Refused, AutomlMagicError) as error:
        return refusal(str(error))
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        return case(Verdict.CRASHED, f"{type(error).__name__}: {str(error)[:200]} ({where})")
    wrong, worst, refusals = [], 0.0, []
    expected = _expected(door, trained, variant)
    for position, row in zip(answer.positions, answer.rows, strict=True):
        if isinstance(row, Refused):
            refusals.append(str(row))
            continue
        scale = max(1.0, float(np.max(np.abs(expected[position]))))
        difference = float(np.max(np.abs(np.asarray(row, float) - expected[position]))) / scale
        if not difference <= TOLERANCE:
            wrong.append(position)
            worst = max(worst, difference)
    if wrong:
        return case(
            Verdict.SILENT, f"{len(wrong)} of {len(answer.rows)} rows differ, by {worst:.3g}"
        )
    unnamed = [text for text in refusals if refusal(text).verdict is Verdict.UNNAMED]
    if refusals:
        return refusal((unnamed or refusals)[0])
    return case(Verdict.EQUAL)


def _expected(door: Door, trained: Trained, variant: Variant) -> np.ndarray:
    if variant.absent == "none":
        return trained.expected_served if door.is_compiled else trained.expected
    # A row without a field that training had blank is a row with a blank.
    if door.is_compiled:
        return trained.expected_served_without(variant.absent)
    return trained.expected_without(variant.absent)


@dataclass
class Tally:
    """The verdicts of many cases, as a table."""

    cases: list[Case] = field(default_factory=list)

    def add(self, case: Case) -> None:
        self.cases.append(case)

    @property
    def bad(self) -> list[Case]:
        return [case for case in self.cases if case.verdict not in GOOD]

    def __str__(self) -> str:
        by_door: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
        by_axis: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
        for case in self.cases:
            by_door[case.door][case.verdict] += 1
            for axis, value in case.differs.items():
                by_axis[f"{axis}={value}"][case.verdict] += 1
        order = {
            f"{axis}={value}": i
            for i, (axis, value) in enumerate(
                (axis, value) for axis, values in AXES.items() for value in values
            )
        }
        lines = ["door or axis".ljust(40) + "".join(verdict.rjust(9) for verdict in Verdict)]
        for name, counts in (
            *sorted(by_door.items()),
            *sorted(by_axis.items(), key=lambda item: order[item[0]]),
            ("all", Counter(case.verdict for case in self.cases)),
        ):
            lines.append(
                name[:39].ljust(40) + "".join(str(counts[v] or ".").rjust(9) for v in Verdict)
            )
        return "\n".join(lines)
