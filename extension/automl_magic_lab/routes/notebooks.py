"""Notebooks of a run, placed where the server's files are, so that they can be opened."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from jupyter_server.utils import ensure_async

from automl_magic_lab.handlers import ApiHandler, RequestError, require_permission
from automl_magic_lab.responses import PlacedNotebook
from automl_magic_lab.threads import run_in_thread

FOLDER = "automl-runs"
KINDS = ("executed", "model")


class NotebookHandler(ApiHandler):
    """Place a copy of a run's executed notebook, or its model as a notebook; answer its path.

    A copy that is there already is left alone: it may have been edited.
    """

    auth_resource = "automl-magic:runs"

    @require_permission("write")
    async def post(self, run_id: str) -> None:
        which = self.fields(which=str)["which"]
        await self.check_permission("write", "contents")
        if which not in KINDS:
            raise RequestError(
                400,
                f"A run has no notebook of the kind {which[:40]!r}.",
                why=f"The kinds are {' and '.join(KINDS)}.",
                fix="Ask for which: executed.",
            )
        document = await run_in_thread(_executed if which == "executed" else _model, run_id)
        # A word of ours: what a notebook says of its own kind is data, and no file name.
        path = f"{FOLDER}/{run_id}/{which}.ipynb"
        manager = self.contents_manager
        if not await ensure_async(manager.file_exists(path)):
            for folder in (FOLDER, f"{FOLDER}/{run_id}"):
                if not await ensure_async(manager.dir_exists(folder)):
                    await ensure_async(manager.save({"type": "directory"}, folder))
            model = {"type": "notebook", "format": "json", "content": document}
            await ensure_async(manager.save(model, path))
        self.finish(PlacedNotebook(path=path).to_json())


def _executed(run_id: str) -> dict[str, Any]:
    """Return the notebook that a run has executed."""
    from automl_magic import flow
    from automl_magic.errors import RunError
    from automl_magic.runs.outcome import OUTPUT_NAME

    run = flow.find_run(run_id)
    if not run.status.is_end:
        raise RunError(
            f"Run {run_id} has not ended.",
            why="Its notebook is written when it ends.",
            fix="Wait for its end, or stop it.",
        )
    try:
        found: dict[str, Any] = json.loads((Path(run.folder) / OUTPUT_NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(
            f"Run {run_id} has no executed notebook.",
            why=f"Its file cannot be read: {type(error).__name__}.",
            fix=f"Repeat it: automl rerun {run_id}",
        ) from error
    return found


def _model(run_id: str) -> dict[str, Any]:
    """Return a run's model as a notebook that runs without us."""
    from automl_magic import flow

    with tempfile.TemporaryDirectory(prefix="automl-notebook-") as folder:
        written = flow.notebook(run_id, output=Path(folder) / "model.ipynb")
        found: dict[str, Any] = json.loads(written.read_text("utf-8"))
    return found
