"""The one place where a reference becomes the secret that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_magic.errors import SecretError
from automl_magic.secrets.env import Env
from automl_magic.secrets.file import File
from automl_magic.secrets.reference import Reference, Scheme

SCHEMES: Mapping[str, Scheme] = {"env": Env(), "file": File()}


def parse(text: str) -> Reference:
    """Return a reference as its two parts.

    Raises
    ------
    SecretError
        If it is none. The text is not shown: it may be the secret itself.
    """
    name, _, place = text.partition(":")
    scheme = SCHEMES.get(name)
    if scheme is None or not scheme.is_place(place):
        forms = " or ".join(known.form for known in SCHEMES.values())
        raise SecretError(
            "A secret is not referred to in a way that is known.",
            why=f"A reference is {forms}; what stands here is something else, and not shown.",
            fix="Put the secret into a variable, and write its name: env:NAME",
        )
    return Reference(name, place)


def resolve(reference: str) -> str:
    """Return the secret that a reference names.

    Raises
    ------
    SecretError
        If it is no reference, there is no such secret, or others may read its file.
    """
    found = parse(reference)
    return SCHEMES[found.scheme].read(found)


def standalone_code(reference: str) -> tuple[str, Mapping[str, Any]]:
    """Return the piece of a standalone notebook that reads a secret, and what fills its slots.

    Raises
    ------
    SecretError
        If it is no reference.
    """
    found = parse(reference)
    return SCHEMES[found.scheme].code(found)
