"""Approvals: which bytes may serve. A row says so, and a signature says who said it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from automl_magic.errors import NotApproved
from automl_magic.records.codec import RecordProblem, dumps
from automl_magic.records.models.approval import Approval
from automl_magic.store.audit import append
from automl_magic.store.engine import now, reading
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import approvals


@dataclass(frozen=True)
class Approved:
    """An approval as the store has it; times in seconds since 1970."""

    id: int
    approval: Approval
    approved_at: float
    revoked_at: float | None = None
    revoked_by: str | None = None


@dataclass(frozen=True)
class Clearance:
    """The proof that a version may serve, as one transaction has found it.

    `clear` alone makes one. Whatever writes a route or moves the champion takes it as an argument,
    so nobody forgets to ask, and nobody asks twice. It ends with its transaction.
    """

    approval: Approval

    @property
    def version(self) -> int:
        """The version that may serve."""
        return self.approval.statement.version

    def is_for(self, model: str, version: int) -> bool:
        """Say whether it is about a version."""
        said = self.approval.statement
        return (said.model, said.version) == (model, version)


def record(connection: Connection, approval: Approval) -> None:
    """Write an approval with its audit entry; it takes the place of an older one.

    The transaction must be a `serially` one.
    """
    said = approval.statement
    at = now(connection)
    connection.execute(
        approvals.insert().values(
            model=said.model,
            version=said.version,
            manifest_sha256=said.manifest_sha256,
            approver=said.approver,
            document=dumps(approval.to_json(), indent=None).strip(),
            approved_at=at,
        )
    )
    append(
        connection,
        actor=said.approver,
        action="approve",
        subject=f"{said.model}/{said.version}",
        detail={
            "manifest_sha256": said.manifest_sha256,
            "author": said.author,
            "policy": said.policy,
            "key_id": approval.key_id,
        },
    )


def revoke(connection: Connection, model: str, version: int, *, actor: str) -> int:
    """Mark every approval of a version as revoked, and return how many were not yet."""
    result = connection.execute(
        update(approvals)
        .where(_of(model, version), approvals.c.revoked_at.is_(None))
        .values(revoked_at=now(connection), revoked_by=actor)
    )
    return int(result.rowcount)


def clear(
    connection: Connection,
    model: str,
    version: int,
    *,
    trusted: TrustedKeys,
    manifest_sha256: str | None = None,
) -> Clearance:
    """Ask, in the `serially` transaction that routes to a version, whether it may serve.

    This is the one place where such a transaction asks. What was found before it began, when bytes
    were staged, only saved work: a version that is revoked in between is refused here, and as no
    other such transaction runs beside this one, none is revoked between this and the write.

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
    """Return the approval of a version, if there is one that holds.

    Parameters
    ----------
    trusted : TrustedKeys
        Whose signatures are believed: those of the workspace.
    manifest_sha256 : str, optional
        The digest of the manifest at hand, which must be the one that was approved.

    Raises
    ------
    NotApproved
        If nobody approved the version, the approval was revoked, it is of other bytes, or no
        trusted key signed it.
    """
    row = _newest(connection, model, version)
    if row is None or row.revoked_at is not None:
        raise NotApproved(
            f"{model} version {version} may not serve.",
            why="Nobody has approved it."
            if row is None
            else f"Its approval was revoked by {row.revoked_by}.",
            fix=f"Approve it: automl approve {model} {version}",
        )
    approval = _read(row).approval
    said = approval.statement
    if (said.model, said.version) != (model, version):
        raise _of_something_else(model, version, f"It is of {said.model} version {said.version}.")
    if manifest_sha256 is not None:
        check_manifest(approval, manifest_sha256)
    trusted.verify(approval)
    return approval


def check_manifest(approval: Approval, manifest_sha256: str) -> None:
    """Raise NotApproved if an approval is of other bytes than those of a manifest."""
    said = approval.statement
    if manifest_sha256 != said.manifest_sha256:
        why = "The model's files are not those it is about."
        raise _of_something_else(said.model, said.version, why)


def approval_of(engine: Engine, model: str, version: int) -> Approved | None:
    """Return the newest approval of a version, revoked or not; None if there never was one."""
    with reading(engine) as connection:
        row = _newest(connection, model, version)
    return None if row is None else _read(row)


def _of(model: str, version: int) -> ColumnElement[bool]:
    return (approvals.c.model == model) & (approvals.c.version == version)


def _newest(connection: Connection, model: str, version: int) -> Row[tuple[object, ...]] | None:
    query = select(approvals).where(_of(model, version)).order_by(approvals.c.id.desc()).limit(1)
    return connection.execute(query).first()


def _read(row: Row[tuple[object, ...]]) -> Approved:
    try:
        approval = Approval.from_json(json.loads(row.document))
    except (ValueError, RecordProblem) as error:
        raise _of_something_else(row.model, row.version, "It cannot be read.") from error
    return Approved(row.id, approval, row.approved_at, row.revoked_at, row.revoked_by)


def _of_something_else(model: str, version: int, why: str) -> NotApproved:
    return NotApproved(
        f"The approval of {model} version {version} does not hold.",
        why=why,
        fix=f"Approve it again: automl approve {model} {version}",
    )
