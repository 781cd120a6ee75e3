"""`${secret:NAME}` in a monitor file: the name of a secret of the workspace, never a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from automl_magic.errors import MonitorError, SecretError

# Returns the secret of a name: `Workspace.secret`. Raises SecretError.
SecretOf: TypeAlias = Callable[[str], str]
_NAMED = re.compile(r"\$\{secret:([^}]*)\}")


def filled(text: str, secret_of: SecretOf) -> str:
    """Return a text with each `${secret:NAME}` replaced by the secret.

    Raises
    ------
    MonitorError
        If there is no such secret, or others can read its file.
    """

    def found(match: re.Match[str]) -> str:
        name = match[1]
        try:
            return secret_of(name)
        except SecretError as error:
            raise MonitorError(
                f"The secret {name[:60]} cannot be used: {error.what}",
                why=error.why,
                fix=error.fix,
            ) from None

    return _NAMED.sub(found, text)
