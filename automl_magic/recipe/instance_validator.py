"""instance_validator: validate instances of requests against the input schema of a model.

The schema is compiled once. Most values pass one quick comparison. The others go to the column's
checker, which converts them or describes the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from automl_magic.errors import DataError, closest_match, shorten
from automl_magic.recipe.column_rules import (
    CheckedValue,
    ValueChecker,
    number_range,
    quick_check_for,
    short_value,
    value_checker_for,
)
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import InputChecks, InputPolicy

MAX_PROBLEMS = 20

Detail = dict[str, str]


class InvalidInstance(DataError):
    """An instance doesn't match the input schema of the model.

    Attributes
    ----------
    details : list of dict
        At most 20 problems, each with `field`, `problem` (`missing`, `unknown`, `type`, `range`,
        `category`), `expected` and `found`.
    """

    def __init__(self, details: Sequence[Detail], n_problems: int | None = None) -> None:
        self.details = list(details[:MAX_PROBLEMS])
        n_problems = len(details) if n_problems is None else n_problems
        first = self.details[0]
        more = f" {n_problems - 1:,} more problems follow." if n_problems > 1 else ""
        super().__init__(
            "The instance doesn't match the model's schema.",
            why=f"{first['field']!r}: expected {first['expected']}, found {first['found']}.{more}",
            fix="Send the fields described in the model's metadata.",
        )


class ValidatedInstance:
    """A validated instance: `values` in the order of the schema's columns, None if missing.

    `flags` maps fields with values unlike the training data to `range`, `category`, `missing` or
    `unknown`.
    """

    __slots__ = ("flags", "names", "values")

    def __init__(
        self, names: tuple[str, ...], values: Sequence[object], flags: dict[str, str]
    ) -> None:
        self.names, self.values, self.flags = names, values, flags

    @property
    def row(self) -> dict[str, object]:
        """The values by column name."""
        return dict(zip(self.names, self.values, strict=True))


class _ColumnCheck(NamedTuple):
    position: int
    name: str
    quick_check: Callable[[object], bool] | None
    checker: ValueChecker
    column: InputColumn


class InstanceValidator:
    """Validates instances against a compiled schema."""

    def __init__(self, schema: InputSchema) -> None:
        self.names = tuple(column.name for column in schema.columns)
        self._name_set, self._width = frozenset(self.names), len(self.names)
        self._get = _getter(self.names)
        self._columns = [
            _ColumnCheck(
                index,
                column.name,
                quick_check_for(column, schema.missing.words(column.name)),
                value_checker_for(column, schema.missing.words(column.name)),
                column,
            )
            for index, column in enumerate(schema.columns)
        ]
        # Most columns are numeric, so their comparison is inlined in the loop.
        self._numbers = [
            (p, *span) for p, c in enumerate(schema.columns) if (span := number_range(c))
        ]
        numeric = {index for index, *_ in self._numbers}
        self._others = [
            (column_check.position, column_check.quick_check)
            for column_check in self._columns
            if column_check.position not in numeric and column_check.quick_check is not None
        ]
        self._unchecked = [
            column_check.position
            for column_check in self._columns
            if column_check.position not in numeric and column_check.quick_check is None
        ]

    def validate(self, instance: Mapping[str, object], checks: InputChecks) -> ValidatedInstance:
        """Validate an instance and return its values.

        Raises
        ------
        Refused
        """
        try:
            values = self._get(instance)
            names_match = len(instance) == self._width
        except KeyError:
            values, names_match = tuple(map(instance.get, self.names)), False
        except (TypeError, AttributeError):
            raise InvalidInstance([_not_an_object(instance)]) from None
        suspect = None
        for index, low, high in self._numbers:
            value = values[index]
            kind = type(value)
            if (kind is float or kind is int) and low <= value <= high:
                continue
            suspect = [index] if suspect is None else [*suspect, index]
        for index, quick_check in self._others:
            if not quick_check(values[index]):
                suspect = [index] if suspect is None else [*suspect, index]
        if names_match and suspect is None and not self._unchecked:
            return ValidatedInstance(self.names, values, {})
        return self._check_values(
            instance, values, checks, [*self._unchecked, *(suspect or ())], names_match=names_match
        )

    def _check_values(
        self,
        instance: Mapping[str, object],
        values: Sequence[object],
        checks: InputChecks,
        indices: Sequence[int],
        *,
        names_match: bool,
    ) -> ValidatedInstance:
        values = list(values)
        policies = {
            "missing": checks.missing,
            "range": checks.ranges,
            "category": checks.categories,
            "unknown": checks.unknown,
        }
        flags: dict[str, str] = {}
        problems: list[Detail] = []
        for index in sorted(indices):
            column = self._columns[index]
            checked: CheckedValue = column.checker(values[index])
            values[index] = checked.value
            if checked.problem is None:
                continue
            policy = policies.get(checked.problem, InputPolicy.REFUSE)
            if policy is InputPolicy.REFUSE:
                absent = checked.problem == "missing" and column.name not in instance
                problems.append(
                    {
                        "field": column.name,
                        "problem": checked.problem,
                        "expected": checked.expected,
                        "found": "nothing" if absent else checked.actual,
                    }
                )
            elif policy is InputPolicy.FLAG:
                flags[column.name] = checked.problem
        if not names_match and checks.unknown is not InputPolicy.ALLOW:
            self._check_unknown_fields(instance, checks, flags, problems)
        if problems:
            raise InvalidInstance(problems)
        return ValidatedInstance(self.names, values, flags)

    def _check_unknown_fields(
        self,
        instance: Mapping[str, object],
        checks: InputChecks,
        flags: dict[str, str],
        problems: list[Detail],
    ) -> None:
        unknown = [name for name in instance if name not in self._name_set]
        if checks.unknown is InputPolicy.FLAG:
            flags.update((str(name)[:200], "unknown") for name in unknown[:MAX_PROBLEMS])
            return
        for name in unknown:
            # Finding the closest name is slow, so a request gets it for few problems only.
            close = (
                closest_match(str(name)[:80], self.names) if len(problems) < MAX_PROBLEMS else None
            )
            problems.append(
                {
                    "field": str(name)[:200],
                    "problem": "unknown",
                    "expected": f"{close!r}" if close else f"one of {shorten(self.names)}",
                    "found": "a field that the model doesn't have",
                }
            )


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, object]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda instance: tuple(instance[name] for name in names)


def _not_an_object(instance: object) -> Detail:
    return {
        "field": "",
        "problem": "type",
        "expected": "an object with a value for each field",
        "found": short_value(instance),
    }
