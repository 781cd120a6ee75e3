"""Search for counterfactuals of a row among its nearest unlike neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.display.numbers import format_count
from automl_magic.errors import PlanError
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import JsonScalar, round_number, to_json_value
from automl_magic.explain.time_budget import SectionDeadline
from automl_magic.recipe.values import Array, Floats, missing_mask
from automl_magic.records.explanations.inspection import Counterfactual, FeatureChange

POOL, NEIGHBOURS, STEPS_BACK = 2_000, 8, 6


@dataclass(frozen=True)
class DesiredOutcome:
    """The desired prediction: a class, or a value of at least `low` or at most `high`."""

    code: int | None = None
    low: float | None = None
    high: float | None = None


class CounterfactualSearch:
    """Searches for counterfactuals among the rows of a table.

    Parameters
    ----------
    changeable : sequence of str
        The columns that can change.
    ranges : mapping of str to (low, high)
        The allowed range of a column.

    Raises
    ------
    PlanError
        If a range is invalid, or its column has no order.
    """

    def __init__(
        self, explainer: Explainer, changeable: Sequence[str], ranges: Mapping[str, Sequence[float]]
    ) -> None:
        self._explainer, self._changeable = explainer, list(changeable)
        self._ranges = {name: _range(explainer, name, bounds) for name, bounds in ranges.items()}
        self._pool = explainer.sample(np.arange(len(explainer.y)), POOL, salt=10)
        self._table = explainer.rows(self._pool)
        self._predicted = explainer.predict(self._table)
        self._allowed = np.ones(len(self._pool), dtype=bool)
        for name, (low, high) in self._ranges.items():
            order = self._order(name)
            assert order is not None
            self._allowed &= np.isnan(order) | ((order >= low) & (order <= high))

    @property
    def in_words(self) -> str:
        return f"neighbours among {format_count(len(self._pool), 'row')}"

    def find(
        self, position: int, desired: DesiredOutcome, limit: int, deadline: SectionDeadline
    ) -> list[Counterfactual]:
        """Return at most `limit` counterfactuals of a row, those with the fewest changes first.

        Each changes a different set of columns. The search stops at the deadline, but always tries
        one neighbour.
        """
        row = self._explainer.rows([position])
        distances = self._distances(position)
        total = np.mean(list(distances.values()), axis=0)
        reached = self._reaches(self._predicted, desired) & self._allowed
        neighbours = np.flatnonzero(reached)[np.argsort(total[reached], kind="stable")][:NEIGHBOURS]
        by_columns: dict[tuple[str, ...], Counterfactual] = {}
        for index, neighbour in enumerate(neighbours):
            if index and deadline.has_passed:
                break
            changed = self._change(row, int(neighbour), desired)
            if changed is None:
                continue
            counterfactual = self._counterfactual(row, changed, int(neighbour), desired)
            columns = tuple(change.column for change in counterfactual.changes)
            if columns not in by_columns or counterfactual.distance < by_columns[columns].distance:
                by_columns[columns] = counterfactual
        # Drop counterfactuals that change a superset of another one's columns.
        minimal = [
            counterfactual
            for columns, counterfactual in by_columns.items()
            if not any(set(other) < set(columns) for other in by_columns)
        ]
        return sorted(
            minimal,
            key=lambda counterfactual: (len(counterfactual.changes), counterfactual.distance),
        )[:limit]

    def _change(
        self, row: dict[str, Array], neighbour: int, desired: DesiredOutcome
    ) -> dict[str, Array] | None:
        """Return the changed row, or None if no changes reach the desired prediction."""
        different = [name for name in self._changeable if self._differs(row, neighbour, name)]
        if not different or not self._holds(self._with(row, neighbour, different), desired):
            return None
        changed_columns: list[str] = []
        while True:
            remaining = [name for name in different if name not in changed_columns]
            candidates = [
                self._with(row, neighbour, [*changed_columns, name]) for name in remaining
            ]
            progress = self._progress(_stacked(candidates), desired)
            best = int(np.argmax(progress))
            changed_columns.append(remaining[best])
            if self._holds(candidates[best], desired):
                break
        for name in changed_columns[:-1]:
            fewer = [other for other in changed_columns if other != name]
            if self._holds(self._with(row, neighbour, fewer), desired):
                changed_columns = fewer
        changed = self._with(row, neighbour, changed_columns)
        for name in changed_columns:
            self._move_back(row, changed, name, desired)
        return changed

    def _move_back(
        self, row: dict[str, Array], changed: dict[str, Array], name: str, desired: DesiredOutcome
    ) -> None:
        """Move a number back towards the old value, as far as the prediction holds."""
        old, new = row[name], changed[name]
        if old.dtype.kind not in "iuf" or self._order(name) is None:
            return
        if missing_mask(old)[0] or missing_mask(new)[0]:
            return
        lower_end, far = float(old[0]), float(new[0])
        is_integer = self._is_integer(name)
        for _ in range(STEPS_BACK):
            middle = (lower_end + far) / 2
            middle = float(round(middle)) if is_integer else middle
            if middle in (lower_end, far):
                break
            candidate = {**changed, name: np.array([middle]).astype(old.dtype)}
            if self._in_range(name, middle) and self._holds(candidate, desired):
                far = middle
            else:
                lower_end = middle
        # Prefer a value with few digits if it works.
        for value in (round_to_3_digits(far), far):
            candidate = {**changed, name: np.array([value]).astype(old.dtype)}
            if self._in_range(name, value) and self._holds(candidate, desired):
                changed[name] = candidate[name]
                return

    def _is_integer(self, name: str) -> bool:
        return next(column.is_integer for column in self._explainer.ranges if column.name == name)

    def _in_range(self, name: str, value: float) -> bool:
        low, high = self._ranges.get(name, (-np.inf, np.inf))
        return low <= value <= high

    def _with(
        self, row: dict[str, Array], neighbour: int, names: Sequence[str]
    ) -> dict[str, Array]:
        return {**row, **{name: self._table[name][neighbour : neighbour + 1] for name in names}}

    def _differs(self, row: dict[str, Array], neighbour: int, name: str) -> bool:
        return to_json_value(row[name][0]) != to_json_value(self._table[name][neighbour])

    def _holds(self, row: dict[str, Array], desired: DesiredOutcome) -> bool:
        return bool(self._reaches(self._explainer.predict(row), desired)[0])

    def _reaches(self, predicted: Floats, desired: DesiredOutcome) -> NDArray[np.bool_]:
        if desired.code is not None:
            return self._explainer.codes(predicted) == desired.code
        low = -np.inf if desired.low is None else desired.low
        high = np.inf if desired.high is None else desired.high
        return (predicted >= low) & (predicted <= high)

    def _progress(self, table: dict[str, Array], desired: DesiredOutcome) -> Floats:
        predicted = self._explainer.predict(table)
        if desired.code is not None:
            return predicted[:, desired.code]
        return predicted if desired.low is not None else -predicted

    def _order(self, name: str) -> Floats | None:
        order = self._explainer.order[name]
        return None if order is None else order[self._pool]

    def _distances(self, position: int) -> dict[str, Floats]:
        """Return the Gower distances between the pool's rows and a row, by changeable column."""
        distances = {}
        for name in self._changeable:
            order = self._explainer.order[name]
            if order is None:
                own = to_json_value(self._explainer.table[name][position])
                values = self._table[name]
                distances[name] = np.array([float(to_json_value(value) != own) for value in values])
                continue
            finite = order[np.isfinite(order)]
            span = float(np.ptp(finite)) if len(finite) else 0.0
            distance = np.abs(order[self._pool] - order[position]) / (span or 1.0)
            both_missing = np.isnan(order[self._pool]) & np.isnan(order[position])
            distances[name] = np.where(
                both_missing, 0.0, np.where(np.isnan(distance), 1.0, distance)
            )
        return distances

    def _counterfactual(
        self,
        row: dict[str, Array],
        changed: dict[str, Array],
        neighbour: int,
        desired: DesiredOutcome,
    ) -> Counterfactual:
        explainer = self._explainer
        predicted = explainer.predict(changed)
        changes = tuple(
            FeatureChange(
                column=name,
                was=to_json_value(row[name][0]),
                becomes=to_json_value(changed[name][0]),
            )
            for name in self._changeable
            if to_json_value(row[name][0]) != to_json_value(changed[name][0])
        )
        if desired.code is None:
            output = round_number(predicted[0])
            prediction: JsonScalar = output
        else:
            prediction = to_json_value(explainer.recipe.classes[int(explainer.codes(predicted)[0])])
            output = round_number(predicted[0, desired.code])
        return Counterfactual(
            changes=changes,
            prediction=prediction,
            output=output,
            distance=round_number(self._total_distance(changes)),
            like_row=int(explainer.row_numbers[self._pool[neighbour]]),
        )

    def _total_distance(self, changes: Sequence[FeatureChange]) -> float:
        """Return the Gower distance over all columns."""
        total = 0.0
        for change in changes:
            order = self._explainer.order[change.column]
            finite = None if order is None else order[np.isfinite(order)]
            are_numbers = isinstance(change.was, int | float) and isinstance(
                change.becomes, int | float
            )
            if finite is None or not are_numbers or np.ptp(finite) == 0:
                total += 1.0
            else:
                total += min(1.0, abs(change.becomes - change.was) / float(np.ptp(finite)))
        return total / len(self._explainer.columns)


def round_to_3_digits(value: float) -> float:
    """Return a number rounded to three significant digits."""
    return float(f"{value:.3g}")


def _stacked(rows: Sequence[dict[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _range(explainer: Explainer, name: str, bounds: Sequence[float]) -> tuple[float, float]:
    in_order = (
        len(bounds) == 2
        and all(isinstance(bound, int | float) for bound in bounds)
        and bounds[0] <= bounds[1]
    )
    if in_order and explainer.order.get(name) is not None:
        return float(bounds[0]), float(bounds[1])
    raise PlanError(
        f"The range of {name!r} is invalid.",
        why=f"It's {bounds!r}. A range needs a low and a high number, and an ordered column.",
        fix="Set it to [low, high] in the counterfactuals cell, for a numeric column.",
    )
