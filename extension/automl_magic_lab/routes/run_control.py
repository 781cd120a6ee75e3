"""Steering runs: stop one that goes on, repeat or explain one that has ended."""

from __future__ import annotations

import asyncio
from typing import Literal

from automl_magic_lab.follow_up import FollowUp
from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import StartedRun, StoppedRun
from automl_magic_lab.threads import run_in_thread

LOOKS_EVERY_S = 0.2


class StopHandler(ApiHandler):
    """Ask a run to keep the best that it has found and end; or, cancelled, to end at once."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        from automl_magic import flow

        cancel = self.fields(cancel=bool)["cancel"]
        run = await run_in_thread(flow.stop, run_id, cancel=cancel)
        self.finish(StoppedRun(run_id=run.run_id, status=run.status).to_json())


class RerunHandler(ApiHandler):
    """Repeat a run in a process of its own; answers with the id of the new run."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(StartedRun(run_id=await _begun("rerun", run_id)).to_json())


class ExplainHandler(ApiHandler):
    """Explain the model of a run in a process of its own; answers with the id of the new run."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(StartedRun(run_id=await _begun("explain", run_id)).to_json())


async def _begun(verb: Literal["rerun", "explain"], run_id: str) -> str:
    """Start a process and wait until it has become a run."""
    from automl_magic import flow

    run = await run_in_thread(flow.find_run, run_id)
    process = await run_in_thread(FollowUp.start, verb, run.run_id)
    while (new_id := await run_in_thread(process.poll_run_id)) is None:
        await asyncio.sleep(LOOKS_EVERY_S)
    return new_id
