"""The ASGI application of the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from automl_magic.workspace import Workspace
from automl_magic_serving.auth import AccessControl
from automl_magic_serving.endpoint import Endpoints
from automl_magic_serving.http.batch.job_runner import JobRunner
from automl_magic_serving.http.batch.routes import BatchRoutes
from automl_magic_serving.http.body import Receive
from automl_magic_serving.http.management_routes import ManagementRoutes, make_management_app
from automl_magic_serving.http.predict_routes import PredictRoutes, Scope
from automl_magic_serving.http.responses import Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def make_app(
    endpoints: Endpoints,
    gate: AccessControl,
    *,
    metrics: Callable[[], str | bytes],
    workspace: Workspace,
) -> App:
    """Return the ASGI application for `endpoints`.

    Parameters
    ----------
    metrics : callable
        Returns the text of `/metrics`.
    workspace : Workspace
        Workspace of the batch jobs.
    """
    predict_routes = PredictRoutes(endpoints, gate)
    job_runner = JobRunner(workspace)
    management_routes = ManagementRoutes(endpoints, gate, metrics)
    batch = BatchRoutes(endpoints, gate, job_runner, management_routes.admit)
    management = make_management_app([*management_routes.routes(), *batch.routes()], job_runner)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            handler = predict_routes.find(scope["path"])
            if handler is not None:
                await predict_routes.handle(handler, scope, receive, send)
                return
        await management(scope, receive, send)

    return app
