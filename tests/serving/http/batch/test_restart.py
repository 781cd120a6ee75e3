"""A job outlives the server that took it."""

import os
import signal
import time

import psutil
import pytest

from tests.waiting import wait_for

ROWS = 400_000


def wait(client, job_id, until):
    def job():
        return client.get(f"/v1/batch-predict/{job_id}").json()

    return wait_for(lambda: result if until(result := job()) else None)


@pytest.mark.long
def test_a_job_is_taken_up_again_after_a_kill(serve, plane):
    text = "area,rooms,year\n" + "".join(
        f"{20 + i % 180},{1 + i % 7},{1900 + i % 120}\n" for i in range(ROWS)
    )
    with serve(plane) as running:
        posted = running.client.post(
            "/v1/batch-predict",
            params={"deployment": "price"},
            content=text.encode(),
            headers={"content-type": "text/csv"},
        )
        job_id = posted.json()["id"]
        wait(running.client, job_id, lambda job: job["status"] == "running")
        for one in psutil.Process(running.process.pid).children(recursive=True):
            if "automl_magic_serving.http.batch.scoring_process" in one.cmdline():
                os.kill(one.pid, signal.SIGKILL)
        running.process.kill()

    with serve(plane) as running:
        job = wait(running.client, job_id, lambda job: job["status"] in ("done", "failed"))
        assert (job["status"], job["rows"]) == ("done", ROWS), job
        lines = running.client.get(job["result"]).content.count(b"\n")
        assert lines == ROWS + 1


@pytest.mark.long
def test_a_stopped_server_leaves_no_process_behind(serve, plane, house):
    with serve(plane) as running:
        running.client.post(
            "/v1/batch-predict", json={"deployment": "price", "instances": [house] * 100}
        )
        time.sleep(2)
        processes = psutil.Process(running.process.pid).children(recursive=True)
    _, alive = psutil.wait_procs(processes, timeout=10)

    assert alive == []
