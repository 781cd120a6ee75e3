"""Approvals, aliases and the audit log in plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.words.table import text_table
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.govern.results import Changed
    from automl_magic.records.models.approval import Approval
    from automl_magic.records.models.deployment import Route
    from automl_magic.store.audit import Entry, Verdict


def approved(approval: Approval) -> str:
    """Say what was approved, by whom, and what can be done with it."""
    said = approval.statement
    name = safe(said.model)
    return "\n".join(
        [
            f"{name} version {said.version} may serve.",
            f"  bytes     {said.manifest_sha256[:19]}…",
            f"  author    {safe(said.author)}",
            f"  approver  {safe(said.approver)}",
            f"  key       {approval.key_id[:19]}…",
            f"Next: automl serve {name}/{said.version}",
            f"      automl promote {name} {said.version} champion",
        ]
    )


def revoked(changed: Changed, version: int) -> str:
    """Say what may not serve any more, and what took its place."""
    lines = [f"{safe(changed.model)} version {version} may not serve any more."]
    return "\n".join([*lines, *_consequences(changed)])


def promoted(changed: Changed, version: int, alias: str) -> str:
    """Say what an alias means now, and where that is served."""
    means = changed.aliases.get("rollback")
    lines = [f"{safe(changed.model)} version {version} is now {safe(alias)}."]
    if alias == "champion" and means is not None:
        lines.append(f"Back to version {means}: automl rollback {safe(changed.model)}")
    return "\n".join([*lines, *_consequences(changed)])


def rolled_back(changed: Changed) -> str:
    """Say which version is the champion again."""
    champion = changed.aliases["champion"]
    lines = [f"{safe(changed.model)} version {champion} is the champion again."]
    return "\n".join([*lines, *_consequences(changed)])


def route_line(route: Route) -> str:
    """Say in half a line which versions of a route answer."""
    parts = [f"version {route.stable}"]
    if route.canary is not None:
        parts.append(f"version {route.canary} for {route.percent:g} % ({route.kind.value})")
    if route.shadow is not None:
        parts.append(f"version {route.shadow} in the shadow")
    return ", ".join(parts)


def behind(workers: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which workers do not follow a change yet."""
    return [
        f"Not yet followed in {safe(name)} by {', '.join(map(safe, ids))}."
        for name, ids in workers.items()
    ]


def untold(why: str | None) -> list[str]:
    """Say that MLflow does not know yet."""
    if why is None:
        return []
    return [f"MLflow does not know yet: {safe(why)} The next command tells it."]


def _consequences(changed: Changed) -> list[str]:
    return [
        *(
            f"  {safe(route.deployment)} answers with {route_line(route)}"
            for route in changed.routes
        ),
        *behind(changed.behind),
        *untold(changed.untold),
    ]


def entries(found: Sequence[Entry], subject: str | None) -> str:
    """Lay out entries of the audit log, the newest first."""
    if not found:
        return "The audit log is empty." if subject is None else f"Nothing about {safe(subject)}."
    rows = [
        (
            entry.seq,
            datetime.fromtimestamp(entry.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor,
            entry.action,
            entry.subject,
            entry.detail.get("reason") or "",
        )
        for entry in found
    ]
    return text_table(("", "when", "who", "did", "to", "because"), rows, right=(0,))


def verdict(found: Verdict) -> str:
    """Say whether the audit log is whole."""
    if found.broken_at is None:
        return f"The audit log is whole: {found.n_entries:,} entries.\n  head  {found.head}"
    return "\n".join(
        [
            f"The audit log is broken at entry {found.broken_at}.",
            f"  Why: {found.why}",
            "  Do:  Trust the entries before it; restore the rest from a backup of the store.",
            f"  head  {found.head}",
        ]
    )
