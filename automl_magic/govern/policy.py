"""Policy: who may do what. It is asked in the transaction that does it, and can only say no.

Whatever goes wrong while a policy decides is a no. A no leaves an entry in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from automl_magic.errors import NotApproved, near_miss
from automl_magic.store.audit import append
from automl_magic.store.engine import serially

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What is known when a policy is asked: who acts, on which version, and who made it.

    `alias` is what a promotion moves. `author` is `unknown` where nobody recorded it. `is_implied`
    says that the action comes along with another one that was asked for: an approval with a
    promotion, or with the start of a server.
    """

    actor: str
    model: str
    version: int | None = None
    alias: str | None = None
    manifest_sha256: str | None = None
    author: str | None = None
    is_implied: bool = False


@dataclass(frozen=True)
class Decision:
    """What a policy says, why, and which rule said so."""

    allowed: bool
    reason: str
    policy: str


class Policy(Protocol):
    """A rule about `approve`, `revoke`, `promote` and `roll_back`."""

    def may(self, action: str, subject: str, facts: Facts, connection: Connection) -> Decision:
        """Say whether an action may be done. The connection is that of the transaction."""


class LocalPolicy:
    """Whoever can write the store may act.

    In a store that is a file there is one person: who promotes a version, or serves the first one
    of a model, approves it by that. On a server approving is a step of its own, so that somebody
    else can take it. Either way the audit log tells the author from the approver.
    """

    name = "local"

    def may(self, action: str, subject: str, facts: Facts, connection: Connection) -> Decision:
        if facts.is_implied and connection.dialect.name != "sqlite":
            return Decision(False, f"{subject} must be approved by itself first.", self.name)
        return Decision(True, f"Whoever writes the store may {action}.", self.name)


POLICIES: Mapping[str, Policy] = {LocalPolicy.name: LocalPolicy()}


def policy_named(name: str) -> Policy:
    """Return the policy of a workspace. Raises NotApproved where there is none of this name."""
    if name not in POLICIES:
        close = near_miss(name, POLICIES)
        raise NotApproved(
            f"There is no policy {name[:60]!r}.",
            why=f"The workspace asks for it, and there are {', '.join(POLICIES)}.",
            fix=f"Write policy: {close or LocalPolicy.name} into the file of workspaces.",
        )
    return POLICIES[name]


class _Denied(Exception):
    def __init__(self, action: str, subject: str, facts: Facts, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.action, self.subject, self.facts = action, subject, facts
        self.decision = decision


def asked(
    policy: Policy, action: str, subject: str, facts: Facts, connection: Connection
) -> Decision:
    """Return the policy's yes; a no, or anything else, ends the transaction of `permitted`."""
    name = str(getattr(policy, "name", type(policy).__name__))
    try:
        decision: object = policy.may(action, subject, facts, connection)
    except Exception as error:
        why = f"The policy failed: {type(error).__name__}: {error}"
        raise _Denied(action, subject, facts, Decision(False, why, name)) from error
    if not isinstance(decision, Decision):
        why = "The policy did not decide."
        raise _Denied(action, subject, facts, Decision(False, why, name))
    if decision.allowed is not True:
        raise _Denied(action, subject, facts, decision)
    return decision


def permitted(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do work in one serial transaction. A no of a policy undoes it, and is written down.

    Raises
    ------
    NotApproved
        If a policy said no.
    """
    try:
        with serially(engine) as connection:
            return work(connection)
    except _Denied as denied:
        with serially(engine) as connection:
            known = {k: v for k, v in asdict(denied.facts).items() if v is not None}
            append(
                connection,
                actor=denied.facts.actor,
                action=f"{denied.action}.denied",
                subject=denied.subject,
                detail={
                    "policy": denied.decision.policy,
                    "reason": denied.decision.reason[:1000],
                    "facts": known,
                },
            )
        raise NotApproved(
            f"{denied.facts.actor} may not {denied.action.replace('_', ' ')} {denied.subject}.",
            why=f"{denied.decision.reason} (policy {denied.decision.policy})",
            fix=_instead(denied),
        ) from denied


def _instead(denied: _Denied) -> str:
    facts = denied.facts
    if facts.is_implied:
        return f"Approve it: automl approve {facts.model} {facts.version}"
    return f"Ask somebody who may; what happened is in: automl audit --subject {denied.subject}"
