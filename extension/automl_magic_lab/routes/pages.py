"""Pages of a run as finished HTML, for a frame that runs no script and asks no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automl_magic_lab.asking import Resource, permitted, told
from automl_magic_lab.sheet import as_document
from automl_magic_lab.work import apart

CONTENT_SECURITY_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Page(Resource):
    """A page. Its refusals are pages too: they stand in the frame that asked."""

    auth_resource = "automl-magic:runs"

    @property
    def content_security_policy(self) -> str:
        """Forbid scripts, forms and every other host."""
        return CONTENT_SECURITY_POLICY

    async def answer(self, render: Callable[[str], str], run_id: str, title: str) -> None:
        """Finish with the page that `render` makes of a run."""
        body = await apart(render, run_id)
        self.finish(self._document(title, body), set_content_type="text/html; charset=utf-8")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the three lines of an error, as a page."""
        from automl_magic.pages.problem import problem

        error = (kwargs.get("exc_info") or (None, None))[1]
        body = problem(**told(status_code, error))
        self.finish(self._document("AutoML", body), set_content_type="text/html; charset=utf-8")

    def _document(self, title: str, body: str) -> str:
        return as_document(title, body, is_dark=self.get_argument("theme", "light") == "dark")


class LeaderboardPage(Page):
    """The leaderboard of a run."""

    @permitted("read")
    async def get(self, run_id: str) -> None:
        await self.answer(_leaderboard, run_id, f"Leaderboard of {run_id}")


class ReportPage(Page):
    """The explain report of a run."""

    @permitted("read")
    async def get(self, run_id: str) -> None:
        await self.answer(_report, run_id, f"Report on {run_id}")


def _leaderboard(run_id: str) -> str:
    from automl_magic import flow
    from automl_magic.pages.board import Board
    from automl_magic.pages.leaderboard import board_page

    return board_page(Board.of(flow.leaderboard(run_id), flow.find_run(run_id)))


def _report(run_id: str) -> str:
    from automl_magic.pages.report import Report

    return Report.of(run_id).page
