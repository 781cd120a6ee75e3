"""automl serve: answer requests with a registered model."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import deployments as words
from automl_magic.errors import DeploymentError
from automl_magic.flow import serving

if TYPE_CHECKING:
    from automl_magic.deploy.results import Deployed

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PORT = click.IntRange(0, 65_535)


@verb
@click.argument("targets", nargs=-1, required=True, metavar="NAME[@ALIAS]|NAME/VERSION|FILE.yaml…")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=_PORT, default=8080, show_default=True, help="0 for any free one.")
@click.option("--grpc-port", type=_PORT, help="Answer gRPC too.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes.  [default: one a core]")
@click.option(
    "--auth",
    type=click.Choice(["auto", "required", "off"]),
    default="auto",
    show_default=True,
    help="Whether requests need an API key; auto: not on this machine before there is one.",
)
def serve(
    door: Door,
    /,
    *,
    targets: tuple[str, ...],
    host: str,
    port: int,
    grpc_port: int | None,
    workers: int | None,
    auth: str,
) -> Answer:
    """Serve registered models over HTTP, and gRPC if asked, until Ctrl-C.

    A plain NAME follows the model's champion: promoting another version switches this server at
    once. Only a version that was approved is loaded (`automl approve NAME VERSION`). A deployment
    file says more: a canary, objectives that it must keep, what is logged. Several models are
    served by one server.
    """
    from automl_magic.cli.apps.serving import InferenceServer

    deployed = []
    for target in targets:
        one = serving.deploy(target, workspace=door.workspace)
        for note in one.notes:
            door.say(note)
        deployed.append(one)
    names = [one.deployment.name for one in deployed]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DeploymentError(
            f"{twice[0]} is asked for twice.",
            why="Each deployment of a server has a name of its own.",
            fix="Name it once, or give one of the two another metadata.name in a file.",
        )
    command = [sys.executable, "-m", "automl_magic_serving", "--host", host, "--port", str(port)]
    command += [part for name in names for part in ("--deployment", name)]
    command += ["--auth", auth, "--workers", str(workers or _workers(deployed))]
    if grpc_port is not None:
        command += ["--grpc-port", str(grpc_port)]
    server = InferenceServer(command, door.workspace)
    server.start()
    document = {
        "url": server.url,
        "grpc": server.grpc,
        "deployments": [one.to_json() for one in deployed],
    }
    is_open = auth == "off" or (
        auth == "auto" and host in LOOPBACK and not serving.any_key(workspace=door.workspace)
    )
    text = words.serving(deployed, server.url, server.grpc, needs_key=not is_open)
    return Answer(server, document, text, server=server)


def _workers(deployed: Sequence[Deployed]) -> int:
    """Return one process a core, or fewer where the files allow fewer replicas."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    asked = max(one.deployment.autoscale.max_replicas for one in deployed)
    return min(cores or 1, asked) if asked > 1 else cores or 1
