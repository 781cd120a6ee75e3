"""Caller: who asks. Kept apart, because both keys and the Hub make one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the id of an API key, a user of the Hub, or anybody on this machine.

    `deployments` are those that may be asked; empty for all. `requests_per_s` is None where there
    is no limit. `expires_at` is in seconds since 1970.
    """

    key_id: str | None = None
    deployments: frozenset[str] = frozenset()
    requests_per_s: float | None = None
    expires_at: float | None = None

    def may_ask(self, deployment: str) -> bool:
        """Say whether this deployment answers this caller."""
        return not self.deployments or deployment in self.deployments


ANYBODY = Caller()
