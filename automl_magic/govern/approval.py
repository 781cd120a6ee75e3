"""Sign and revoke approvals of model versions."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from automl_magic.govern.policy import LocalPolicy, Policy, PolicyInput, check_policy, run_permitted
from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval, Statement
from automl_magic.records.models.model import CANDIDATE
from automl_magic.store.aliases import Aliases, aliases_in, replace_aliases
from automl_magic.store.approvals import record_approval
from automl_magic.store.audit import append
from automl_magic.store.champion import AliasUpdate, revoke_version
from automl_magic.store.engine import read_transaction
from automl_magic.store.route_rows import AuditContext
from automl_magic.store.signing import PrivateKey, TrustedKeys
from automl_magic.store.tables import audit

UNKNOWN = "unknown"


def register(engine: Engine, version: ModelVersion, *, actor: str) -> Aliases:
    """Record a registered version with its author, and make it the candidate."""

    def work(connection: Connection) -> Aliases:
        if _author(connection, version.name, version.version) is None:
            append(
                connection,
                actor=actor,
                action="register",
                subject=f"{version.name}/{version.version}",
                detail={"manifest_sha256": version.manifest_sha256, "run_id": version.run_id},
            )
        expected = aliases_in(connection, version.name)
        desired = {**expected.versions, CANDIDATE: version.version}
        return replace_aliases(connection, expected, desired, action="register", actor=actor)

    return run_permitted(engine, work)


def author_of(engine: Engine, model: str, version: int) -> str:
    """Return the user who registered a version, or `unknown`."""
    with read_transaction(engine) as connection:
        return _author(connection, model, version) or UNKNOWN


def approve(
    engine: Engine,
    version: ModelVersion,
    *,
    actor: str,
    key: PrivateKey,
    policy: Policy | None = None,
    is_implied: bool = False,
) -> Approval:
    """Sign and record the approval to serve a version.

    The caller must have checked the files against `version.manifest_sha256`.

    Parameters
    ----------
    actor : str
        The user who approves.
    key : PrivateKey
        The workspace's key, which signs the approval.
    policy : Policy, optional
        Default: `LocalPolicy`.
    is_implied : bool
        Whether the approval is part of another action, such as a promotion.

    Raises
    ------
    NotApproved
        If the policy denies it.
    StoreError
        If the key can't be used or the store can't be reached.
    """
    policy = policy or LocalPolicy()
    subject = f"{version.name}/{version.version}"

    def work(connection: Connection) -> Approval:
        author = _author(connection, version.name, version.version) or UNKNOWN
        policy_input = PolicyInput(
            actor=actor,
            model=version.name,
            version=version.version,
            manifest_sha256=version.manifest_sha256,
            author=author,
            is_implied=is_implied,
        )
        decision = check_policy(policy, "approve", subject, policy_input, connection)
        approval = key.sign(
            Statement(
                model=version.name,
                version=version.version,
                manifest_sha256=version.manifest_sha256,
                author=author,
                approver=actor,
                policy=decision.policy,
                approved_at=datetime.now(UTC),
            )
        )
        record_approval(connection, approval)
        return approval

    return run_permitted(engine, work)


def revoke(
    engine: Engine,
    model: str,
    version: int,
    *,
    actor: str,
    reason: str,
    trusted: TrustedKeys,
    policy: Policy | None = None,
) -> AliasUpdate:
    """Revoke an approval, so that no requests are routed to the version any longer.

    If the version is serving, the previous version replaces it in the same transaction.

    Raises
    ------
    NotApproved
        If the policy denies it, or there's no approval to revoke.
    DeploymentError
        If the version is serving and no other version can replace it.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> AliasUpdate:
        policy_input = PolicyInput(actor=actor, model=model, version=version)
        check_policy(policy, "revoke", f"{model}/{version}", policy_input, connection)
        audit_context = AuditContext("revoke", actor, trusted, reason)
        return revoke_version(connection, model, version, audit_context)

    return run_permitted(engine, work)


def _author(connection: Connection, model: str, version: int) -> str | None:
    # The first entry counts: registering the same files again doesn't change the author.
    query = select(audit.c.actor).where(
        audit.c.action == "register", audit.c.subject == f"{model}/{version}"
    )
    return connection.execute(query.order_by(audit.c.seq).limit(1)).scalar()
