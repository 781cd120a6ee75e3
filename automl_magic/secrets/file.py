"""file: a secret that is a file of its own, or a text in a file of JSON."""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl_magic.errors import SecretError
from automl_magic.secrets.reference import Reference, Scheme, missing


class File(Scheme):
    """`file:/PATH` or `file:/PATH#KEY`. Nobody else may read the file."""

    form = "file:/PATH[#KEY]"

    def is_place(self, place: str) -> bool:
        path, mark, key = place.partition("#")
        return path.startswith("/") and "\x00" not in path and bool(key or not mark)

    def read(self, reference: Reference) -> str:
        name, _, key = reference.place.partition("#")
        path = Path(name)
        try:
            with path.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise SecretError(
                        f"The secret at {reference} is not used.",
                        why=f"Others may read its file {name!r}.",
                        fix=f"chmod 600 {shlex.quote(name)}",
                    )
                # An editor ends a file with a newline, which is no part of the secret.
                text = file.read().removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            raise missing(
                reference,
                why=f"The file {name!r} cannot be read as text.",
                fix=f"Write it, and: chmod 600 {shlex.quote(name)}",
            ) from None
        return _value(text, key, reference) if key else text

    def code(self, reference: Reference) -> tuple[str, Mapping[str, Any]]:
        path, _, key = reference.place.partition("#")
        if key:
            return "credential_file_key", {"path": path, "key": key}
        return "credential_file", {"path": path}


def _value(text: str, key: str, reference: Reference) -> str:
    try:
        document = json.loads(text)
    except ValueError:  # its message quotes the file
        document = None
    value = document.get(key) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise missing(
            reference,
            why=f"The file is no JSON object in which {key[:60]!r} is a text.",
            fix=f'Write {{{key[:60]!r}: "…"}} into it.'.replace("'", '"'),
        )
    return value
