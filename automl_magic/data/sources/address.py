"""The credential of a source: a reference after the `?`, never the secret itself."""

from __future__ import annotations

from urllib.parse import parse_qsl

from automl_magic.errors import DataNotReadable, SecretError
from automl_magic.secrets import parse_reference

CREDENTIAL = "credential"


def credential_of(text: str) -> str | None:
    """Return the reference in `SCHEME:NAME?credential=REFERENCE`, or None if there's none.

    Raises
    ------
    DataNotReadable
        If the value isn't a reference. The error doesn't show it, as it may be the secret itself.
    """
    address, _, query = text.partition("?")
    reference = dict(parse_qsl(query, keep_blank_values=True)).get(CREDENTIAL)
    if reference is None:
        return None
    try:
        return str(parse_reference(reference))
    except SecretError as error:
        raise DataNotReadable(
            f"The credential of {address[:80]!r} isn't a reference to a secret.",
            why="A source is written into plans, notebooks and runs, so it can't contain a secret. "
            f"{error.why}",
            fix="Put the secret into an environment variable: "
            f"{address[:80]}?{CREDENTIAL}=env:NAME",
        ) from None
