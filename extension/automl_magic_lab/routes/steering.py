"""Steering runs: stop one that goes on, repeat or explain one that has ended."""

from __future__ import annotations

import asyncio
from typing import Literal

from automl_magic_lab.answers import BegunRun, StoppedRun
from automl_magic_lab.asking import Resource, permitted
from automl_magic_lab.background import FollowUp
from automl_magic_lab.work import apart

LOOKS_EVERY_S = 0.2


class Stop(Resource):
    """Ask a run to keep the best that it has found and end; or, cancelled, to end at once."""

    auth_resource = "automl-magic:runs"

    @permitted("execute")
    async def post(self, run_id: str) -> None:
        from automl_magic import flow

        cancel = self.fields(cancel=bool)["cancel"]
        run = await apart(flow.stop, run_id, cancel=cancel)
        self.finish(StoppedRun(run_id=run.run_id, status=run.status).to_json())


class Rerun(Resource):
    """Repeat a run in a process of its own; answers with the id of the new run."""

    auth_resource = "automl-magic:runs"

    @permitted("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(BegunRun(run_id=await _begun("rerun", run_id)).to_json())


class Explain(Resource):
    """Explain the model of a run in a process of its own; answers with the id of the new run."""

    auth_resource = "automl-magic:runs"

    @permitted("execute")
    async def post(self, run_id: str) -> None:
        self.fields()
        self.finish(BegunRun(run_id=await _begun("explain", run_id)).to_json())


async def _begun(verb: Literal["rerun", "explain"], run_id: str) -> str:
    """Start a process and wait until it has become a run."""
    from automl_magic import flow

    run = await apart(flow.find_run, run_id)
    process = await apart(FollowUp.start, verb, run.run_id)
    while (new_id := await apart(process.look)) is None:
        await asyncio.sleep(LOOKS_EVERY_S)
    return new_id
