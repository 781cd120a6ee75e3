"""Diff: the changes from one run to another, as sentences and as diffs of cells."""

from __future__ import annotations

from typing import Any

from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import CellChange, RunChange, RunDiff
from automl_magic_lab.threads import run_in_thread


class DiffHandler(ApiHandler):
    """The changes from run `a` to run `b`."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_thread(_diff, self.get_argument("a"), self.get_argument("b")))


def _diff(run_a: str, run_b: str) -> dict[str, Any]:
    from automl_magic import flow

    diff = flow.diff(run_a, run_b)
    return RunDiff(
        before=diff.before,
        after=diff.after,
        changes=tuple(
            RunChange(about=change.about, words=change.sentence) for change in diff.changes
        ),
        cells=tuple(CellChange(**cell.to_json()) for cell in diff.cells),
    ).to_json()
