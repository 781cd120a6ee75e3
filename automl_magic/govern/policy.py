"""Policies: permissions, checked in the transaction of the action.

An error in a policy counts as a denial. Denials are recorded in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from automl_magic.errors import NotApproved, closest_match
from automl_magic.store.audit import append
from automl_magic.store.engine import exclusive_transaction

T = TypeVar("T")


@dataclass(frozen=True)
class PolicyInput:
    """Input of a policy decision.

    Attributes
    ----------
    actor : str
        The user who acts.
    alias : str or None
        Alias to promote to.
    author : str or None
        The user who registered the version, `unknown` if not recorded.
    is_implied : bool
        Whether the action is part of another one: an approval as part of a promotion or the start
        of a server.
    """

    actor: str
    model: str
    version: int | None = None
    alias: str | None = None
    manifest_sha256: str | None = None
    author: str | None = None
    is_implied: bool = False


@dataclass(frozen=True)
class PolicyDecision:
    """A decision with its reason and the name of the policy."""

    allowed: bool
    reason: str
    policy: str


class Policy(Protocol):
    """A policy for `approve`, `revoke`, `promote` and `roll_back`."""

    def evaluate(
        self, action: str, subject: str, policy_input: PolicyInput, connection: Connection
    ) -> PolicyDecision:
        """Decide whether an action is allowed. `connection` is in the action's transaction."""


class LocalPolicy:
    """Everyone with write access to the store is allowed to act.

    A store in a file has one user, so promoting a version or serving the first version of a model
    also approves it. On a database server, approval is a separate step, so that another user can
    do it. In both cases, the audit log records author and approver.
    """

    name = "local"

    def evaluate(
        self, action: str, subject: str, policy_input: PolicyInput, connection: Connection
    ) -> PolicyDecision:
        if policy_input.is_implied and connection.dialect.name != "sqlite":
            return PolicyDecision(False, f"{subject} must be approved separately first.", self.name)
        verb = action.replace("_", " ")
        return PolicyDecision(
            True, f"Everyone with write access to the store can {verb}.", self.name
        )


POLICIES: Mapping[str, Policy] = {LocalPolicy.name: LocalPolicy()}


def get_policy(name: str) -> Policy:
    """Return a policy by name. Raises NotApproved if it doesn't exist."""
    if name not in POLICIES:
        close = closest_match(name, POLICIES)
        raise NotApproved(
            f"There's no policy {name[:60]!r}.",
            why=f"The workspace uses it. Available policies: {', '.join(POLICIES)}.",
            fix=f"In the workspaces file, set policy: {close or LocalPolicy.name}",
        )
    return POLICIES[name]


class _Denied(Exception):
    def __init__(
        self, action: str, subject: str, policy_input: PolicyInput, decision: PolicyDecision
    ) -> None:
        super().__init__(decision.reason)
        self.action, self.subject, self.policy_input = action, subject, policy_input
        self.decision = decision


def check_policy(
    policy: Policy, action: str, subject: str, policy_input: PolicyInput, connection: Connection
) -> PolicyDecision:
    """Return the policy's decision if it allows the action. Else abort `run_permitted`."""
    name = str(getattr(policy, "name", type(policy).__name__))
    try:
        decision: object = policy.evaluate(action, subject, policy_input, connection)
    except Exception as error:
        why = f"The policy failed: {type(error).__name__}: {error}"
        raise _Denied(action, subject, policy_input, PolicyDecision(False, why, name)) from error
    if not isinstance(decision, PolicyDecision):
        why = "The policy didn't return a decision."
        raise _Denied(action, subject, policy_input, PolicyDecision(False, why, name))
    if decision.allowed is not True:
        raise _Denied(action, subject, policy_input, decision)
    return decision


def run_permitted(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` in an exclusive transaction. A denial is rolled back and recorded.

    Raises
    ------
    NotApproved
        If a policy denies the action.
    """
    try:
        with exclusive_transaction(engine) as connection:
            return work(connection)
    except _Denied as denied:
        with exclusive_transaction(engine) as connection:
            recorded = {k: v for k, v in asdict(denied.policy_input).items() if v is not None}
            append(
                connection,
                actor=denied.policy_input.actor,
                action=f"{denied.action}.denied",
                subject=denied.subject,
                detail={
                    "policy": denied.decision.policy,
                    "reason": denied.decision.reason[:1000],
                    "facts": recorded,
                },
            )
        raise NotApproved(
            f"{denied.policy_input.actor} isn't allowed to {denied.action.replace('_', ' ')} "
            f"{denied.subject}.",
            why=f"{denied.decision.reason} (policy {denied.decision.policy})",
            fix=_suggested_fix(denied),
        ) from denied


def _suggested_fix(denied: _Denied) -> str:
    policy_input = denied.policy_input
    if policy_input.is_implied:
        return f"Approve it: automl approve {policy_input.model} {policy_input.version}"
    return (
        "Ask someone with permission. To see the audit log: automl audit --subject "
        f"{denied.subject}"
    )
