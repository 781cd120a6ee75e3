"""Behind the `?` of a source's text stands a reference to a credential, never a credential."""

from __future__ import annotations

from urllib.parse import parse_qsl

from automl_magic.errors import DataNotReadable, SecretError
from automl_magic.secrets import parse

CREDENTIAL = "credential"


def credential_of(text: str) -> str | None:
    """Return the reference in `SCHEME:NAME?credential=REFERENCE`; None where there is none.

    Raises
    ------
    DataNotReadable
        If what stands there is no reference. It is not shown: it may be the secret itself.
    """
    place, _, query = text.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True)).get(CREDENTIAL)
    if given is None:
        return None
    try:
        return str(parse(given))
    except SecretError as error:
        raise DataNotReadable(
            f"The credential of {place[:80]!r} is no reference to a secret.",
            why="A source is written into plans, notebooks and runs, so it may hold no secret. "
            f"{error.why}",
            fix=f"Put the secret into a variable: {place[:80]}?{CREDENTIAL}=env:NAME",
        ) from None
