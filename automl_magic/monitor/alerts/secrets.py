"""`${secret:NAME}` in a monitor file: a name that stands for a reference, never for a value."""

from __future__ import annotations

import os
import re

from automl_magic.errors import MonitorError, SecretError
from automl_magic.secrets import resolve
from automl_magic.workspace.places import home

_NAMED = re.compile(r"\$\{secret:([^}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_PREFIX = "AUTOML_MAGIC_SECRET_"


def filled(text: str) -> str:
    """Return a text with each `${secret:NAME}` replaced by the secret.

    Only what was set up under a name can be named, and no other variable or file: a monitor file
    may be written by somebody who must not see them.

    Raises
    ------
    MonitorError
        If there is no such secret, or others can read its file.
    """
    return _NAMED.sub(lambda match: _secret(match[1]), text)


def reference_of(name: str) -> str:
    """Return the reference that a name stands for.

    The secret lies in the variable `AUTOML_MAGIC_SECRET_NAME`, or in the file `secrets/NAME` in the
    user's home.
    """
    if _PREFIX + name in os.environ:
        return f"env:{_PREFIX}{name}"
    return f"file:{home() / 'secrets' / name}"


def _secret(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MonitorError(
            f"{name[:60]!r} cannot be the name of a secret.",
            why="A name begins with a capital letter and holds capitals, digits and '_'.",
            fix="Write ${secret:NAME}.",
        )
    try:
        return resolve(reference_of(name))
    except SecretError as error:
        raise MonitorError(
            f"The secret {name} cannot be used: {error.what}",
            why=f"{error.why} The variable {_PREFIX}{name} is not set either."
            if _PREFIX + name not in os.environ
            else error.why,
            fix=error.fix,
        ) from None
