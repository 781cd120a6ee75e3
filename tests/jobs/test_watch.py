"""The watch itself, with a real receiver: a breach is told within a minute."""

from __future__ import annotations

import json
import threading
import time

import pytest

from automl_magic.errors import MonitorError
from automl_magic.flow import alerting
from automl_magic.jobs.watch import watch
from automl_magic.monitor.alerts import monitor_file
from automl_magic.records.codec import dumps
from automl_magic.records.monitoring.drift import DriftSeverity
from automl_magic.store.engine import open_engine, write_transaction
from automl_magic.store.tables import checks
from automl_magic.workspace import default_workspace
from tests.outbound.receiver import OK, always, receiving
from tests.waiting import PATIENCE_S, wait_for

FORM = """\
apiVersion: automl-magic/v1
kind: Monitor
metadata: {{name: churn}}
spec:
  channels:
    - name: team
      kind: slack
      url: http://127.0.0.1:{port}/x
      allowedHosts: [127.0.0.1]
  retrain: {{on: []}}
"""


def write(report):
    store = open_engine(default_workspace().store)
    with write_transaction(store) as connection:
        connection.execute(
            checks.insert().values(
                deployment="churn",
                run_id=report.run_id,
                window_start=report.window_start,
                window_end=report.window_end,
                n_rows=report.n_rows,
                severity=report.severity.value,
                report=dumps(report.to_json(), indent=None),
                at=report.window_end,
            )
        )
    store.dispose()


def watched(judge, until):
    stop = threading.Event()
    said = []
    watching = threading.Thread(
        target=watch,
        args=("churn", judge),
        kwargs={"every_s": 3_600.0, "stop": stop, "on_message": said.append},
    )
    watching.start()
    try:
        wait_for(until)
    finally:
        stop.set()
        watching.join(PATIENCE_S)
    assert not watching.is_alive()
    return said


@pytest.mark.long
def test_a_breach_is_told_while_a_notebook_still_runs(report):
    with receiving(always(OK)) as receiver:
        monitor_file("churn", default_workspace().home).parent.mkdir()
        monitor_file("churn", default_workspace().home).write_text(FORM.format(port=receiver.port))
        told_meanwhile = []

        def judge():
            if not told_meanwhile:
                write(report(time.time(), {"age": DriftSeverity.CRITICAL}))
                # The notebook goes on until the alert has come.
                told_meanwhile.append(wait_for(lambda: len(receiver.requests)))

        watched(judge, lambda: bool(told_meanwhile))

    title = json.loads(receiver.requests[0].split(b"\r\n\r\n", 1)[1])["blocks"][0]["text"]["text"]
    assert title == "⛔ Critical: churn: drift in 1 feature"
    assert len(receiver.requests) == 1
    assert told_meanwhile == [1]


def test_a_notebook_that_fails_is_said_and_the_watch_goes_on():
    calls = []

    def judge():
        calls.append(1)
        raise MonitorError("No window.", why="The log is empty.", fix="Wait.")

    said = watched(judge, lambda: bool(calls))

    assert "No window." in said[0]
    assert alerting.alerts("churn").alerts == ()  # told when it fails twice in a row
