"""The gRPC server: one per worker, on a shared port."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from automl_magic.errors import DeploymentError
from automl_magic.records.models.deployment import RequestLimits
from automl_magic_serving.auth import AccessControl
from automl_magic_serving.endpoint import Endpoints
from automl_magic_serving.rpc.health import HealthServicer
from automl_magic_serving.rpc.inference import InferenceServicer
from automl_magic_serving.rpc.proto_files import load_proto

_MAX_CONCURRENT_RPCS = 1_024
_METADATA_BYTES = 16_384
_ENVELOPE_BYTES = 65_536  # allowance for names, types and shapes beside the values
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class GrpcServer:
    """A running gRPC server."""

    server: grpc.aio.Server
    port: int

    async def stop(self, grace_s: float) -> None:
        """Accept no new calls, and let open ones finish within the grace period, in seconds."""
        await self.server.stop(grace_s)


async def start_grpc(
    endpoints: Endpoints, gate: AccessControl, host: str, port: int, *, shared: bool = True
) -> GrpcServer:
    """Start a gRPC server.

    Parameters
    ----------
    port : int
        Port to listen on; 0 for any free port.
    shared : bool
        Whether other workers listen on the same port (SO_REUSEPORT).

    Raises
    ------
    DeploymentError
        If the port isn't available.
    """
    limits = [endpoint.deployment.limits for endpoint in endpoints if endpoint.takes_requests] or [
        RequestLimits()
    ]
    server = grpc.aio.server(
        maximum_concurrent_rpcs=_MAX_CONCURRENT_RPCS,
        options=[
            (
                "grpc.max_receive_message_length",
                max(limit.body_bytes for limit in limits) + _ENVELOPE_BYTES,
            ),
            ("grpc.max_metadata_size", _METADATA_BYTES),
            ("grpc.absolute_max_metadata_size", 2 * _METADATA_BYTES),
            ("grpc.max_connection_idle_ms", 5 * _MINUTE_MS),
            ("grpc.so_reuseport", int(shared)),
        ],
    )
    inference = InferenceServicer(endpoints, gate)
    health = HealthServicer(endpoints, (load_proto("inference").service,))
    server.add_generic_rpc_handlers((inference.handlers(), health.handlers()))
    url_host = f"[{host}]" if ":" in host else host
    try:
        bound_port = server.add_insecure_port(f"{url_host}:{port}")
    except RuntimeError as error:
        raise DeploymentError(
            f"Can't listen for gRPC on {url_host}:{port}.",
            why="Another program may be using the port, or the address isn't this machine's.",
            fix="Choose another port with --grpc-port.",
        ) from error
    await server.start()
    return GrpcServer(server, bound_port)
