"""Resolve references to secrets."""

from __future__ import annotations

from collections.abc import Mapping

from automl_magic.errors import SecretError
from automl_magic.secrets.env import EnvScheme
from automl_magic.secrets.file import FileScheme
from automl_magic.secrets.reference import Scheme, SecretReference

SCHEMES: Mapping[str, Scheme] = {"env": EnvScheme(), "file": FileScheme()}


def parse_reference(text: str) -> SecretReference:
    """Parse a reference.

    Raises
    ------
    SecretError
        If it's invalid. The error doesn't contain the text, which may be the secret itself.
    """
    name, _, path = text.partition(":")
    scheme = SCHEMES.get(name)
    if scheme is None or not scheme.is_place(path):
        forms = " or ".join(scheme.form for scheme in SCHEMES.values())
        raise SecretError(
            "The reference to a secret isn't valid.",
            why=f"It must be {forms}. The text isn't shown, because it may be the secret.",
            fix="Put the secret in an environment variable and use its name: env:NAME",
        )
    return SecretReference(name, path)


def resolve_secret(reference: str) -> str:
    """Return the secret of a reference.

    Raises
    ------
    SecretError
        If the reference is invalid, the secret doesn't exist, or other users can read its file.
    """
    parsed = parse_reference(reference)
    return SCHEMES[parsed.scheme].read(parsed)


def standalone_code(reference: str) -> tuple[str, Mapping[str, object]]:
    """Return the piece of a standalone notebook that reads a secret, and the values of its slots.

    Raises
    ------
    SecretError
        If the reference is invalid.
    """
    parsed = parse_reference(reference)
    return SCHEMES[parsed.scheme].code(parsed)
