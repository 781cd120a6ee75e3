"""The caller of a request. API keys and JupyterHub tokens both create one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of an API key, a user of the Hub, or an anonymous caller on this machine.

    `deployments` are those that the caller can use; empty for all. `requests_per_s` is None for
    no limit. `expires_at` is in seconds since 1970.
    """

    key_id: str | None = None
    deployments: frozenset[str] = frozenset()
    requests_per_s: float | None = None
    expires_at: float | None = None

    def can_call(self, deployment: str) -> bool:
        """Return whether the caller can use this deployment."""
        return not self.deployments or deployment in self.deployments


ANONYMOUS = Caller()
