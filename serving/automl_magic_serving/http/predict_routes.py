"""The prediction routes: plain ASGI, for speed. The response is written as bytes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from automl_magic_serving.auth import AccessControl, Caller
from automl_magic_serving.auth.problem import not_found_error
from automl_magic_serving.endpoint import Endpoint, Endpoints
from automl_magic_serving.http.body import ClientDisconnected, Receive, read_body
from automl_magic_serving.http.head import RequestHead
from automl_magic_serving.http.infer import read_infer_request, write_infer_response
from automl_magic_serving.http.instances import (
    read_instances,
    read_predict_request,
    write_predict_response,
    write_predictions,
)
from automl_magic_serving.http.responses import JSON, Headers, Send, send_problem, send_response
from automl_magic_serving.http.strict_json import loads
from automl_magic_serving.oip.lookup import find_endpoint, find_version
from automl_magic_serving.oip.problems import problem_from_error
from automl_magic_serving.oip.rows import check_rows

_BINARY = b"application/octet-stream"
_JSON_LENGTH = b"inference-header-content-length"
_PREDICT = ":predict"
Scope = MutableMapping[str, Any]
ResponseParts = tuple[bytes, bytes, Headers]
Handler = Callable[[RequestHead, Receive, float], Awaitable[ResponseParts]]


class PredictRoutes:
    """The prediction routes. `find` returns the handler of a path."""

    def __init__(self, endpoints: Endpoints, gate: AccessControl) -> None:
        self._endpoints, self._gate = endpoints, gate

    def find(self, path: str) -> Handler | None:
        """Return the handler for a POST to a path, or None if the path isn't a prediction route."""
        match path.split("/"):
            case ["", "v2", "models", name, "infer"]:
                return lambda *request: self._infer(name, None, *request)
            case ["", "v2", "models", name, "versions", version, "infer"]:
                return lambda *request: self._infer(name, version, *request)
            case ["", "v1", "inference", last] if last.endswith(_PREDICT):
                return lambda *request: self._predict_instances(
                    last.removesuffix(_PREDICT), *request
                )
            case ["", "v1", "predict"]:
                return self._predict
        return None

    async def handle(self, handler: Handler, scope: Scope, receive: Receive, to: Send) -> None:
        """Handle a request and send a response, also for errors."""
        began = time.perf_counter()
        request_id = b"-"
        try:
            head = RequestHead(scope["headers"])
            request_id = head.request_id
            head.check_size()
            body, kind, headers = await handler(head, receive, began)
        except ClientDisconnected:
            return
        except Exception as error:  # noqa: BLE001 - becomes an error response
            await send_problem(to, problem_from_error(error, request_id.decode()), request_id)
        else:
            await send_response(to, 200, body, request_id, kind=kind, headers=headers)

    async def _infer(
        self, name: str, version: str | None, head: RequestHead, receive: Receive, began: float
    ) -> ResponseParts:
        caller = await self._admit(head, name)
        endpoint = find_endpoint(self._endpoints, name)
        number = None if version is None else find_version(endpoint, version)
        json_length = head.headers.get(_JSON_LENGTH)
        if json_length is None:
            head.check_json()
        else:  # other sites' pages can't send this header without a CORS preflight
            head.check_plain()
        limits = endpoint.deployment.limits
        body = await read_body(head, receive, limits.body_bytes)
        schema = endpoint.model(number).schema
        infer_request = read_infer_request(
            body, json_length, schema, depth=limits.depth, rows=limits.rows
        )
        response = await endpoint.predict(
            infer_request.rows,
            version=number,
            key_id=caller.key_id,
            correlation_id=head.request_id.decode(),
            sticky_key=head.sticky_key,
            traceparent=head.traceparent,
            began=began,
        )
        content, length = write_infer_response(name, infer_request, response)
        if length is None:
            return content, JSON, ()
        return content, _BINARY, [(_JSON_LENGTH, b"%d" % length)]

    async def _predict_instances(
        self, name: str, head: RequestHead, receive: Receive, began: float
    ) -> ResponseParts:
        caller = await self._admit(head, name)
        endpoint = find_endpoint(self._endpoints, name)
        head.check_json()
        limits = endpoint.deployment.limits
        body = await read_body(head, receive, limits.body_bytes)
        instances_request = read_instances(loads(body, depth=limits.depth), limits.rows)
        response = await endpoint.predict(
            instances_request.rows,
            key_id=caller.key_id,
            correlation_id=head.request_id.decode(),
            sticky_key=head.sticky_key,
            traceparent=head.traceparent,
            began=began,
        )
        return write_predictions(name, instances_request, response), JSON, ()

    async def _predict(self, head: RequestHead, receive: Receive, began: float) -> ResponseParts:
        caller = await self._admit(head, None)
        head.check_json()
        limits = [endpoint.deployment.limits for endpoint in self._endpoints]
        max_bytes = max((limit.body_bytes for limit in limits), default=0)
        body = await read_body(head, receive, max_bytes)
        predict_request = read_predict_request(
            loads(body, depth=max((limit.depth for limit in limits), default=1))
        )
        endpoint, number = self._resolve(predict_request.model_id)
        self._gate.check_access(caller, endpoint.name)
        check_rows(1, endpoint.deployment.limits.rows)
        response = await endpoint.predict(
            [predict_request.row],
            version=number,
            key_id=caller.key_id,
            correlation_id=head.request_id.decode(),
            sticky_key=head.sticky_key,
            explain=predict_request.explanations,
            traceparent=head.traceparent,
            began=began,
        )
        return write_predict_response(endpoint.name, predict_request, response), JSON, ()

    def _admit(self, head: RequestHead, deployment: str | None) -> Awaitable[Caller]:
        headers = head.headers
        return self._gate.admit(
            headers.get(b"authorization"),
            deployment=deployment,
            host=headers.get(b"host"),
            origin=headers.get(b"origin"),
        )

    def _resolve(self, model_id: str) -> tuple[Endpoint, int | None]:
        """Resolve `model_id`: a deployment, or a served version of a model."""
        model, slash, version = model_id.rpartition("/")
        if not slash:
            return find_endpoint(self._endpoints, model_id), None
        for endpoint in self._endpoints:
            is_match = endpoint.takes_requests and endpoint.route.model == model
            if is_match and version in map(str, endpoint.serving_versions):
                return endpoint, int(version)
        raise not_found_error(f"{model_id[:200]!r} isn't served here.")
