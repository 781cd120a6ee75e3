"""file: a secret in its own file, or a value in a JSON file."""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from automl_magic.errors import SecretError
from automl_magic.secrets.reference import Scheme, SecretReference, missing_error


class FileScheme(Scheme):
    """`file:/PATH` or `file:/PATH#KEY`. Only its owner may be able to read the file."""

    form = "file:/PATH[#KEY]"

    def is_place(self, place: str) -> bool:
        path, mark, key = place.partition("#")
        return path.startswith("/") and "\x00" not in path and bool(key or not mark)

    def read(self, reference: SecretReference) -> str:
        name, _, key = reference.place.partition("#")
        path = Path(name)
        try:
            with path.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise SecretError(
                        f"Can't use the secret at {reference}.",
                        why=f"Other users can read its file {name!r}.",
                        fix=f"Restrict access to the file: chmod 600 {shlex.quote(name)}",
                    )
                # Editors add a newline at the end of a file, which isn't part of the secret.
                text = file.read().removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            raise missing_error(
                reference,
                why=f"Can't read the file {name!r} as text.",
                fix=f"Create it, then restrict access to it: chmod 600 {shlex.quote(name)}",
            ) from None
        return _read_key(text, key, reference) if key else text

    def code(self, reference: SecretReference) -> tuple[str, Mapping[str, object]]:
        path, _, key = reference.place.partition("#")
        if key:
            return "credential_file_key", {"path": path, "key": key}
        return "credential_file", {"path": path}


def _read_key(text: str, key: str, reference: SecretReference) -> str:
    try:
        document = json.loads(text)
    except ValueError:  # its message contains the file's content
        document = None
    value = document.get(key) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise missing_error(
            reference,
            why=f"The file isn't a JSON object with text for the key {key[:60]!r}.",
            fix=f'Add the key: {{{key[:60]!r}: "…"}}'.replace("'", '"'),
        )
    return value
