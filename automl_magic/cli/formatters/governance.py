"""Approvals, aliases and the audit log as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.text import printable
from automl_magic.errors import DO, WHY
from automl_magic.flow.replacement import untried_note

if TYPE_CHECKING:
    from automl_magic.govern.results import AliasChangeResult
    from automl_magic.records.models.approval import Approval
    from automl_magic.records.models.deployment import Route
    from automl_magic.store.audit import AuditEntry, ChainVerification


def format_approval(approval: Approval) -> str:
    """Format an approval with the next commands."""
    statement = approval.statement
    name = printable(statement.model)
    return "\n".join(
        [
            f"Approved {name} version {statement.version} for serving.",
            f"  digest    {statement.manifest_sha256[:19]}…",
            f"  author    {printable(statement.author)}",
            f"  approver  {printable(statement.approver)}",
            f"  key       {approval.key_id[:19]}…",
            f"Next: automl serve {name}/{statement.version}",
            f"      automl promote {name} {statement.version} champion",
        ]
    )


def format_revocation(changed: AliasChangeResult, version: int) -> str:
    """Format a revoked approval and the changed routes."""
    lines = [f"{printable(changed.model)} version {version} can no longer be served."]
    return "\n".join([*lines, *_consequences(changed)])


def format_promotion(changed: AliasChangeResult, version: int, alias: str) -> str:
    """Format a promotion and the changed routes."""
    previous = changed.aliases.get("rollback")
    lines = [f"{printable(changed.model)} version {version} is now {printable(alias)}."]
    if alias == "champion" and previous is not None:
        lines.append(f"To restore version {previous}: automl rollback {printable(changed.model)}")
    return "\n".join([*lines, *_consequences(changed)])


def format_rollback(changed: AliasChangeResult) -> str:
    """Format a rollback and the changed routes."""
    champion = changed.aliases["champion"]
    lines = [f"{printable(changed.model)} version {champion} is the champion again."]
    return "\n".join([*lines, *_consequences(changed)])


def format_route(route: Route) -> str:
    """Format the versions of a route: `version 1, version 2 for 10% (canary)`."""
    parts = [f"version {route.stable}"]
    if route.canary is not None:
        parts.append(f"version {route.canary} for {route.percent:g}% ({route.kind.value})")
    if route.shadow is not None:
        parts.append(f"version {route.shadow} as shadow")
    return ", ".join(parts)


def format_lagging_workers(workers: Mapping[str, Sequence[str]]) -> list[str]:
    """Format the workers that don't follow a change yet."""
    return [
        f"Workers of {printable(name)} still on the old route: "
        f"{', '.join(map(printable, worker_ids))}."
        for name, worker_ids in workers.items()
    ]


def format_mlflow_error(why: str | None) -> list[str]:
    """Format the error if the aliases couldn't be written to MLflow."""
    if why is None:
        return []
    return [f"MLflow wasn't updated: {printable(why)} The next command retries it."]


def format_notes(notes: Sequence[str], untried: Sequence[str], version: int) -> list[str]:
    """Format the differences that callers notice, and the warning about an untried version."""
    lines = list(map(printable, notes))
    if untried:
        lines.append(printable(untried_note(version, untried)))
    return lines


def _consequences(changed: AliasChangeResult) -> list[str]:
    return [
        *(
            f"  {printable(route.deployment)} serves {format_route(route)}"
            for route in changed.routes
        ),
        *format_notes(changed.notes, changed.untried, changed.aliases.get("champion", 0)),
        *format_lagging_workers(changed.lagging_workers),
        *format_mlflow_error(changed.mlflow_error),
    ]


def format_audit_entries(log: Sequence[AuditEntry], subject: str | None) -> str:
    """Format entries of the audit log, newest first."""
    if not log:
        return (
            "The audit log is empty."
            if subject is None
            else f"The audit log has no entries about {printable(subject)}."
        )
    rows = [
        (
            entry.seq,
            datetime.fromtimestamp(entry.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor,
            entry.action,
            entry.subject,
            entry.detail.get("reason") or "",
        )
        for entry in log
    ]
    return format_table(("", "time", "user", "action", "subject", "reason"), rows, right=(0,))


def format_verification(verification: ChainVerification) -> str:
    """Format the verification of the audit log."""
    if verification.broken_at is None:
        return (
            f"The audit log is intact: {verification.n_entries:,} entries.\n"
            f"  head  {verification.head}"
        )
    return "\n".join(
        [
            f"The audit log is broken at entry {verification.broken_at}.",
            f"  {WHY} {verification.why}",
            f"  {DO}  Restore the later entries from a backup of the store.",
            f"  head  {verification.head}",
        ]
    )
