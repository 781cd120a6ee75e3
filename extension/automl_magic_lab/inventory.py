"""The table of all routes. A test checks each one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_server.utils import url_path_join

from automl_magic_lab.handlers import ApiHandler, permission_of
from automl_magic_lab.routes.diff import DiffHandler
from automl_magic_lab.routes.models import ModelsHandler, PromoteHandler, RegisterHandler
from automl_magic_lab.routes.notebooks import NotebookHandler
from automl_magic_lab.routes.pages import LeaderboardPageHandler, ReportPageHandler
from automl_magic_lab.routes.run_control import ExplainHandler, RerunHandler, StopHandler
from automl_magic_lab.routes.runs import EventsHandler, RunHandler, RunsHandler
from automl_magic_lab.routes.spec import SchemaHandler, TemplateHandler, ValidateHandler

PREFIX = "automl-magic/api"
RUN_ID = r"(?P<run_id>[0-9]{8}-[0-9]{6}-[0-9a-z]{4})"

ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    ("runs", RunsHandler),
    (f"runs/{RUN_ID}", RunHandler),
    (f"runs/{RUN_ID}/events", EventsHandler),
    (f"runs/{RUN_ID}/stop", StopHandler),
    (f"runs/{RUN_ID}/rerun", RerunHandler),
    (f"runs/{RUN_ID}/explain", ExplainHandler),
    (f"runs/{RUN_ID}/notebook", NotebookHandler),
    ("diff", DiffHandler),
    ("models", ModelsHandler),
    ("models/register", RegisterHandler),
    ("models/promote", PromoteHandler),
    ("schema", SchemaHandler),
    ("template", TemplateHandler),
    ("validate", ValidateHandler),
    (f"pages/leaderboard/{RUN_ID}", LeaderboardPageHandler),
    (f"pages/report/{RUN_ID}", ReportPageHandler),
)


@dataclass(frozen=True)
class Permission:
    """A method of a route, and the permission that its caller needs."""

    path: str
    method: str
    action: str
    resource: str


def permissions() -> Iterator[Permission]:
    """Yield the permission of each method."""
    for path, handler in ROUTES:
        for method in handler.SUPPORTED_METHODS:
            if action := permission_of(handler, method):
                yield Permission(path, method, action, handler.auth_resource)


def handlers(base_url: str) -> list[tuple[str, type[ApiHandler]]]:
    """Return the routes in tornado's format."""
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in ROUTES]
