"""The gRPC health service, `grpc.health.v1.Health`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.message import Message

from automl_magic_serving.endpoint import Endpoints
from automl_magic_serving.rpc.proto_files import load_proto, read_or_none

_POLL_S = 0.5
_SERVING, _NOT_SERVING, _UNKNOWN = 1, 2, 3


class HealthServicer:
    """Reports whether the server, the inference service or a deployment is serving."""

    def __init__(self, endpoints: Endpoints, services: tuple[str, ...]) -> None:
        self._endpoints, self._services = endpoints, ("", *services)
        self._protocol = load_proto("health")

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return the handlers to add to a gRPC server."""
        parse = read_or_none(self._protocol.HealthCheckRequest.FromString)
        serialize = self._protocol.HealthCheckResponse.SerializeToString
        return grpc.method_handlers_generic_handler(
            self._protocol.service,
            {
                "Check": grpc.unary_unary_rpc_method_handler(self._check, parse, serialize),
                "Watch": grpc.unary_stream_rpc_method_handler(self._watch, parse, serialize),
            },
        )

    async def _check(self, request: Any, context: grpc.aio.ServicerContext) -> Message:
        if request is None:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Can't parse the message.")
        status = self._status(request.service)
        if status == _UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, "Unknown service.")
        return self._protocol.HealthCheckResponse(status=status)

    async def _watch(
        self, request: Message | None, _: grpc.aio.ServicerContext
    ) -> AsyncIterator[Message]:
        last_status = None
        while True:
            status = _UNKNOWN if request is None else self._status(request.service)
            if status != last_status:
                last_status = status
                yield self._protocol.HealthCheckResponse(status=status)
            await asyncio.sleep(_POLL_S)

    def _status(self, service: str) -> int:
        if service in self._services:
            return _SERVING if self._endpoints.ready else _NOT_SERVING
        endpoint = self._endpoints.get(service)
        if endpoint is None:
            return _UNKNOWN
        is_ready = endpoint.takes_requests and not self._endpoints.is_draining
        return _SERVING if is_ready else _NOT_SERVING
