"""Deployments and their routes as plain text."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.formatters.governance import (
    format_lagging_workers,
    format_mlflow_error,
    format_notes,
    format_route,
)
from automl_magic.cli.formatters.table import format_table
from automl_magic.display.text import printable
from automl_magic.records.codec import json_text

if TYPE_CHECKING:
    from automl_magic.deploy.results import DeploymentStatus, PreparedDeployment, RouteUpdate


def format_deployments(statuses: Sequence[DeploymentStatus]) -> str:
    """Format the deployments, sorted by name."""
    if not statuses:
        return "No deployments yet. To serve a model: automl serve NAME"
    rows = [
        (
            status.deployment.name,
            status.deployment.model_version_id,
            format_route(status.route),
            status.route.epoch,
            len(status.workers) or "–",
        )
        for status in statuses
    ]
    headings = ("deployment", "model", "route", "epoch", "workers")
    return format_table(headings, rows, right=(3, 4))


def format_deployment(status: DeploymentStatus) -> str:
    """Format a deployment: its route, its workers and the history of the route."""
    lagging = [worker for worker, epoch in status.workers.items() if epoch < status.route.epoch]
    lines = [
        f"{printable(status.deployment.name)} serves {format_route(status.route)}.",
        f"  model     {printable(status.deployment.model_version_id)}",
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
            format_route(change.route),
            change.reason,
        )
        for change in status.history
    ]
    headings = ("epoch", "time", "user", "action", "route", "reason")
    return "\n".join([*lines, "", format_table(headings, rows, right=(0,))])


def format_route_update(update: RouteUpdate) -> str:
    """Format a changed route."""
    route = update.route
    lines = [f"{printable(route.deployment)} serves {format_route(route)}."]
    lagging = {route.deployment: update.lagging_workers} if update.lagging_workers else {}
    if route.canary is not None:
        lines += [
            f"Next: automl route {printable(route.deployment)} --promote",
            f"      automl route {printable(route.deployment)} --stop",
        ]
    untried = [route.deployment] if update.is_untried else []
    return "\n".join(
        [
            *lines,
            *format_notes(update.notes, untried, route.stable),
            *format_lagging_workers(lagging),
            *format_mlflow_error(update.mlflow_error),
        ]
    )


def format_server(
    deployed: Sequence[PreparedDeployment], url: str, grpc: str | None, *, needs_key: bool
) -> str:
    """Format what a server serves and where, with a command that requests a prediction."""
    lines = [
        f"{printable(prepared.deployment.name)} serves {format_route(prepared.route)}."
        for prepared in deployed
    ]
    lines += [f"  http      {url}", f"  openapi   {url}/openapi.json"]
    if grpc is not None:
        lines.append(f"  grpc      {grpc}")
    if needs_key:
        lines.append("  key       to create one: automl key create NAME")
    lines += [_curl_command(prepared, url, needs_key=needs_key) for prepared in deployed]
    return "\n".join(lines)


def _curl_command(prepared: PreparedDeployment, url: str, *, needs_key: bool) -> str:
    row = prepared.example if prepared.example is not None else {}
    body = json_text({"instances": [row]}, ensure_ascii=False)
    address = f"{url}/v1/inference/{prepared.deployment.name}:predict"
    key = ' -H "Authorization: Bearer $KEY"' if needs_key else ""
    return (
        f"Try it: curl -s {address}{key} -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )


def format_removal(name: str) -> str:
    """Format the deletion of a deployment."""
    return f"Deleted deployment {printable(name)}. The audit log has its last settings."
