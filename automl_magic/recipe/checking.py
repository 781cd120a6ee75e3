"""checking: validate instances of requests against the input schema of a model.

The schema is compiled once. Most values pass one quick comparison. The others go to the column's
checker, which converts them or describes the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from automl_magic.errors import DataError, near_miss, shorten
from automl_magic.recipe.column_rules import (
    Judge,
    Judged,
    fine_of,
    judge_of,
    shown,
    span_of,
)
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import Check, Checks

MOST_PROBLEMS = 20

Detail = dict[str, str]


class Refused(DataError):
    """An instance doesn't match the input schema of the model.

    Attributes
    ----------
    details : list of dict
        At most 20 problems, each with `field`, `problem` (`missing`, `unknown`, `type`, `range`,
        `category`), `expected` and `found`.
    """

    def __init__(self, details: Sequence[Detail], n_problems: int | None = None) -> None:
        self.details = list(details[:MOST_PROBLEMS])
        n_problems = len(details) if n_problems is None else n_problems
        first = self.details[0]
        more = f" {n_problems - 1:,} more problems follow." if n_problems > 1 else ""
        super().__init__(
            "The instance doesn't match the model's schema.",
            why=f"{first['field']!r}: expected {first['expected']}, found {first['found']}.{more}",
            fix="Send the fields described in the model's metadata.",
        )


class Parsed:
    """A validated instance: `values` in the order of the schema's columns, None if missing.

    `flags` maps fields with values unlike the training data to `range`, `category`, `missing` or
    `unknown`.
    """

    __slots__ = ("flags", "names", "values")

    def __init__(
        self, names: tuple[str, ...], values: Sequence[Any], flags: dict[str, str]
    ) -> None:
        self.names, self.values, self.flags = names, values, flags

    @property
    def row(self) -> dict[str, Any]:
        """The values by column name."""
        return dict(zip(self.names, self.values, strict=True))


class _Column(NamedTuple):
    place: int
    name: str
    fine: Callable[[Any], bool] | None
    judge: Judge
    column: InputColumn


class Checker:
    """Validates instances against a compiled schema."""

    def __init__(self, schema: InputSchema) -> None:
        self.names = tuple(column.name for column in schema.columns)
        self._known, self._width = frozenset(self.names), len(self.names)
        self._get = _getter(self.names)
        self._columns = [
            _Column(place, column.name, fine_of(column), judge_of(column), column)
            for place, column in enumerate(schema.columns)
        ]
        # Most columns are numeric, so their comparison is inlined in the loop.
        self._numbers = [(p, *span) for p, c in enumerate(schema.columns) if (span := span_of(c))]
        numbers = {place for place, *_ in self._numbers}
        self._others = [
            (one.place, one.fine)
            for one in self._columns
            if one.place not in numbers and one.fine is not None
        ]
        self._always = [
            one.place for one in self._columns if one.place not in numbers and one.fine is None
        ]

    def parse(self, instance: Mapping[str, Any], checks: Checks) -> Parsed:
        """Validate an instance and return its values.

        Raises
        ------
        Refused
        """
        try:
            values = self._get(instance)
            known = len(instance) == self._width
        except KeyError:
            values, known = tuple(map(instance.get, self.names)), False
        except (TypeError, AttributeError):
            raise Refused([_no_object(instance)]) from None
        odd = None
        for place, low, high in self._numbers:
            value = values[place]
            kind = type(value)
            if (kind is float or kind is int) and low <= value <= high:
                continue
            odd = [place] if odd is None else [*odd, place]
        for place, fine in self._others:
            if not fine(values[place]):
                odd = [place] if odd is None else [*odd, place]
        if known and odd is None and not self._always:
            return Parsed(self.names, values, {})
        return self._judged(instance, values, checks, [*self._always, *(odd or ())], known=known)

    def _judged(
        self,
        instance: Mapping[str, Any],
        values: Sequence[Any],
        checks: Checks,
        places: Sequence[int],
        *,
        known: bool,
    ) -> Parsed:
        values = list(values)
        policies = {
            "missing": checks.missing,
            "range": checks.ranges,
            "category": checks.categories,
            "unknown": checks.unknown,
        }
        flags: dict[str, str] = {}
        problems: list[Detail] = []
        for place in sorted(places):
            one = self._columns[place]
            found: Judged = one.judge(values[place])
            values[place] = found.value
            if found.problem is None:
                continue
            policy = policies.get(found.problem, Check.REFUSE)
            if policy is Check.REFUSE:
                absent = found.problem == "missing" and one.name not in instance
                problems.append(
                    {
                        "field": one.name,
                        "problem": found.problem,
                        "expected": found.expected,
                        "found": "nothing" if absent else found.found,
                    }
                )
            elif policy is Check.FLAG:
                flags[one.name] = found.problem
        if not known and checks.unknown is not Check.ALLOW:
            self._unknown(instance, checks, flags, problems)
        if problems:
            raise Refused(problems)
        return Parsed(self.names, values, flags)

    def _unknown(
        self,
        instance: Mapping[str, Any],
        checks: Checks,
        flags: dict[str, str],
        problems: list[Detail],
    ) -> None:
        strange = [name for name in instance if name not in self._known]
        if checks.unknown is Check.FLAG:
            flags.update((str(name)[:200], "unknown") for name in strange[:MOST_PROBLEMS])
            return
        for name in strange:
            # Finding the closest name is slow, so a request gets it for few problems only.
            close = near_miss(str(name)[:80], self.names) if len(problems) < MOST_PROBLEMS else None
            problems.append(
                {
                    "field": str(name)[:200],
                    "problem": "unknown",
                    "expected": f"{close!r}" if close else f"one of {shorten(self.names)}",
                    "found": "a field that the model doesn't have",
                }
            )


def _getter(names: tuple[str, ...]) -> Callable[[Any], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda instance: tuple(instance[name] for name in names)


def _no_object(instance: object) -> Detail:
    return {
        "field": "",
        "problem": "type",
        "expected": "an object with a value for each field",
        "found": shown(instance),
    }
