"""The routes of batch predictions: `/v1/batch-predict`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from automl_magic.records.models.deployment import Deployment
from automl_magic_serving.auth import AccessControl, Caller, HttpProblem
from automl_magic_serving.auth.problem import malformed_error, not_found_error
from automl_magic_serving.endpoint import Endpoints
from automl_magic_serving.http.batch.job_runner import JobRunner
from automl_magic_serving.http.batch.jobs import (
    Job,
    Status,
    add_job,
    can_add_job,
    find_job,
    new_folder,
)
from automl_magic_serving.http.batch.upload import (
    FILE_FORMATS,
    FORM_FIELDS,
    MAX_FILE_BYTES,
    MEDIA_TYPES,
    Upload,
    receive_file,
)
from automl_magic_serving.http.body import read_body, stream_body
from automl_magic_serving.http.head import RequestHead
from automl_magic_serving.http.instances import read_instances
from automl_magic_serving.http.strict_json import loads
from automl_magic_serving.oip.lookup import find_endpoint

_JSON_BYTES, _JSON_ROWS, _DEPTH = 1_000_000, 10_000, 20
_MAX_URL_LENGTH = 2_000
Admit = Callable[[Request], Awaitable[Caller]]


class BatchRoutes:
    """The routes of batch predictions."""

    def __init__(
        self, endpoints: Endpoints, gate: AccessControl, job_runner: JobRunner, admit: Admit
    ) -> None:
        self._endpoints, self._gate, self._job_runner = endpoints, gate, job_runner
        self._admit = admit

    def routes(self) -> list[BaseRoute]:
        """Return the Starlette routes."""
        return [
            Route("/v1/batch-predict", self._post, methods=["POST"]),
            Route("/v1/batch-predict/{id}", self._status),
            Route("/v1/batch-predict/{id}/result", self._result),
        ]

    async def _post(self, request: Request) -> Response:
        caller = await self._admit(request)
        engine = await self._job_runner.engine()
        if not await asyncio.to_thread(can_add_job, engine, caller.key_id):
            raise _too_many_jobs_error()
        folder = await asyncio.to_thread(new_folder, self._job_runner.workspace.home)
        try:
            upload = await self._receive(request, folder)
            job = await self._add(caller, upload)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._job_runner.wake()
        return _json(_job_document(job), 202, {"location": f"/v1/batch-predict/{job.id}"})

    async def _receive(self, request: Request, folder: Path) -> Upload:
        head: RequestHead = request.scope["automl.head"]
        head.check_plain()
        fields: dict[str, str] = {}
        for name, value in request.query_params.items():
            if name not in FORM_FIELDS:
                raise malformed_error(
                    f"Unknown parameter {name[:100]!r}.", expected=", ".join(FORM_FIELDS)
                )
            fields[name] = value
        kind = head.headers.get(b"content-type", b"").decode("latin-1")
        if kind.partition(";")[0].strip().lower() != "application/json":
            chunks = stream_body(head, request.receive, MAX_FILE_BYTES)
            return await receive_file(chunks, kind, fields, folder)
        head.check_json()
        document = loads(await read_body(head, request.receive, _JSON_BYTES), depth=_DEPTH)
        if type(document) is not dict:
            raise malformed_error("The body must be an object.")
        for name in FORM_FIELDS:
            if name not in document:
                continue
            fields[name] = document.pop(name)
            if type(fields[name]) is not str:
                raise malformed_error(f"`{name}` must be a string.", field=name)
        rows = read_instances(document, _JSON_ROWS).rows
        path = folder / "input.jsonl"
        path.write_bytes(
            b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        )
        return Upload(path, "jsonl", fields)

    async def _add(self, caller: Caller, upload: Upload) -> Job:
        fields = upload.form_fields
        if "deployment" not in fields:
            raise malformed_error("The request has no `deployment`.", field="deployment")
        endpoint = find_endpoint(self._endpoints, fields["deployment"])
        self._gate.check_access(caller, endpoint.name)
        format_name = fields.get("format", upload.format)
        if format_name not in FILE_FORMATS:
            raise malformed_error("Unknown `format`.", expected=", ".join(FILE_FORMATS))
        job = await asyncio.to_thread(
            add_job,
            await self._job_runner.engine(),
            source=upload.path,
            output=upload.path.with_name(f"predictions.{format_name}"),
            deployment=endpoint.name,
            version=endpoint.route.stable,
            callback=_callback(fields.get("callback"), endpoint.deployment),
            key_id=caller.key_id,
        )
        if job is None:
            raise _too_many_jobs_error()
        return job

    async def _find(self, request: Request) -> Job:
        caller = await self._admit(request)
        job_id = request.path_params["id"]
        engine = await self._job_runner.engine()
        job = await asyncio.to_thread(find_job, engine, job_id, caller.key_id)
        if job is None:
            raise not_found_error(
                "The job doesn't exist or belongs to another key. Jobs are deleted after a day."
            )
        return job

    async def _status(self, request: Request) -> Response:
        return _json(_job_document(await self._find(request)))

    async def _result(self, request: Request) -> Response:
        job = await self._find(request)
        if job.status is not Status.DONE:
            raise HttpProblem(
                409,
                "not_done",
                f"The job isn't done: its status is {job.status.value}.",
                [{"problem": job.error}] if job.error else (),
                retry_after_s=None if job.status is Status.FAILED else 1.0,
            )
        format_name = job.output.suffix.removeprefix(".")
        return FileResponse(
            job.output, media_type=MEDIA_TYPES[format_name], filename=job.output.name
        )


def _callback(url: str | None, deployment: Deployment) -> str | None:
    """Return the callback URL if the deployment allows its host."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    hosts = {host, f"{host}:{port}"} if port is not None else {host}
    is_valid = parts.scheme in ("http", "https") and len(url) <= _MAX_URL_LENGTH
    if not is_valid or not hosts & set(deployment.callback_hosts):
        raise HttpProblem(
            400,
            "callback_not_allowed",
            "This callback URL isn't allowed.",
            [{"field": "callback", "expected": "a host in the deployment's callbackHosts"}],
        )
    return url


def _job_document(job: Job) -> dict[str, object]:
    """Return the response for a job."""

    def format_time(timestamp: float) -> str:
        return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")

    is_done = job.status is Status.DONE
    return {
        "id": job.id,
        "status": job.status.value,
        "deployment": job.deployment,
        "model_version": str(job.version),
        "rows": job.n_rows,
        "rows_done": job.n_done,
        "error": job.error,
        "created_at": format_time(job.created_at),
        "changed_at": format_time(job.changed_at),
        "result": f"/v1/batch-predict/{job.id}/result" if is_done else None,
    }


def _too_many_jobs_error() -> HttpProblem:
    return HttpProblem(
        429, "too_many_jobs", "Too many batch jobs are already open.", retry_after_s=30.0
    )


def _json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status, headers, "application/json")
