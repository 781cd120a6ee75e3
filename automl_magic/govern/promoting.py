"""Promote and roll back: move aliases by compare-and-swap."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from automl_magic.errors import RouteChanged
from automl_magic.govern.policy import Facts, LocalPolicy, Policy, asked, permitted
from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.model import CHAMPION
from automl_magic.store import champion
from automl_magic.store.aliases import Aliases, aliases_in
from automl_magic.store.champion import Moved
from automl_magic.store.route_rows import Deed
from automl_magic.store.signing import TrustedKeys


def promote(
    engine: Engine,
    version: ModelVersion,
    alias: str,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    seen_epoch: int | None = None,
    policy: Policy | None = None,
) -> Moved:
    """Point an alias to a version. A champion is served by all deployments that follow it.

    The policy decision, the approval check, the aliases, the routes and their history, the audit
    entries and the outbox message for MLflow are one transaction.

    Parameters
    ----------
    seen_epoch : int, optional
        Expected epoch of the model's aliases. Default: the current one.

    Raises
    ------
    RouteChanged
        If the aliases have another epoch than `seen_epoch`.
    NotApproved
        If the policy denies it, or a version would be served without an approval of its files.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> Moved:
        seen = _seen(connection, version.name, seen_epoch)
        said = Facts(
            actor=actor,
            model=version.name,
            version=version.version,
            alias=alias,
            manifest_sha256=version.manifest_sha256,
        )
        deed = Deed("promote", actor, trusted, reason)
        return _promoted(connection, seen, said, policy, deed)

    return permitted(engine, work)


def crown_first(
    engine: Engine,
    approval: Approval,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    policy: Policy | None = None,
) -> Moved | None:
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

    def work(connection: Connection) -> Moved | None:
        seen = aliases_in(connection, approval.statement.model)
        if CHAMPION in seen.versions:
            return None
        said = Facts(
            actor=actor,
            model=seen.model,
            version=approval.statement.version,
            alias=CHAMPION,
            manifest_sha256=approval.statement.manifest_sha256,
        )
        deed = Deed("promote", actor, trusted, reason)
        return _promoted(connection, seen, said, policy, deed)

    return permitted(engine, work)


def roll_back(
    engine: Engine,
    model: str,
    *,
    actor: str,
    trusted: TrustedKeys,
    reason: str = "",
    seen_epoch: int | None = None,
    policy: Policy | None = None,
) -> Moved:
    """Make the version of the alias `rollback` the champion, and stop all canaries.

    Raises
    ------
    RouteChanged, NotApproved
        As in `promote`.
    DeploymentError
        If there's no version to roll back to.
    """
    policy = policy or LocalPolicy()

    def work(connection: Connection) -> Moved:
        seen = _seen(connection, model, seen_epoch)
        asked(policy, "roll_back", model, Facts(actor=actor, model=model), connection)
        deed = Deed("roll_back", actor, trusted, reason)
        return champion.roll_back_model(connection, seen, deed)

    return permitted(engine, work)


def _promoted(
    connection: Connection,
    seen: Aliases,
    facts: Facts,
    policy: Policy,
    deed: Deed,
) -> Moved:
    assert facts.alias is not None
    assert facts.version is not None
    asked(policy, "promote", f"{facts.model}/{facts.version}", facts, connection)
    return champion.promote(
        connection,
        seen,
        facts.alias,
        facts.version,
        deed,
        manifest_sha256=facts.manifest_sha256,
    )


def _seen(connection: Connection, model: str, seen_epoch: int | None) -> Aliases:
    found = aliases_in(connection, model)
    if seen_epoch not in (None, found.epoch):
        raise RouteChanged(
            f"The aliases of {model} have changed since you read them.",
            why=f"Their epoch is now {found.epoch}, not {seen_epoch}.",
            fix="Review the aliases and try again: automl models",
        )
    return found
