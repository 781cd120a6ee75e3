"""Reference: where a secret lies. It may be shown and written down; the secret may not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from automl_magic.errors import SecretError


@dataclass(frozen=True)
class Reference:
    """Where a secret lies: `env:NAME`, `file:/run/secrets/crm`, `file:/etc/keys.json#crm`."""

    scheme: str
    place: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}"


class Scheme(ABC):
    """A kind of place where secrets lie."""

    form: ClassVar[str]

    @abstractmethod
    def is_place(self, place: str) -> bool:
        """Say whether what stands behind the scheme can name a secret at all."""

    @abstractmethod
    def read(self, reference: Reference) -> str:
        """Return the secret.

        Raises
        ------
        SecretError
            If it is not there, or others may read it.
        """

    @abstractmethod
    def code(self, reference: Reference) -> tuple[str, Mapping[str, Any]]:
        """Return the piece in templates/notebooks/sources that reads it without us; its slots."""


def missing(reference: Reference, *, why: str, fix: str) -> SecretError:
    """Return the error for a secret that is not where its reference says."""
    return SecretError(f"There is no secret at {reference}.", why=why, fix=fix)
