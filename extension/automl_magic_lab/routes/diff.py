"""Diff: what changed from one run to another, in words first, then cell by cell."""

from __future__ import annotations

from typing import Any

from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import CellChange, RunChange, RunDiff
from automl_magic_lab.threads import run_in_thread


class DiffHandler(ApiHandler):
    """What changed from run `a` to run `b`."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_thread(_told, self.get_argument("a"), self.get_argument("b")))


def _told(run_a: str, run_b: str) -> dict[str, Any]:
    from automl_magic import flow

    found = flow.diff(run_a, run_b)
    return RunDiff(
        before=found.before,
        after=found.after,
        changes=tuple(RunChange(about=one.about, words=one.sentence) for one in found.changes),
        cells=tuple(CellChange(**cell.to_json()) for cell in found.cells),
    ).to_json()
