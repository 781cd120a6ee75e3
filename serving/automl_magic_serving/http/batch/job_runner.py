"""Starts the scoring process when there are batch jobs."""

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
from automl_magic_serving.http.batch.jobs import open_jobs, try_lock

POLL_S = 5.0

_events = logging.getLogger(__name__)


class JobRunner:
    """Polls for jobs every few seconds, or when woken, and starts the scoring process.

    Every worker has one. A lock ensures that only one scoring process works.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._engine: Engine | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def engine(self) -> Engine:
        """Return the store's engine, opened on first use."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(open_engine, self.workspace.store)
        return self._engine

    def start(self) -> None:
        """Start polling. Jobs left by a stopped server are continued."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._poll())

    async def stop(self) -> None:
        """Stop polling, and stop the process. Its progress is kept."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def wake(self) -> None:
        """Poll now."""
        self._wake.set()

    async def _poll(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await asyncio.to_thread(_is_needed, await self.engine(), self.workspace.home):
                    await _run(self.workspace)
            except (StoreError, OSError) as error:
                _events.warning("batch_not_looked_for", extra={"error": type(error).__name__})
            try:
                await asyncio.wait_for(self._wake.wait(), POLL_S)
            except TimeoutError:
                continue


def _is_needed(engine: Engine, home: Path) -> bool:
    """Return whether there are jobs and no scoring process."""
    if not open_jobs(engine, home):
        return False
    with try_lock(home) as nobody_works:
        return nobody_works


async def _run(workspace: Workspace) -> None:
    """Run the scoring process until it exits."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # don't import from the current folder
        "-m",
        "automl_magic_serving.http.batch.scoring_process",
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
