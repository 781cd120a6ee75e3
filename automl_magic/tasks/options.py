"""options: what a family asks beside what is asked of all: `options` in an experiment file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from automl_magic.errors import PlanError, near_miss, shorten
from automl_magic.look.text import quoted

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Option:
    """One field that a family adds.

    `doc` says what it means, `default` what it is where it is left out, and `expected` in words
    which values `allows` lets through.
    """

    name: str
    doc: str
    expected: str
    allows: Callable[[Value], bool]
    default: Value = None


def completed(given: Mapping[str, Value], options: Sequence[Option]) -> dict[str, Value]:
    """Return a value for each option: the one that was given, else its default.

    Raises
    ------
    PlanError
        If there is no such option, or it may not have such a value.
    """
    known = {option.name: option for option in options}
    for name, value in given.items():
        if name not in known:
            close = near_miss(name, known)
            raise PlanError(
                f"This kind of task has no option {quoted(name)}.",
                why=f"Its options are {shorten(list(known))}." if known else "It has no options.",
                fix=f"Write {close}." if close else f"Take {quoted(name)} out of options.",
            )
        if not known[name].allows(value):
            raise PlanError(
                f"The option {quoted(name)} cannot be {quoted(str(value))}.",
                why=f"It is {known[name].expected}. {known[name].doc}",
                fix="Give it another value, or leave it out.",
            )
    return {name: given.get(name, option.default) for name, option in known.items()}
