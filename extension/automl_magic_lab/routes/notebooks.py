"""Notebooks: copy a run's notebooks to the server's files, so that they can be opened."""

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
    """Copy a run's executed notebook, or its model as a notebook, and return the path.

    An existing copy is kept, because it may have been edited.
    """

    auth_resource = "automl-magic:runs"

    @require_permission("write")
    async def post(self, run_id: str) -> None:
        which = self.fields(which=str)["which"]
        await self.check_permission("write", "contents")
        if which not in KINDS:
            raise RequestError(
                400,
                f"A run has no {which[:40]!r} notebook.",
                why=f"The field 'which' must be {' or '.join(KINDS)}.",
                fix="Set 'which' to executed.",
            )
        load = _executed_notebook if which == "executed" else _model_notebook
        document = await run_in_thread(load, run_id)
        # The kind in the notebook's metadata isn't trusted as a file name.
        path = f"{FOLDER}/{run_id}/{which}.ipynb"
        manager = self.contents_manager
        if not await ensure_async(manager.file_exists(path)):
            for folder in (FOLDER, f"{FOLDER}/{run_id}"):
                if not await ensure_async(manager.dir_exists(folder)):
                    await ensure_async(manager.save({"type": "directory"}, folder))
            model = {"type": "notebook", "format": "json", "content": document}
            await ensure_async(manager.save(model, path))
        self.finish(PlacedNotebook(path=path).to_json())


def _executed_notebook(run_id: str) -> dict[str, Any]:
    from automl_magic import flow
    from automl_magic.errors import RunError
    from automl_magic.runs.outcome import OUTPUT_NAME

    run = flow.find_run(run_id)
    if not run.status.is_end:
        raise RunError(
            f"Run {run_id} hasn't ended.",
            why="Its notebook is written when it ends.",
            fix="Wait until it ends, or stop it.",
        )
    try:
        document: dict[str, Any] = json.loads((Path(run.folder) / OUTPUT_NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(
            f"Run {run_id} has no executed notebook.",
            why=f"Its file can't be read: {type(error).__name__}.",
            fix=f"Repeat the run: automl rerun {run_id}",
        ) from error
    return document


def _model_notebook(run_id: str) -> dict[str, Any]:
    """Return a run's model as a standalone notebook."""
    from automl_magic import flow

    with tempfile.TemporaryDirectory(prefix="automl-notebook-") as folder:
        path = flow.notebook(run_id, output=Path(folder) / "model.ipynb")
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document
