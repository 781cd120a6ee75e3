"""The server of gRPC: one for each worker, on a port that they share."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from automl_magic.errors import DeploymentError
from automl_magic.records.models.deployment import Limits
from automl_magic_serving.endpoint import Endpoints
from automl_magic_serving.gate import Gate
from automl_magic_serving.rpc.compiled import protocol
from automl_magic_serving.rpc.health import Health
from automl_magic_serving.rpc.inference import Inference

_AT_ONCE = 1_024
_METADATA_BYTES = 16_384
_ENVELOPE_BYTES = 65_536  # what a message may have beside the values: names, types, shapes
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Rpc:
    """A server of gRPC that answers."""

    server: grpc.aio.Server
    port: int

    async def stop(self, grace_s: float) -> None:
        """Take no new calls, and let those that are open end within the grace."""
        await self.server.stop(grace_s)


async def start_rpc(
    endpoints: Endpoints, gate: Gate, host: str, port: int, *, shared: bool = True
) -> Rpc:
    """Serve on a port.

    Parameters
    ----------
    port : int
        0 for any free one.
    shared : bool
        Whether other workers listen on the same port (SO_REUSEPORT).

    Raises
    ------
    DeploymentError
        If the port cannot be listened on.
    """
    limits = [one.deployment.limits for one in endpoints if one.takes_requests] or [Limits()]
    server = grpc.aio.server(
        maximum_concurrent_rpcs=_AT_ONCE,
        options=[
            (
                "grpc.max_receive_message_length",
                max(one.body_bytes for one in limits) + _ENVELOPE_BYTES,
            ),
            ("grpc.max_metadata_size", _METADATA_BYTES),
            ("grpc.absolute_max_metadata_size", 2 * _METADATA_BYTES),
            ("grpc.max_connection_idle_ms", 5 * _MINUTE_MS),
            ("grpc.so_reuseport", int(shared)),
        ],
    )
    inference = Inference(endpoints, gate)
    health = Health(endpoints, (protocol("inference").service,))
    server.add_generic_rpc_handlers((inference.handlers(), health.handlers()))
    bracketed = f"[{host}]" if ":" in host else host
    try:
        bound = server.add_insecure_port(f"{bracketed}:{port}")
    except RuntimeError as error:
        raise DeploymentError(
            f"gRPC cannot listen on {bracketed}:{port}.",
            why="Another program may have the port, or the address is not this machine's.",
            fix="Choose another with --grpc-port.",
        ) from error
    await server.start()
    return Rpc(server, bound)
