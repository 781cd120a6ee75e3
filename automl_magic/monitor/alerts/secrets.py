"""References to the workspace's secrets in a monitor file: `${secret:NAME}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from automl_magic.errors import MonitorError, SecretError

# Returns the secret of a name: `Workspace.secret`. Raises SecretError.
SecretOf: TypeAlias = Callable[[str], str]
_REFERENCE = re.compile(r"\$\{secret:([^}]*)\}")


def fill_secrets(text: str, secret_of: SecretOf) -> str:
    """Replace each `${secret:NAME}` in a text with the secret.

    Raises
    ------
    MonitorError
        If the secret doesn't exist, or other users can read its file.
    """

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        try:
            return secret_of(name)
        except SecretError as error:
            raise MonitorError(
                f"Can't use the secret {name[:60]}: {error.what}",
                why=error.why,
                fix=error.fix,
            ) from None

    return _REFERENCE.sub(replace, text)
