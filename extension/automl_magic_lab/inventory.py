"""Everything that the server side can be asked: one table, which a test walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_server.utils import url_path_join

from automl_magic_lab.asking import Resource, permission_of
from automl_magic_lab.routes.diff import Diff
from automl_magic_lab.routes.models import Models, Promotion, Registration
from automl_magic_lab.routes.notebooks import RunNotebook
from automl_magic_lab.routes.pages import LeaderboardPage, ReportPage
from automl_magic_lab.routes.runs import OneRun, RunEvents, Runs
from automl_magic_lab.routes.spec import Problems, Schema, Template
from automl_magic_lab.routes.steering import Explain, Rerun, Stop

PREFIX = "automl-magic/api"
RUN_ID = r"(?P<run_id>[0-9]{8}-[0-9]{6}-[0-9a-z]{4})"

ROUTES: tuple[tuple[str, type[Resource]], ...] = (
    ("runs", Runs),
    (f"runs/{RUN_ID}", OneRun),
    (f"runs/{RUN_ID}/events", RunEvents),
    (f"runs/{RUN_ID}/stop", Stop),
    (f"runs/{RUN_ID}/rerun", Rerun),
    (f"runs/{RUN_ID}/explain", Explain),
    (f"runs/{RUN_ID}/notebook", RunNotebook),
    ("diff", Diff),
    ("models", Models),
    ("models/register", Registration),
    ("models/promote", Promotion),
    ("schema", Schema),
    ("template", Template),
    ("validate", Problems),
    (f"pages/leaderboard/{RUN_ID}", LeaderboardPage),
    (f"pages/report/{RUN_ID}", ReportPage),
)


@dataclass(frozen=True)
class Permission:
    """One line of the inventory: a method of a route, and what its caller must be allowed to do."""

    path: str
    method: str
    action: str
    resource: str


def inventory() -> Iterator[Permission]:
    """Return every method that answers."""
    for path, handler in ROUTES:
        for method in handler.SUPPORTED_METHODS:
            if action := permission_of(handler, method):
                yield Permission(path, method, action, handler.auth_resource)


def handlers(base_url: str) -> list[tuple[str, type[Resource]]]:
    """Return the routes as tornado takes them."""
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in ROUTES]
