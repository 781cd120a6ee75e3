"""options: the additional settings of a family, under `options` in an experiment file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from automl_magic.display.text import quote_name
from automl_magic.errors import PlanError, closest_match, shorten

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Option:
    """An additional setting of a family.

    `doc` describes it. `expected` describes the values that `allows` accepts.
    """

    name: str
    doc: str
    expected: str
    allows: Callable[[Value], bool]
    default: Value = None


def fill_options(values: Mapping[str, Value], options: Sequence[Option]) -> dict[str, Value]:
    """Return a value for each option: the given one, or its default.

    Raises
    ------
    PlanError
        If an option doesn't exist, or its value isn't allowed.
    """
    options_by_name = {option.name: option for option in options}
    for name, value in values.items():
        if name not in options_by_name:
            close = closest_match(name, options_by_name)
            raise PlanError(
                f"This kind of task has no option {quote_name(name)}.",
                why=f"Its options are {shorten(list(options_by_name))}."
                if options_by_name
                else "It has no options.",
                fix=f"Use {close}." if close else f"Remove {quote_name(name)} from options.",
            )
        if not options_by_name[name].allows(value):
            raise PlanError(
                f"The option {quote_name(name)} can't be {quote_name(str(value))}.",
                why=f"It must be {options_by_name[name].expected}. {options_by_name[name].doc}",
                fix="Set another value, or omit the option.",
            )
    return {name: values.get(name, option.default) for name, option in options_by_name.items()}
