"""automl serve: serve registered models over HTTP."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import deployments as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.errors import AutomlMagicError, DeploymentError
from automl_magic.flow import serving

if TYPE_CHECKING:
    from automl_magic.deploy.results import PreparedDeployment

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PORT = click.IntRange(0, 65_535)


@subcommand
@click.argument("targets", nargs=-1, required=True, metavar="NAME[@ALIAS]|NAME/VERSION|FILE.yaml…")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=_PORT, default=8080, show_default=True, help="Port. 0 for any free port."
)
@click.option("--grpc-port", type=_PORT, help="Port for gRPC. Default: no gRPC.")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Number of processes.  [default: one per core]"
)
@click.option(
    "--auth",
    type=click.Choice(["auto", "required", "off"]),
    default="auto",
    show_default=True,
    help="Whether requests need an API key. auto: yes, except on a loopback address before you "
    "create the first key.",
)
@click.option(
    "--allow-schema-change",
    is_flag=True,
    help="Accept a version that refuses requests which the deployment's stable version accepts.",
)
def serve(
    frontend: Frontend,
    /,
    *,
    targets: tuple[str, ...],
    host: str,
    port: int,
    grpc_port: int | None,
    workers: int | None,
    auth: str,
    allow_schema_change: bool,
) -> CommandResult:
    """Serve one or more registered models over HTTP, and optionally gRPC, until Ctrl-C.

    A plain NAME follows the model's champion: promoting another version switches this server at
    once. Servers load only approved versions (`automl approve NAME VERSION`). This command approves
    the first version of a model that you serve, if the policy allows it. In a deployment file you
    can also set a canary with its objectives, and what is logged.
    """
    from automl_magic.cli.apps.serving import InferenceServer, check_ports

    # Before anything is approved or created.
    check_ports(host, port, grpc_port)
    deployed = []
    with contextlib.ExitStack() as undo:
        for target in targets:
            prepared = serving.deploy(
                target, allow_schema_change=allow_schema_change, workspace=frontend.workspace
            )
            if prepared.is_new:
                undo.callback(_remove, frontend, prepared.deployment.name)
            for note in prepared.notes:
                frontend.notify(note)
            deployed.append(prepared)
        names = [prepared.deployment.name for prepared in deployed]
        if duplicates := sorted({name for name in names if names.count(name) > 1}):
            raise DeploymentError(
                f"{duplicates[0]} is listed twice.",
                why="Each deployment of a server needs its own name.",
                fix="List it once, or set another metadata.name in one of the files.",
            )
        command = [
            sys.executable,
            "-m",
            "automl_magic_serving",
            "--host",
            host,
            "--port",
            str(port),
        ]
        command += [part for name in names for part in ("--deployment", name)]
        command += ["--auth", auth, "--workers", str(workers or _workers(deployed))]
        if grpc_port is not None:
            command += ["--grpc-port", str(grpc_port)]
        server = InferenceServer(command, frontend.workspace)
        server.start()
        undo.pop_all()
    document = {
        "url": server.url,
        "grpc": server.grpc,
        "deployments": [prepared.to_json() for prepared in deployed],
    }
    is_open = auth == "off" or (
        auth == "auto"
        and host in LOOPBACK
        and not serving.has_api_keys(workspace=frontend.workspace)
    )
    text = formatters.format_server(deployed, server.url, server.grpc, needs_key=not is_open)
    return CommandResult(server, document, text, server=server)


def _remove(frontend: Frontend, name: str) -> None:
    """Remove a new deployment whose server didn't start."""
    with contextlib.suppress(AutomlMagicError):
        serving.remove(name, workspace=frontend.workspace)
        frontend.notify(f"Removed deployment {name}, because its server didn't start.")


def _workers(deployed: Sequence[PreparedDeployment]) -> int:
    """Return one process per core, or fewer if the deployment files allow fewer replicas."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    max_replicas = max(prepared.deployment.autoscale.max_replicas for prepared in deployed)
    return min(cores or 1, max_replicas) if max_replicas > 1 else cores or 1
