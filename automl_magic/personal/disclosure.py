"""disclosure: the gate that every value passes when it leaves a table.

A value of an ordinary column passes. What happens to a value of a personal column depends on the
purpose: people see the kind of data instead, a model and a log get a keyed hash, and an export gets
the value, because it only has columns that the user named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from automl_magic.personal.keys import HashKey


class Purpose(StrEnum):
    """Where a value appears: in a profile, the output of a notebook, a plot, …"""

    PROFILE = "profile"
    NOTEBOOK = "notebook"
    PLOT = "plot"
    REPORT = "report"
    MODEL = "model"
    LOG = "log"
    DOCUMENT = "document"
    EXPORT = "export"


class Action(StrEnum):
    """What is shown instead of a personal value: its kind, its keyed hash, or the value itself."""

    REDACT = "redact"
    HASH = "hash"
    KEEP = "keep"


ACTIONS: Mapping[Purpose, Action] = {
    Purpose.PROFILE: Action.REDACT,
    Purpose.NOTEBOOK: Action.REDACT,
    Purpose.PLOT: Action.REDACT,
    Purpose.REPORT: Action.REDACT,
    Purpose.MODEL: Action.HASH,
    Purpose.LOG: Action.HASH,
    Purpose.DOCUMENT: Action.REDACT,
    Purpose.EXPORT: Action.KEEP,
}


class PersonalColumn(Protocol):
    """A column with the kind of personal data that its values look like, or None.

    `Column`, `InputColumn` and `NamedColumn` are such columns.
    """

    @property
    def name(self) -> str: ...

    @property
    def personal(self) -> str | None: ...


@dataclass(frozen=True)
class NamedColumn:
    """A column of which only the name and the kind of personal data are known."""

    name: str
    personal: str | None


def disclose(
    column: PersonalColumn, value: Any, purpose: Purpose, *, key: HashKey | None = None
) -> Any:
    """Return what may be shown of a value outside its table.

    Parameters
    ----------
    value
        A value of the column, not missing. To hash it, its text (`recipe.values.category_text`).
    key : HashKey, optional
        The key for the purposes `model` and `log`.

    Raises
    ------
    TypeError
        If the value has to be hashed, and there is no key.
    """
    if column.personal is None:
        return value
    match ACTIONS[purpose]:
        case Action.KEEP:
            return value
        case Action.HASH:
            if key is None:
                raise TypeError(f"To disclose {column.name!r} to a {purpose}, pass a key.")
            return key.hash(column.name, value)
        case _:
            return placeholder(column.personal)


def placeholder(kind: str) -> str:
    """Return what people see instead of a value: `[email]`."""
    return f"[{kind.replace('_', ' ')}]"
