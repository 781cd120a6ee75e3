"""nearest: the search for a counterfactual of one row, from its nearest unlike neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.explain.clock import Deadline
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import plain, rounded
from automl_magic.look.numbers import format_count
from automl_magic.recipe.values import Floats, as_missing
from automl_magic.records.explanations.explained import Change, Counterfactual

POOL, NEIGHBOURS, STEPS_BACK = 2_000, 8, 6


@dataclass(frozen=True)
class Wanted:
    """The answer to be reached: a class, or a value of at least `low` or at most `high`."""

    code: int | None = None
    low: float | None = None
    high: float | None = None


class Search:
    """Looks for counterfactuals among the rows of a table.

    Parameters
    ----------
    changeable : sequence of str
        The columns that may change.
    ranges : mapping
        The least and the largest number that a column may be changed to.

    Raises
    ------
    PlanError
        If a range is none, or its column has no order.
    """

    def __init__(
        self, subject: Subject, changeable: Sequence[str], ranges: Mapping[str, Sequence[float]]
    ) -> None:
        self._subject, self._changeable = subject, list(changeable)
        self._ranges = {name: _range(subject, name, bounds) for name, bounds in ranges.items()}
        self._pool = subject.sample(np.arange(len(subject.y)), POOL, salt=10)
        self._table = subject.rows(self._pool)
        self._said = subject.predict(self._table)
        self._allowed = np.ones(len(self._pool), dtype=bool)
        for name, (low, high) in self._ranges.items():
            order = self._order(name)
            assert order is not None
            self._allowed &= np.isnan(order) | ((order >= low) & (order <= high))

    @property
    def in_words(self) -> str:
        return f"neighbours among {format_count(len(self._pool), 'row')}"

    def find(
        self, position: int, wanted: Wanted, most: int, deadline: Deadline
    ) -> list[Counterfactual]:
        """Return at most so many counterfactuals of a row, the one with the fewest changes first.

        They differ in the columns that they change. At the deadline no new neighbour is begun, but
        one is always tried.
        """
        row = self._subject.rows([position])
        distances = self._distances(position)
        total = np.mean(list(distances.values()), axis=0)
        reached = self._reaches(self._said, wanted) & self._allowed
        near = np.flatnonzero(reached)[np.argsort(total[reached], kind="stable")][:NEIGHBOURS]
        found: dict[tuple[str, ...], Counterfactual] = {}
        for place, neighbour in enumerate(near):
            if place and deadline.is_over:
                break
            changed = self._change(row, int(neighbour), wanted)
            if changed is None:
                continue
            one = self._counterfactual(row, changed, int(neighbour), wanted)
            columns = tuple(change.column for change in one.changes)
            if columns not in found or one.distance < found[columns].distance:
                found[columns] = one
        # What changes more columns than one that it holds is no news.
        kept = [
            one
            for columns, one in found.items()
            if not any(set(other) < set(columns) for other in found)
        ]
        return sorted(kept, key=lambda one: (len(one.changes), one.distance))[:most]

    def _change(self, row: dict[str, Any], neighbour: int, wanted: Wanted) -> dict[str, Any] | None:
        """Return the row with changes, or None if even all of them do not reach what is wanted."""
        differs = [name for name in self._changeable if self._differs(row, neighbour, name)]
        if not differs or not self._holds(self._with(row, neighbour, differs), wanted):
            return None
        taken: list[str] = []
        while True:
            left = [name for name in differs if name not in taken]
            tried = [self._with(row, neighbour, [*taken, name]) for name in left]
            towards = self._towards(_stacked(tried), wanted)
            best = int(np.argmax(towards))
            taken.append(left[best])
            if self._holds(tried[best], wanted):
                break
        for name in taken[:-1]:
            fewer = [other for other in taken if other != name]
            if self._holds(self._with(row, neighbour, fewer), wanted):
                taken = fewer
        changed = self._with(row, neighbour, taken)
        for name in taken:
            self._move_back(row, changed, name, wanted)
        return changed

    def _move_back(
        self, row: dict[str, Any], changed: dict[str, Any], name: str, wanted: Wanted
    ) -> None:
        """Move a number back towards what it was, as far as the answer holds."""
        old, new = row[name], changed[name]
        if old.dtype.kind not in "iuf" or self._order(name) is None:
            return
        if as_missing(old)[0] or as_missing(new)[0]:
            return
        near, far = float(old[0]), float(new[0])
        whole = self._subject_is_whole(name)
        for _ in range(STEPS_BACK):
            middle = (near + far) / 2
            middle = float(round(middle)) if whole else middle
            if middle in (near, far):
                break
            tried = {**changed, name: np.array([middle]).astype(old.dtype)}
            if self._inside(name, middle) and self._holds(tried, wanted):
                far = middle
            else:
                near = middle
        # Few digits are easier to act on, if they do as well.
        for value in (rounded3(far), far):
            tried = {**changed, name: np.array([value]).astype(old.dtype)}
            if self._inside(name, value) and self._holds(tried, wanted):
                changed[name] = tried[name]
                return

    def _subject_is_whole(self, name: str) -> bool:
        return next(one.whole for one in self._subject.ranges if one.name == name)

    def _inside(self, name: str, value: float) -> bool:
        low, high = self._ranges.get(name, (-np.inf, np.inf))
        return low <= value <= high

    def _with(self, row: dict[str, Any], neighbour: int, names: Sequence[str]) -> dict[str, Any]:
        return {**row, **{name: self._table[name][neighbour : neighbour + 1] for name in names}}

    def _differs(self, row: dict[str, Any], neighbour: int, name: str) -> bool:
        return plain(row[name][0]) != plain(self._table[name][neighbour])

    def _holds(self, row: dict[str, Any], wanted: Wanted) -> bool:
        return bool(self._reaches(self._subject.predict(row), wanted)[0])

    def _reaches(self, predicted: Any, wanted: Wanted) -> Any:
        if wanted.code is not None:
            return self._subject.codes(predicted) == wanted.code
        low = -np.inf if wanted.low is None else wanted.low
        high = np.inf if wanted.high is None else wanted.high
        return (predicted >= low) & (predicted <= high)

    def _towards(self, table: dict[str, Any], wanted: Wanted) -> Any:
        predicted = self._subject.predict(table)
        if wanted.code is not None:
            return predicted[:, wanted.code]
        return predicted if wanted.low is not None else -predicted

    def _order(self, name: str) -> Floats | None:
        order = self._subject.order[name]
        return None if order is None else order[self._pool]

    def _distances(self, position: int) -> dict[str, Floats]:
        """Return Gower's distance of the pool's rows from a row, column by column.

        Of a column that may not change none is taken, as its value will be the row's own.
        """
        found = {}
        for name in self._changeable:
            order = self._subject.order[name]
            if order is None:
                own = plain(self._subject.table[name][position])
                values = self._table[name]
                found[name] = np.array([float(plain(value) != own) for value in values])
                continue
            known = order[np.isfinite(order)]
            width = float(np.ptp(known)) if len(known) else 0.0
            apart = np.abs(order[self._pool] - order[position]) / (width or 1.0)
            both_missing = np.isnan(order[self._pool]) & np.isnan(order[position])
            found[name] = np.where(both_missing, 0.0, np.where(np.isnan(apart), 1.0, apart))
        return found

    def _counterfactual(
        self, row: dict[str, Any], changed: dict[str, Any], neighbour: int, wanted: Wanted
    ) -> Counterfactual:
        subject = self._subject
        predicted = subject.predict(changed)
        changes = tuple(
            Change(column=name, was=plain(row[name][0]), becomes=plain(changed[name][0]))
            for name in self._changeable
            if plain(row[name][0]) != plain(changed[name][0])
        )
        if wanted.code is None:
            said: Any = rounded(predicted[0])
            output = said
        else:
            said = plain(subject.recipe.classes[int(subject.codes(predicted)[0])])
            output = rounded(predicted[0, wanted.code])
        return Counterfactual(
            changes=changes,
            prediction=said,
            output=output,
            distance=rounded(self._apart(changes)),
            like_row=int(subject.row_numbers[self._pool[neighbour]]),
        )

    def _apart(self, changes: Sequence[Change]) -> float:
        """Return Gower's distance over all columns."""
        total = 0.0
        for change in changes:
            order = self._subject.order[change.column]
            known = None if order is None else order[np.isfinite(order)]
            numbers = isinstance(change.was, int | float) and isinstance(
                change.becomes, int | float
            )
            if known is None or not numbers or np.ptp(known) == 0:
                total += 1.0
            else:
                total += min(1.0, abs(change.becomes - change.was) / float(np.ptp(known)))
        return total / len(self._subject.columns)


def rounded3(value: float) -> float:
    """Return a number with three digits."""
    return float(f"{value:.3g}")


def _stacked(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _range(subject: Subject, name: str, bounds: Sequence[float]) -> tuple[float, float]:
    in_order = (
        len(bounds) == 2
        and all(isinstance(one, int | float) for one in bounds)
        and bounds[0] <= bounds[1]
    )
    if in_order and subject.order.get(name) is not None:
        return float(bounds[0]), float(bounds[1])
    raise PlanError(
        f"The range of {name!r} cannot be kept.",
        why=f"It is {bounds!r}, and a range is the least and the largest number of a column whose "
        "values have an order.",
        fix="Write it as [low, high] in the counterfactuals cell, for a column of numbers.",
    )
