"""The routes beside predictions: health, metrics, metadata, outcomes, API description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router

from automl_magic_serving.auth import AccessControl, Caller, HttpProblem
from automl_magic_serving.endpoint import Endpoint, Endpoints
from automl_magic_serving.http.batch.job_runner import JobRunner
from automl_magic_serving.http.body import ClientDisconnected, Receive, read_body
from automl_magic_serving.http.head import RequestHead
from automl_magic_serving.http.openapi import openapi_document
from automl_magic_serving.http.outcomes import invalid_outcomes_error, read_outcomes
from automl_magic_serving.http.page import CONTENT_SECURITY_POLICY, page
from automl_magic_serving.http.predict_routes import Scope
from automl_magic_serving.http.responses import Send, problem_body, problem_headers
from automl_magic_serving.http.strict_json import loads
from automl_magic_serving.oip.lookup import find_endpoint, find_version
from automl_magic_serving.oip.metadata import SERVER, model_metadata
from automl_magic_serving.oip.problems import problem_from_error
from automl_magic_serving.telemetry.outcome_check import InvalidOutcomes

_BODY_BYTES = 1_000_000
_DEPTH = 20
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CODES = {404: "not_found", 405: "method_not_allowed"}


class Json(Response):
    """A JSON response."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the content as JSON bytes."""
        return orjson.dumps(content)


class ManagementRoutes:
    """The routes beside predictions."""

    def __init__(
        self, endpoints: Endpoints, gate: AccessControl, metrics: Callable[[], str | bytes]
    ) -> None:
        self._endpoints, self._gate, self._metrics = endpoints, gate, metrics

    def routes(self) -> list[BaseRoute]:
        """Return the Starlette routes."""
        version = "/v2/models/{name}/versions/{version}"
        return [
            Route("/", self._page),
            Route("/health", self._health),
            Route("/metrics", self._metrics_text),
            Route("/openapi.json", self._openapi),
            Route("/v2", self._server),
            Route("/v2/health/live", self._live),
            Route("/v2/health/ready", self._ready),
            Route("/v2/models/{name}", self._model),
            Route("/v2/models/{name}/ready", self._model_ready),
            Route(version, self._model),
            Route(f"{version}/ready", self._model_ready),
            Route("/v1/outcomes", self._outcomes, methods=["POST"]),
            # For other methods only: POST requests are handled before Starlette.
            *(
                Route(path, _handled_before, methods=["POST"])
                for path in (
                    "/v2/models/{name}/infer",
                    f"{version}/infer",
                    "/v1/inference/{name}:predict",
                    "/v1/predict",
                )
            ),
        ]

    async def admit(self, request: Request, deployment: str | None = None) -> Caller:
        """Authenticate a request and return its caller."""
        headers = request_head(request).headers
        return await self._gate.admit(
            headers.get(b"authorization"),
            deployment=deployment,
            host=headers.get(b"host"),
            origin=headers.get(b"origin"),
        )

    async def _page(self, _: Request) -> Response:
        headers = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "referrer-policy": "no-referrer",
        }
        text = page(self._serving(), needs_key=not self._gate.allows_anonymous)
        return Response(text, media_type="text/html", headers=headers)

    async def _health(self, _: Request) -> Response:
        states = {endpoint.name: _deployment_state(endpoint) for endpoint in self._endpoints}
        loaded = bool(states) and all(state["model_loaded"] for state in states.values())
        summary = (
            next(iter(states.values())) if len(states) == 1 else _summarize(list(states.values()))
        )
        is_ready = self._endpoints.ready
        document = {
            "status": "ok" if is_ready else "not_ready",
            **summary,
            "model_loaded": loaded,
            "deployments": states,
        }
        return Json(document, 200 if is_ready else 503)

    async def _metrics_text(self, _: Request) -> Response:
        return Response(self._metrics(), headers={"content-type": _METRICS_TYPE})

    async def _openapi(self, _: Request) -> Response:
        return Json(openapi_document(self._serving()))

    async def _server(self, _: Request) -> Response:
        return Json(SERVER)

    async def _live(self, _: Request) -> Response:
        return Json({"live": True})

    async def _ready(self, _: Request) -> Response:
        is_ready = self._endpoints.ready
        return Json({"ready": is_ready}, 200 if is_ready else 503)

    async def _model(self, request: Request) -> Response:
        name, version = request.path_params["name"], request.path_params.get("version")
        await self.admit(request, name)
        endpoint = find_endpoint(self._endpoints, name)
        number = None if version is None else find_version(endpoint, version)
        schema = endpoint.model(number).schema
        versions = endpoint.serving_versions if number is None else (number,)
        return Json(model_metadata(name, versions, schema))

    async def _model_ready(self, request: Request) -> Response:
        name, version = request.path_params["name"], request.path_params.get("version")
        endpoint = find_endpoint(self._endpoints, name)
        if version is not None:
            find_version(endpoint, version)
        is_ready = self._endpoints.ready
        return Json({"name": name, "ready": is_ready}, 200 if is_ready else 503)

    async def _outcomes(self, request: Request) -> Response:
        caller = await self.admit(request)
        head = request_head(request)
        head.check_json()
        body = await read_body(head, request.receive, _BODY_BYTES)
        document = loads(body, depth=_DEPTH)
        outcomes = read_outcomes(document)
        callable_endpoints = [e for e in self._endpoints if caller.can_call(e.name)]
        if not callable_endpoints:
            raise HttpProblem(403, "forbidden", "This key has no access to any deployment here.")
        readers = {e.name: e.outcome_reader for e in callable_endpoints if e.takes_requests}
        try:
            await callable_endpoints[0].write_outcomes(outcomes, readers)
        except InvalidOutcomes as error:
            raise invalid_outcomes_error(error, document) from error
        return Json({"accepted": len(outcomes)}, 202)

    def _serving(self) -> list[Endpoint]:
        return [endpoint for endpoint in self._endpoints if endpoint.takes_requests]


def make_management_app(
    routes: Sequence[BaseRoute], job_runner: JobRunner
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return the ASGI application of these routes. It starts and stops the job runner."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        job_runner.start()
        yield
        await job_runner.stop()

    router = Router(routes, redirect_slashes=False, lifespan=lifespan)

    async def with_id(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await router(scope, receive, send)
            return
        head = scope["automl.head"] = RequestHead(scope["headers"])
        scope["app"] = router  # unknown routes then raise, and get our error format
        has_started = False

        async def send_with_id(message: Scope) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", head.request_id),
                    (b"x-content-type-options", b"nosniff"),
                    (b"cache-control", b"no-store"),
                ]
            await send(message)

        try:
            head.check_size()
            await router(scope, receive, send_with_id)
        except ClientDisconnected:
            return
        except Exception as error:
            if has_started:
                raise
            reported = _routing_problem(error) if isinstance(error, HTTPException) else error
            problem = problem_from_error(reported, head.request_id.decode())
            await _problem_response(problem)(scope, receive, send_with_id)

    return with_id


def request_head(request: Request) -> RequestHead:
    """Return the parsed head of a request handled by `make_management_app`."""
    head: RequestHead = request.scope["automl.head"]
    return head


def _deployment_state(endpoint: Endpoint) -> dict[str, object]:
    """Return the state of one deployment."""
    loaded = endpoint.takes_requests
    timestamp = endpoint.last_prediction_at
    return {
        "model_loaded": loaded,
        "model": endpoint.route.model if loaded else None,
        "version": str(endpoint.route.stable) if loaded else None,
        "last_prediction": timestamp
        and datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds"),
        "latency_p95_ms": endpoint.latency_p95_ms,
    }


def _summarize(states: list[dict[str, Any]]) -> dict[str, object]:
    """Summarize several deployments: the newest prediction and the slowest p95."""

    def maximum(field: str) -> object:
        return max((state[field] for state in states if state[field] is not None), default=None)

    return {
        "version": None,
        "last_prediction": maximum("last_prediction"),
        "latency_p95_ms": maximum("latency_p95_ms"),
    }


def _problem_response(problem: HttpProblem) -> Response:
    headers = {name.decode(): value.decode() for name, value in problem_headers(problem)}
    return Response(problem_body(problem), problem.status, headers, "application/json")


def _routing_problem(error: HTTPException) -> HttpProblem:
    """Convert Starlette's routing errors to our format."""
    code = _CODES.get(error.status_code, "refused")
    headers = [(k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items()]
    messages = {404: "Unknown path.", 405: "Method not allowed for this path."}
    text = messages.get(error.status_code, error.detail)
    fix = {"fix": "See GET /openapi.json for all paths."}
    return HttpProblem(error.status_code, code, text, [fix], headers=headers)


async def _handled_before(_: Request) -> Response:
    raise HTTPException(404)
