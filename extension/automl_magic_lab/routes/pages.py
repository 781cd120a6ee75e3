"""Pages of a run as HTML, for a frame that runs no scripts and loads nothing from other hosts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automl_magic_lab.handlers import ApiHandler, error_fields, require_permission
from automl_magic_lab.html_document import as_document
from automl_magic_lab.threads import run_in_thread

CONTENT_SECURITY_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class PageHandler(ApiHandler):
    """A page. Its errors are pages too, because they are shown in the same frame."""

    auth_resource = "automl-magic:runs"

    @property
    def content_security_policy(self) -> str:
        """Forbid scripts, forms and other hosts."""
        return CONTENT_SECURITY_POLICY

    async def finish_page(self, render: Callable[[str], str], run_id: str, title: str) -> None:
        """Send the page that `render` returns for a run."""
        body = await run_in_thread(render, run_id)
        self.finish(self._document(title, body), set_content_type="text/html; charset=utf-8")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send an error as a page with what, why and fix."""
        from automl_magic.pages.error import error_block

        error = (kwargs.get("exc_info") or (None, None))[1]
        body = error_block(**error_fields(status_code, error))
        self.finish(self._document("AutoML", body), set_content_type="text/html; charset=utf-8")

    def _document(self, title: str, body: str) -> str:
        return as_document(title, body, is_dark=self.get_argument("theme", "light") == "dark")


class LeaderboardPageHandler(PageHandler):
    """The leaderboard of a run."""

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        await self.finish_page(_leaderboard, run_id, f"Leaderboard of {run_id}")


class ReportPageHandler(PageHandler):
    """The explain report of a run."""

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        await self.finish_page(_report, run_id, f"Report on {run_id}")


def _leaderboard(run_id: str) -> str:
    from automl_magic import flow
    from automl_magic.pages.leaderboard import leaderboard_page
    from automl_magic.pages.leaderboard_view import LeaderboardView

    return leaderboard_page(LeaderboardView.of(flow.leaderboard(run_id), flow.find_run(run_id)))


def _report(run_id: str) -> str:
    from automl_magic.pages.report import ExplainReport

    return ExplainReport.of(run_id).page
