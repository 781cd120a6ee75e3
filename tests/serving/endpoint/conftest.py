"""An endpoint in this process: real models, a real log, and counters of one worker."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.approvals import approval_of
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.staged import staged_folder
from automl_magic.workspace.own import own_workspace
from automl_magic_serving.endpoint import Endpoint
from automl_magic_serving.runtime import load_model
from automl_magic_serving.telemetry.prediction_log import PredictionLogger
from automl_magic_serving.telemetry.recent_latency import RecentLatency
from automl_magic_serving.telemetry.shared_counters import CounterLayout, SharedCounters
from automl_magic_serving.telemetry.traces import Traces


@pytest.fixture(scope="session")
def versions(plane):
    """The versions of churn, loaded as a worker loads them. Version 9 has another column."""
    trusted = TrustedKeys.load(plane.home / "keys" / "trusted")
    return {
        version: load_model(
            staged_folder_of(plane, version),
            trusted,
            model="churn",
            version=version,
            home=plane.home,
        )
        for version in (1, 2, 3, 9)
    }


def staged_folder_of(plane, version):
    return staged_folder(approval_of(plane.engine, "churn", version).approval.statement, plane.home)


def workspace_in(home):
    return own_workspace({"AUTOML_MAGIC_HOME": str(home)})


class Bench:
    """Endpoints of one worker, in the loop that runs."""

    def __init__(self, home, versions):
        self.versions = versions
        self.counters = SharedCounters(CounterLayout(workers=1, deployments=1))
        self.region = self.counters.region(0)
        self.log = PredictionLogger(1, self.region, workspace_in(home))
        self.traces = Traces()
        self.endpoint = Endpoint(
            "churn",
            0,
            region=self.region,
            log=self.log,
            traces=self.traces,
            recent=RecentLatency(self.counters),
            executor=ThreadPoolExecutor(1),
        )
        self.deployment = Deployment(name="churn", model_version_id="churn/1")
        self.epoch = 0

    def follow(self, versions=None, **fields):
        """Take up the next route."""
        self.epoch += 1
        route = Route(
            **{"deployment": "churn", "model": "churn", "epoch": self.epoch, "stable": 1, **fields}
        )
        self.endpoint.apply_route(self.deployment, route, versions or self.versions)


@pytest.fixture
def bench(tmp_path, monkeypatch, versions):
    """Runs a test in an event loop: `bench(scenario)` calls `scenario(a Bench)`."""
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path))

    def run(scenario):
        async def main():
            built = Bench(tmp_path, versions)
            built.log.start()
            with contextlib.ExitStack() as stack:
                stack.callback(built.traces.stop)
                try:
                    return await scenario(built)
                finally:
                    await built.log.stop(10)

        return asyncio.run(main())

    return run
