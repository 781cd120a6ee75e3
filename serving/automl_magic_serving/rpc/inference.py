"""The gRPC inference service, `inference.GRPCInferenceService`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import grpc
from google.protobuf.message import Message

from automl_magic_serving.auth import AccessControl, Caller, HttpProblem
from automl_magic_serving.auth.problem import malformed_error, not_found_error
from automl_magic_serving.endpoint import Endpoint, Endpoints
from automl_magic_serving.oip.lookup import find_endpoint, find_version
from automl_magic_serving.oip.metadata import SERVER, model_metadata
from automl_magic_serving.oip.outputs import check_outputs, output_tensors
from automl_magic_serving.oip.problems import problem_from_error
from automl_magic_serving.oip.request_ids import request_id
from automl_magic_serving.oip.rows import read_rows
from automl_magic_serving.rpc.proto_files import ProtoFile, load_proto, read_or_none
from automl_magic_serving.rpc.status import status_code, status_message, trailing_metadata
from automl_magic_serving.rpc.tensors import read_tensors, write_tensors

Method = Callable[[Message, "CallContext"], Awaitable[Message]]


class CallContext:
    """The metadata of a call, and its request id."""

    __slots__ = ("metadata", "request_id")

    def __init__(self, context: grpc.aio.ServicerContext) -> None:
        self.metadata: Mapping[str, str | bytes] = dict(context.invocation_metadata() or ())
        header = self.text("x-request-id")
        self.request_id = request_id(
            header.encode("latin-1", "replace") if header else None
        ).decode()

    def text(self, key: str) -> str | None:
        """Return a metadata value as text, or None."""
        value = self.metadata.get(key)
        return value.decode("latin-1") if isinstance(value, bytes) else value


class InferenceServicer:
    """Implements the protocol's methods."""

    def __init__(self, endpoints: Endpoints, gate: AccessControl) -> None:
        self._endpoints, self._gate = endpoints, gate
        self._protocol = load_proto("inference")

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return the handlers to add to a gRPC server."""
        methods: Mapping[str, Method] = {
            "ServerLive": self._live,
            "ServerReady": self._ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server,
            "ModelMetadata": self._metadata,
            "ModelInfer": self._infer,
        }
        return grpc.method_handlers_generic_handler(
            self._protocol.service,
            {name: _handler(self._protocol, name, method) for name, method in methods.items()},
        )

    async def _live(self, _: Message, __: CallContext) -> Message:
        return self._protocol.ServerLiveResponse(live=True)

    async def _ready(self, _: Message, __: CallContext) -> Message:
        return self._protocol.ServerReadyResponse(ready=self._endpoints.ready)

    async def _model_ready(self, request: Message, _: CallContext) -> Message:
        try:
            self._find(request.name, request.version)
        except HttpProblem as problem:
            if problem.status != 503:
                raise
            return self._protocol.ModelReadyResponse(ready=False)
        return self._protocol.ModelReadyResponse(ready=self._endpoints.ready)

    async def _server(self, _: Message, __: CallContext) -> Message:
        return self._protocol.ServerMetadataResponse(**SERVER)

    async def _metadata(self, request: Message, call: CallContext) -> Message:
        await self._admit(call, request.name)
        endpoint, number = self._find(request.name, request.version)
        versions = endpoint.serving_versions if number is None else (number,)
        metadata = model_metadata(request.name, versions, endpoint.model(number).schema)
        return self._protocol.ModelMetadataResponse(**metadata)

    async def _infer(self, request: Message, call: CallContext) -> Message:
        began = time.perf_counter()
        caller = await self._admit(call, request.model_name)
        endpoint, number = self._find(request.model_name, request.model_version)
        schema = endpoint.model(number).schema
        requested = check_outputs(
            schema, list(dict.fromkeys(output.name for output in request.outputs))
        )
        rows = read_rows(read_tensors(request), schema, endpoint.deployment.limits.rows)
        result = await endpoint.predict(
            rows,
            version=number,
            key_id=caller.key_id,
            correlation_id=call.request_id,
            sticky_key=(call.text("x-sticky-key") or "")[:200] or None,
            traceparent=call.text("traceparent"),
            began=began,
        )
        response = self._protocol.ModelInferResponse(
            model_name=request.model_name, model_version=str(result.version), id=request.id
        )
        write_tensors(
            response, output_tensors(result, requested), raw=bool(request.raw_input_contents)
        )
        return response

    def _find(self, name: str, version: str) -> tuple[Endpoint, int | None]:
        if not name:
            raise not_found_error("The request has no model name.")
        endpoint = find_endpoint(self._endpoints, name)
        return endpoint, find_version(endpoint, version) if version else None

    async def _admit(self, call: CallContext, deployment: str) -> Caller:
        authorization = call.text("authorization")
        return await self._gate.admit(
            None if authorization is None else authorization.encode("latin-1", "replace"),
            deployment=deployment,
            local=True,
        )


def _handler(proto: ProtoFile, name: str, method: Method) -> grpc.RpcMethodHandler:
    async def call(request: Message | None, context: grpc.aio.ServicerContext) -> Message:
        call_context = CallContext(context)
        request_id = ("x-request-id", call_context.request_id)
        try:
            if request is None:
                raise malformed_error("Can't parse the message.")
            response = await method(request, call_context)
        except Exception as error:  # noqa: BLE001 - becomes a gRPC status
            problem = problem_from_error(error, call_context.request_id)
            await context.abort(
                status_code(problem),
                status_message(problem),
                (request_id, *trailing_metadata(problem)),
            )
        context.set_trailing_metadata((request_id,))
        return response

    return grpc.unary_unary_rpc_method_handler(
        call,
        request_deserializer=read_or_none(proto.messages[f"{name}Request"].FromString),
        response_serializer=proto.messages[f"{name}Response"].SerializeToString,
    )
