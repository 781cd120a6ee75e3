"""Approvals: the model files that may be served, each with the approver's signature."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from automl_magic.errors import NotApproved
from automl_magic.records.codec import RecordProblem, dumps
from automl_magic.records.models.approval import Approval
from automl_magic.store.audit import append
from automl_magic.store.engine import database_time, read_transaction
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import approvals


@dataclass(frozen=True)
class StoredApproval:
    """An approval in the store. Times are Unix times in seconds."""

    id: int
    approval: Approval
    approved_at: float
    revoked_at: float | None = None
    revoked_by: str | None = None


@dataclass(frozen=True)
class Clearance:
    """The proof, within one transaction, that a version may be served.

    Only `clear_version` makes one. Functions that write a route or change the champion require it
    as an argument, so the check can't be forgotten or repeated. It's valid only in its transaction.
    """

    approval: Approval

    @property
    def version(self) -> int:
        """The version that may be served."""
        return self.approval.statement.version

    def is_for(self, model: str, version: int) -> bool:
        """Return whether it's for this version."""
        statement = self.approval.statement
        return (statement.model, statement.version) == (model, version)


def record_approval(connection: Connection, approval: Approval) -> None:
    """Write an approval with its audit entry, in an `exclusive_transaction`.

    It replaces an older approval of the version.
    """
    statement = approval.statement
    approved_at = database_time(connection)
    connection.execute(
        approvals.insert().values(
            model=statement.model,
            version=statement.version,
            manifest_sha256=statement.manifest_sha256,
            approver=statement.approver,
            document=dumps(approval.to_json(), indent=None).strip(),
            approved_at=approved_at,
        )
    )
    append(
        connection,
        actor=statement.approver,
        action="approve",
        subject=f"{statement.model}/{statement.version}",
        detail={
            "manifest_sha256": statement.manifest_sha256,
            "author": statement.author,
            "policy": statement.policy,
            "key_id": approval.key_id,
        },
    )


def revoke_approvals(connection: Connection, model: str, version: int, *, actor: str) -> int:
    """Revoke all approvals of a version, and return how many weren't revoked yet."""
    result = connection.execute(
        update(approvals)
        .where(_is_version(model, version), approvals.c.revoked_at.is_(None))
        .values(revoked_at=database_time(connection), revoked_by=actor)
    )
    return int(result.rowcount)


def clear_version(
    connection: Connection,
    model: str,
    version: int,
    *,
    trusted: TrustedKeys,
    manifest_sha256: str | None = None,
) -> Clearance:
    """Check, in the `exclusive_transaction` that routes to a version, that it may be served.

    This is the only check that counts. Checks before the transaction, when files are staged, only
    save work. A version that is revoked in between is rejected here. Because such transactions
    exclude each other, none can be revoked between this check and the write.

    Raises
    ------
    NotApproved
        As `check_approved`.
    """
    return Clearance(
        check_approved(connection, model, version, trusted=trusted, manifest_sha256=manifest_sha256)
    )


def check_approved(
    connection: Connection,
    model: str,
    version: int,
    *,
    trusted: TrustedKeys,
    manifest_sha256: str | None = None,
) -> Approval:
    """Return the valid approval of a version.

    Parameters
    ----------
    trusted : TrustedKeys
        The trusted keys of the workspace.
    manifest_sha256 : str, optional
        The digest of the manifest to check. It must be the approved one.

    Raises
    ------
    NotApproved
        If the version wasn't approved, the approval was revoked or is for other files, or no
        trusted key signed it.
    """
    row = _newest(connection, model, version)
    if row is None or row.revoked_at is not None:
        raise NotApproved(
            f"{model} version {version} can't be served.",
            why="It hasn't been approved."
            if row is None
            else f"Its approval was revoked by {row.revoked_by}.",
            fix=f"Approve it: automl approve {model} {version}",
        )
    approval = _from_row(row).approval
    statement = approval.statement
    if (statement.model, statement.version) != (model, version):
        raise _invalid_approval_error(
            model, version, f"It's for {statement.model} version {statement.version}."
        )
    if manifest_sha256 is not None:
        check_manifest(approval, manifest_sha256)
    trusted.verify(approval)
    return approval


def check_manifest(approval: Approval, manifest_sha256: str) -> None:
    """Raise NotApproved if an approval is for other files than those of a manifest."""
    statement = approval.statement
    if manifest_sha256 != statement.manifest_sha256:
        why = "The model's files differ from the approved ones."
        raise _invalid_approval_error(statement.model, statement.version, why)


def approval_of(engine: Engine, model: str, version: int) -> StoredApproval | None:
    """Return the latest approval of a version, even if revoked, or None if there never was one."""
    with read_transaction(engine) as connection:
        row = _newest(connection, model, version)
    return None if row is None else _from_row(row)


def _is_version(model: str, version: int) -> ColumnElement[bool]:
    return (approvals.c.model == model) & (approvals.c.version == version)


def _newest(connection: Connection, model: str, version: int) -> Row[tuple[object, ...]] | None:
    query = (
        select(approvals)
        .where(_is_version(model, version))
        .order_by(approvals.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _from_row(row: Row[tuple[object, ...]]) -> StoredApproval:
    try:
        approval = Approval.from_json(json.loads(row.document))
    except (ValueError, RecordProblem) as error:
        raise _invalid_approval_error(row.model, row.version, "It's damaged.") from error
    return StoredApproval(row.id, approval, row.approved_at, row.revoked_at, row.revoked_by)


def _invalid_approval_error(model: str, version: int, why: str) -> NotApproved:
    return NotApproved(
        f"The approval of {model} version {version} isn't valid.",
        why=why,
        fix=f"Approve the version again: automl approve {model} {version}",
    )
