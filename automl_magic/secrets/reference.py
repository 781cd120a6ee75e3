"""Reference: the location of a secret. It's safe to display and store, unlike the secret."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from automl_magic.errors import SecretError


@dataclass(frozen=True)
class SecretReference:
    """A reference: `env:NAME`, `file:/run/secrets/crm` or `file:/etc/keys.json#crm`."""

    scheme: str
    place: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}"


class Scheme(ABC):
    """A type of location of secrets."""

    form: ClassVar[str]

    @abstractmethod
    def is_place(self, place: str) -> bool:
        """Return whether the part after the scheme has a valid form."""

    @abstractmethod
    def read(self, reference: SecretReference) -> str:
        """Return the secret.

        Raises
        ------
        SecretError
            If the secret doesn't exist, or other users can read it.
        """

    @abstractmethod
    def code(self, reference: SecretReference) -> tuple[str, Mapping[str, object]]:
        """Return the template piece in templates/notebooks/sources that reads it, and its slots."""


def missing_error(reference: SecretReference, *, why: str, fix: str) -> SecretError:
    """Return the error for a missing secret."""
    return SecretError(f"There's no secret at {reference}.", why=why, fix=fix)
