"""Deployments and their routes as plain text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.words.governance import behind, route_line, untold
from automl_magic.cli.words.table import text_table
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.deploy.results import Deployed, Routed, Shown


def deployments(statuses: Sequence[Shown]) -> str:
    """Format the deployments, sorted by name."""
    if not statuses:
        return "No deployments yet. To serve a model: automl serve NAME"
    rows = [
        (
            status.deployment.name,
            status.deployment.model_version_id,
            route_line(status.route),
            status.route.epoch,
            len(status.workers) or "–",
        )
        for status in statuses
    ]
    headings = ("deployment", "model", "route", "epoch", "workers")
    return text_table(headings, rows, right=(3, 4))


def shown(status: Shown) -> str:
    """Format a deployment: its route, its workers and the history of the route."""
    lagging = [worker for worker, epoch in status.workers.items() if epoch < status.route.epoch]
    lines = [
        f"{safe(status.deployment.name)} serves {route_line(status.route)}.",
        f"  model     {safe(status.deployment.model_version_id)}",
        f"  epoch     {status.route.epoch}",
        f"  workers   {len(status.workers) or 'none'}"
        + (f", {len(lagging)} still on an older route" if lagging else ""),
    ]
    if status.route.previous is not None:
        lines.append(f"  previous  version {status.route.previous}")
    rows = [
        (
            change.route.epoch,
            datetime.fromtimestamp(change.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            change.actor,
            change.action,
            route_line(change.route),
            change.reason,
        )
        for change in status.history
    ]
    headings = ("epoch", "time", "user", "action", "route", "reason")
    return "\n".join([*lines, "", text_table(headings, rows, right=(0,))])


def routed(update: Routed) -> str:
    """Format a changed route."""
    route = update.route
    lines = [f"{safe(route.deployment)} serves {route_line(route)}."]
    lagging = {route.deployment: update.behind} if update.behind else {}
    if route.canary is not None:
        lines += [
            f"Next: automl route {safe(route.deployment)} --promote",
            f"      automl route {safe(route.deployment)} --stop",
        ]
    return "\n".join([*lines, *behind(lagging), *untold(update.untold)])


def serving(deployed: Sequence[Deployed], url: str, grpc: str | None, *, needs_key: bool) -> str:
    """Format what a server serves and where, with a command that requests a prediction."""
    lines = [
        f"{safe(prepared.deployment.name)} serves {route_line(prepared.route)}."
        for prepared in deployed
    ]
    lines += [f"  http      {url}", f"  openapi   {url}/openapi.json"]
    if grpc is not None:
        lines.append(f"  grpc      {grpc}")
    if needs_key:
        lines.append("  key       to create one: automl key create NAME")
    lines += [_curl_command(prepared, url, needs_key=needs_key) for prepared in deployed]
    return "\n".join(lines)


def _curl_command(prepared: Deployed, url: str, *, needs_key: bool) -> str:
    row = prepared.example if prepared.example is not None else {}
    body = json.dumps({"instances": [row]}, ensure_ascii=False)
    address = f"{url}/v1/inference/{prepared.deployment.name}:predict"
    key = ' -H "Authorization: Bearer $KEY"' if needs_key else ""
    return (
        f"Try it: curl -s {address}{key} -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )


def removed(name: str) -> str:
    """Format the deletion of a deployment."""
    return f"Deleted deployment {safe(name)}. The audit log has its last settings."
