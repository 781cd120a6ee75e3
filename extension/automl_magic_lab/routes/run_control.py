"""Run control: stop a running run, and repeat or explain an ended one."""

from __future__ import annotations

import asyncio
from typing import Literal

from automl_magic_lab.follow_up import FollowUp
from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import StartedRun, StoppedRun
from automl_magic_lab.threads import run_in_thread

POLL_INTERVAL_S = 0.2


class StopHandler(ApiHandler):
    """Stop a search, which keeps its best model, or cancel a run."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        from automl_magic import flow

        cancel = self.fields(cancel=bool)["cancel"]
        run = await run_in_thread(flow.stop, run_id, cancel=cancel)
        self.finish(StoppedRun(run_id=run.run_id, status=run.status).to_json())


class RerunHandler(ApiHandler):
    """Repeat a run in a separate process, and return the id of the new run."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(StartedRun(run_id=await _start("rerun", run_id)).to_json())


class ExplainHandler(ApiHandler):
    """Explain a run's model in a separate process, and return the id of the new run."""

    auth_resource = "automl-magic:runs"

    @require_permission("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(StartedRun(run_id=await _start("explain", run_id)).to_json())


async def _start(verb: Literal["rerun", "explain"], run_id: str) -> str:
    """Start a process, wait until its run starts, and return the run's id."""
    from automl_magic import flow

    run = await run_in_thread(flow.find_run, run_id)
    follow_up = await run_in_thread(FollowUp.start, verb, run.run_id)
    while (new_id := await run_in_thread(follow_up.poll_run_id)) is None:
        await asyncio.sleep(POLL_INTERVAL_S)
    return new_id
