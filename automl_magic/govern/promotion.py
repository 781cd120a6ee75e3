"""Promote and roll back: move aliases by compare-and-swap."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from automl_magic.errors import RouteChanged
from automl_magic.govern.policy import LocalPolicy, Policy, PolicyInput, check_policy, run_permitted
from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.model import CHAMPION
from automl_magic.store import champion
from automl_magic.store.aliases import Aliases, aliases_in
from automl_magic.store.champion import AliasUpdate
from automl_magic.store.route_rows import AuditContext
from automl_magic.store.signing import TrustedKeys


def promote(
    engine: Engine,
    version: ModelVersion,
    alias: str,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    expected_epoch: int | None = None,
    policy: Policy | None = None,
) -> AliasUpdate:
    """Point an alias to a version. A champion is served by all deployments that follow it.

    One transaction makes the policy decision, checks the approval, and changes the aliases, the
    routes, the audit log and the outbox.

    Parameters
    ----------
    expected_epoch : int, optional
        Expected epoch of the model's aliases. Default: the current one.

    Raises
    ------
    RouteChanged
        If the aliases have another epoch than `expected_epoch`.
    NotApproved
        If the policy denies it, or a version would be served without an approval of its files.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> AliasUpdate:
        expected = _current_aliases(connection, version.name, expected_epoch)
        policy_input = PolicyInput(
            actor=actor,
            model=version.name,
            version=version.version,
            alias=alias,
            manifest_sha256=version.manifest_sha256,
        )
        audit_context = AuditContext("promote", actor, trusted, reason)
        return _promote(connection, expected, policy_input, policy, audit_context)

    return run_permitted(engine, work)


def promote_first(
    engine: Engine,
    approval: Approval,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    policy: Policy | None = None,
) -> AliasUpdate | None:
    """Make a version the champion if its model has none. Otherwise return None.

    Parameters
    ----------
    approval : Approval
        The approval of the staged files. The transaction checks that it's still valid.

    Raises
    ------
    NotApproved
        As in `promote`.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> AliasUpdate | None:
        expected = aliases_in(connection, approval.statement.model)
        if CHAMPION in expected.versions:
            return None
        policy_input = PolicyInput(
            actor=actor,
            model=expected.model,
            version=approval.statement.version,
            alias=CHAMPION,
            manifest_sha256=approval.statement.manifest_sha256,
        )
        audit_context = AuditContext("promote", actor, trusted, reason)
        return _promote(connection, expected, policy_input, policy, audit_context)

    return run_permitted(engine, work)


def roll_back(
    engine: Engine,
    model: str,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    expected_epoch: int | None = None,
    policy: Policy | None = None,
) -> AliasUpdate:
    """Make the version of the alias `rollback` the champion, and stop all canaries.

    Raises
    ------
    RouteChanged, NotApproved
        As in `promote`.
    DeploymentError
        If there's no version to roll back to.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> AliasUpdate:
        expected = _current_aliases(connection, model, expected_epoch)
        check_policy(policy, "roll_back", model, PolicyInput(actor=actor, model=model), connection)
        audit_context = AuditContext("roll_back", actor, trusted, reason)
        return champion.roll_back_model(connection, expected, audit_context)

    return run_permitted(engine, work)


def _promote(
    connection: Connection,
    expected: Aliases,
    policy_input: PolicyInput,
    policy: Policy,
    audit_context: AuditContext,
) -> AliasUpdate:
    assert policy_input.alias is not None
    assert policy_input.version is not None
    check_policy(
        policy, "promote", f"{policy_input.model}/{policy_input.version}", policy_input, connection
    )
    return champion.promote(
        connection,
        expected,
        policy_input.alias,
        policy_input.version,
        audit_context,
        manifest_sha256=policy_input.manifest_sha256,
    )


def _current_aliases(connection: Connection, model: str, expected_epoch: int | None) -> Aliases:
    aliases = aliases_in(connection, model)
    if expected_epoch not in (None, aliases.epoch):
        raise RouteChanged(
            f"The aliases of {model} have changed since you read them.",
            why=f"Their epoch is now {aliases.epoch}, not {expected_epoch}.",
            fix="Review the aliases and try again: automl models",
        )
    return aliases
