"""Deployments and their routes in plain text."""

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


def deployments(found: Sequence[Shown]) -> str:
    """Lay out the deployments in the order of their names."""
    if not found:
        return "Nothing is deployed yet. Serve a model: automl serve NAME"
    rows = [
        (
            one.deployment.name,
            one.deployment.model_version_id,
            route_line(one.route),
            one.route.epoch,
            len(one.workers) or "–",
        )
        for one in found
    ]
    heads = ("deployment", "serves", "answers with", "epoch", "workers")
    return text_table(heads, rows, right=(3, 4))


def shown(one: Shown) -> str:
    """Say which versions answer, who serves them, and how that came to be."""
    late = [worker for worker, epoch in one.workers.items() if epoch < one.route.epoch]
    lines = [
        f"{safe(one.deployment.name)} answers with {route_line(one.route)}.",
        f"  serves    {safe(one.deployment.model_version_id)}",
        f"  epoch     {one.route.epoch}",
        f"  workers   {len(one.workers) or 'none'}"
        + (f", of which {len(late)} do not follow yet" if late else ""),
    ]
    if one.route.previous is not None:
        lines.append(f"  before    version {one.route.previous}")
    rows = [
        (
            change.route.epoch,
            datetime.fromtimestamp(change.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            change.actor,
            change.action,
            route_line(change.route),
            change.reason,
        )
        for change in one.history
    ]
    heads = ("epoch", "when", "who", "did", "answers with", "because")
    return "\n".join([*lines, "", text_table(heads, rows, right=(0,))])


def routed(one: Routed) -> str:
    """Say which versions answer now."""
    route = one.route
    lines = [f"{safe(route.deployment)} answers with {route_line(route)}."]
    late = {route.deployment: one.behind} if one.behind else {}
    if route.canary is not None:
        lines += [
            f"Next: automl route {safe(route.deployment)} --promote",
            f"      automl route {safe(route.deployment)} --stop",
        ]
    return "\n".join([*lines, *behind(late), *untold(one.untold)])


def serving(deployed: Sequence[Deployed], url: str, grpc: str | None, *, needs_key: bool) -> str:
    """Say what is served and where, with a command that asks for a prediction."""
    lines = [
        f"{safe(one.deployment.name)} answers with {route_line(one.route)}." for one in deployed
    ]
    lines += [f"  http      {url}", f"  described {url}/openapi.json"]
    if grpc is not None:
        lines.append(f"  grpc      {grpc}")
    if needs_key:
        lines.append("  key       automl key create NAME makes one")
    lines += [_curl(one, url, needs_key=needs_key) for one in deployed]
    return "\n".join(lines)


def _curl(one: Deployed, url: str, *, needs_key: bool) -> str:
    row = one.example if one.example is not None else {}
    body = json.dumps({"instances": [row]}, ensure_ascii=False)
    address = f"{url}/v1/inference/{one.deployment.name}:predict"
    key = ' -H "Authorization: Bearer $KEY"' if needs_key else ""
    return (
        f"Try it: curl -s {address}{key} -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )


def removed(name: str) -> str:
    """Say that a deployment is gone."""
    return f"{safe(name)} is gone. The audit log keeps what it was."
