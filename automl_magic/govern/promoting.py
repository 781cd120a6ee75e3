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
from automl_magic.store.approvals import check_approved
from automl_magic.store.champion import Moved
from automl_magic.store.route_rows import Deed
from automl_magic.store.signing import TrustedKeys


def promote(
    engine: Engine,
    version: ModelVersion,
    alias: str,
    *,
    actor: str,
    reason: str = "",
    seen_epoch: int | None = None,
    policy: Policy | None = None,
    trusted: TrustedKeys | None = None,
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
    return _promoted(
        engine,
        version.name,
        version.version,
        version.manifest_sha256,
        alias,
        actor=actor,
        reason=reason,
        seen_epoch=seen_epoch,
        policy=policy or LocalPolicy(),
        trusted=trusted,
    )


def crown(
    engine: Engine,
    approval: Approval,
    *,
    actor: str,
    reason: str = "",
    seen_epoch: int | None = None,
    policy: Policy | None = None,
    trusted: TrustedKeys | None = None,
) -> Moved:
    """Make the version that an approval is about the champion; as `promote`.

    The approval is what was looked at before the bytes were staged. Whether it holds still, and is
    of these bytes, is asked in the transaction.
    """
    said = approval.statement
    return _promoted(
        engine,
        said.model,
        said.version,
        said.manifest_sha256,
        CHAMPION,
        actor=actor,
        reason=reason,
        seen_epoch=seen_epoch,
        policy=policy or LocalPolicy(),
        trusted=trusted,
    )


def roll_back(
    engine: Engine,
    model: str,
    *,
    actor: str,
    reason: str = "",
    seen_epoch: int | None = None,
    policy: Policy | None = None,
    trusted: TrustedKeys | None = None,
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
        deed = Deed("roll_back", actor, reason, trusted)
        return champion.roll_back_model(connection, seen, deed)

    return permitted(engine, work)


def _promoted(
    engine: Engine,
    model: str,
    version: int,
    manifest_sha256: str,
    alias: str,
    *,
    actor: str,
    reason: str,
    seen_epoch: int | None,
    policy: Policy,
    trusted: TrustedKeys | None,
) -> Moved:
    def work(connection: Connection) -> Moved:
        seen = _seen(connection, model, seen_epoch)
        facts = Facts(
            actor=actor,
            model=model,
            version=version,
            alias=alias,
            manifest_sha256=manifest_sha256,
        )
        asked(policy, "promote", f"{model}/{version}", facts, connection)
        if alias == CHAMPION:
            check_approved(
                connection, model, version, trusted=trusted, manifest_sha256=manifest_sha256
            )
        deed = Deed("promote", actor, reason, trusted)
        return champion.promote(connection, seen, alias, version, deed)

    return permitted(engine, work)


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
