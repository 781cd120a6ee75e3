"""Command line options of `python -m automl_magic_serving --deployment NAME …`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic_serving.auth import AuthMode

GRACE_S = 10.0
_MAX_DEPLOYMENTS = 64


@dataclass(frozen=True)
class Options:
    """Server options. `grpc_port`: None for no gRPC, 0 for any free port."""

    deployments: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 8080
    grpc_port: int | None = None
    workers: int = 1
    auth: AuthMode = AuthMode.AUTO
    grace_s: float = GRACE_S
    ends_with_input: bool = False


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m automl_magic_serving",
        description="Serve deployments over HTTP and gRPC. Other settings come from the store.",
    )
    parser.add_argument("--deployment", action="append", required=True, metavar="NAME")
    parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
    parser.add_argument("--port", type=_port, default=8080, help="HTTP port. 0 for any free port.")
    parser.add_argument("--grpc-port", type=_port, help="gRPC port. 0 for any free port.")
    parser.add_argument(
        "--workers", type=_workers, default=available_cores(), help="Worker processes."
    )
    parser.add_argument("--auth", type=AuthMode, choices=list(AuthMode), default=AuthMode.AUTO)
    parser.add_argument("--grace", type=float, default=GRACE_S, metavar="SECONDS")
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="Stop when standard input closes, that is, with the program that started the server.",
    )
    args = parser.parse_args(arguments)
    names = tuple(dict.fromkeys(args.deployment))
    if len(names) > _MAX_DEPLOYMENTS:
        parser.error(f"a server can have at most {_MAX_DEPLOYMENTS} deployments")
    return Options(
        names,
        args.host,
        args.port,
        args.grpc_port,
        args.workers,
        args.auth,
        args.grace,
        args.end_with_input,
    )


def available_cores() -> int:
    """Return the number of CPU cores available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError("a port must be a number from 0 to 65535")
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError("the number of workers must be from 1 to 256")
    return number
