"""What the command line says: `python -m automl_magic_serving --deployment NAME …`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic_serving.gate import AuthMode

GRACE_S = 10.0
_MOST_DEPLOYMENTS = 64


@dataclass(frozen=True)
class Options:
    """What to serve, where, and with how many workers. `grpc_port` None: no gRPC; 0: any port."""

    deployments: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 8080
    grpc_port: int | None = None
    workers: int = 1
    auth: AuthMode = AuthMode.AUTO
    grace_s: float = GRACE_S
    ends_with_input: bool = False


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m automl_magic_serving",
        description="Serve deployments over HTTP and gRPC. Everything else is in the store.",
    )
    parser.add_argument("--deployment", action="append", required=True, metavar="NAME")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=_port, default=8080, help="for HTTP; 0: any free one")
    parser.add_argument("--grpc-port", type=_port, help="for gRPC; 0: any free one")
    parser.add_argument("--workers", type=_workers, default=cores(), help="processes that answer")
    parser.add_argument("--auth", type=AuthMode, choices=list(AuthMode), default=AuthMode.AUTO)
    parser.add_argument("--grace", type=float, default=GRACE_S, metavar="SECONDS")
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="end when standard input does: with the program that started this one",
    )
    said = parser.parse_args(arguments)
    names = tuple(dict.fromkeys(said.deployment))
    if len(names) > _MOST_DEPLOYMENTS:
        parser.error(f"at most {_MOST_DEPLOYMENTS} deployments in one server")
    return Options(
        names,
        said.host,
        said.port,
        said.grpc_port,
        said.workers,
        said.auth,
        said.grace,
        said.end_with_input,
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError("from 1 to 256 workers")
    return number
