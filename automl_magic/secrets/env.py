"""env: a secret in an environment variable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from automl_magic.secrets.reference import Scheme, SecretReference, missing_error

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class EnvScheme(Scheme):
    """`env:NAME`."""

    form = "env:NAME"

    def is_place(self, place: str) -> bool:
        return _NAME.fullmatch(place) is not None

    def read(self, reference: SecretReference) -> str:
        value = os.environ.get(reference.place)
        if value is None:
            raise missing_error(
                reference,
                why=f"The environment variable {reference.place} isn't set.",
                fix=f"Set it, then start again: export {reference.place}=…",
            )
        return value

    def code(self, reference: SecretReference) -> tuple[str, Mapping[str, object]]:
        return "credential_env", {"variable": reference.place}
