"""Sees to it that somebody works while there are jobs."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from sqlalchemy import Engine

from automl_magic.errors import StoreError
from automl_magic.store.engine import open_engine
from automl_magic.workspace import Workspace
from automl_magic_serving.http.batch.jobs import alone, open_jobs

LOOK_S = 5.0

_events = logging.getLogger(__name__)


class Keeper:
    """Looks for jobs every few seconds, and at once when one comes; starts the process for them.

    Every worker has one. The processes settle among themselves which of them works.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._engine: Engine | None = None
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def engine(self) -> Engine:
        """Return the store, opened when it is first needed."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(open_engine, self.workspace.store)
        return self._engine

    def start(self) -> None:
        """Begin to look: jobs of a server that was stopped are taken up."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Stop looking, and stop the process; what it has done is kept."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def wake(self) -> None:
        """Look now."""
        self._wanted.set()

    async def _keep(self) -> None:
        while True:
            self._wanted.clear()
            try:
                if await asyncio.to_thread(_is_needed, await self.engine(), self.workspace.home):
                    await _run(self.workspace)
            except (StoreError, OSError) as error:
                _events.warning("batch_not_looked_for", extra={"error": type(error).__name__})
            try:
                await asyncio.wait_for(self._wanted.wait(), LOOK_S)
            except TimeoutError:
                continue


def _is_needed(engine: Engine, home: Path) -> bool:
    """Say whether there are jobs, and nobody works."""
    if not open_jobs(engine, home):
        return False
    with alone(home) as nobody_works:
        return nobody_works


async def _run(workspace: Workspace) -> None:
    """Run the process to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the current folder is no part of the server
        "-m",
        "automl_magic_serving.http.batch.work",
        str(os.getpid()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, **workspace.environment()},
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
