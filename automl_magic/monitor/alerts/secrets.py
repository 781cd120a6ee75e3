"""Secrets by reference: `${secret:NAME}` stands in a file, the secret itself elsewhere."""

from __future__ import annotations

import os
import re
import stat

from automl_magic.errors import MonitorError
from automl_magic.workspace.places import home

_REFERENCE = re.compile(r"\$\{secret:([^}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_PREFIX = "AUTOML_MAGIC_SECRET_"


def filled(text: str) -> str:
    """Return a text with each `${secret:NAME}` replaced by the secret.

    It is read from the environment as `AUTOML_MAGIC_SECRET_NAME`, or from `secrets/NAME` in the
    user's home, which nobody else may read. Other variables cannot be named: a monitor file may be
    written by somebody who must not see them.

    Raises
    ------
    MonitorError
        If there is no such secret, or others can read its file.
    """
    return _REFERENCE.sub(lambda match: _secret(match[1]), text)


def _secret(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MonitorError(
            f"{name[:60]!r} cannot be the name of a secret.",
            why="A name begins with a capital letter and holds capitals, digits and '_'.",
            fix="Write ${secret:NAME}.",
        )
    if (value := os.environ.get(_PREFIX + name)) is not None:
        return value
    path = home() / "secrets" / name
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise MonitorError(
                    f"The secret {name} is not used.",
                    why=f"Others may read its file {str(path)!r}.",
                    fix=f"chmod 600 {path}",
                )
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        raise MonitorError(
            f"There is no secret {name}.",
            why=f"Neither the variable {_PREFIX}{name} nor the file {str(path)!r} can be read.",
            fix=f"Set the variable, or write the file and: chmod 600 {path}",
        ) from None
