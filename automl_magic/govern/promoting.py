"""Promoting: what an alias means. Of several who decide at once, one decides."""

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
    """Make an alias mean a version; as champion it serves wherever the champion is followed.

    The policy's yes, the use of the approval, the aliases, the routes, their history, the audit
    entries and the order to tell MLflow are one transaction.

    Parameters
    ----------
    seen_epoch : int, optional
        The epoch of the model's aliases that the decision rests on; by default, the present one.

    Raises
    ------
    RouteChanged
        If the aliases are of another epoch than was seen.
    NotApproved
        If the policy says no, or the version would serve without an approval of these very bytes.
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
    """Make a version the champion where its model has none yet; None where it has.

    Parameters
    ----------
    approval : Approval
        What was found when the bytes of the version were staged. That it holds still, and is of
        these bytes, is asked in the transaction.

    Raises
    ------
    NotApproved
        As `promote`.
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
    """Make the champion what `rollback` means, wherever it is followed, and end every canary.

    Raises
    ------
    RouteChanged, NotApproved
        As `promote`.
    DeploymentError
        If there is nothing to roll back to.
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
            f"The aliases of {model} are not those that were read.",
            why=f"Somebody changed them in between: their epoch is {found.epoch}, "
            f"and {seen_epoch} was read.",
            fix="Look at them, and decide again: automl models",
        )
    return found
