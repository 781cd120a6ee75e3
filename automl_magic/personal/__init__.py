"""personal: values that look like personal data, and where they may appear.

recognise   the kind of personal data that the values of a column look like
disclosure  `disclose`: the gate that every value passes when it leaves a table
keys        keyed hashes, which only show whether two values are equal

A profile classifies the columns (`Column.personal`) before anything is written.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.personal.disclosure import (
        NamedColumn,
        PersonalColumn,
        Purpose,
        disclose,
        placeholder,
    )
    from automl_magic.personal.recognise import personal_kind

_MODULES = {
    "NamedColumn": "disclosure",
    "PersonalColumn": "disclosure",
    "Purpose": "disclosure",
    "disclose": "disclosure",
    "personal_kind": "recognise",
    "placeholder": "disclosure",
}

__all__ = ["NamedColumn", "PersonalColumn", "Purpose", "disclose", "personal_kind", "placeholder"]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
