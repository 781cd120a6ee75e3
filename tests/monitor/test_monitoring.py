"""`automl monitor` on the log of a real deployment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from automl_magic.cli.formatters.monitoring import format_monitoring as in_words
from automl_magic.errors import ArtifactTampered, DeploymentNotFound, MonitorError
from automl_magic.flow import monitoring
from automl_magic.records import RunStatus
from automl_magic.records.monitoring.drift import DriftReport, DriftSeverity
from automl_magic.store.engine import open_engine, read_transaction
from automl_magic.store.tables import checks
from automl_magic.workspace import default_workspace

pytestmark = pytest.mark.long


def kept_checks():
    engine = open_engine(default_workspace().store)
    with read_transaction(engine) as connection:
        rows = list(connection.execute(select(checks)))
    engine.dispose()
    return rows


@pytest.fixture
def judge(deployed, day):
    def judged(**options):
        return monitoring.monitor(deployed.name, **{"since": day[0], "until": day[1], **options})

    return judged


def test_drift_in_the_log_is_reported_with_a_link_to_its_cell(deployed, judge, make_people):
    deployed.log(make_people(600, seed=5, age=8.0))

    result = judge()

    report = result.report
    assert (result.outcome.run.kind, result.outcome.run.status) == ("monitor", RunStatus.SUCCEEDED)
    assert report.severity is DriftSeverity.CRITICAL
    assert (report.deployment, report.model, report.version) == ("people", "people", 1)
    assert report.features[0].column == "age"
    assert report.performance.labelled == report.n_rows == 600
    assert report.traffic.requests == 600
    notebook = json.loads(result.outcome.notebook.read_text("utf-8"))
    cells = {cell["id"] for cell in notebook["cells"]}
    assert report.breaches
    for breach in report.breaches:
        assert breach.link.run_id == result.outcome.run.run_id
        assert breach.link.cell_id in cells
    (row,) = kept_checks()
    assert (row.deployment, row.run_id, row.severity) == ("people", report.run_id, "critical")
    assert DriftReport.from_json(json.loads(row.report)) == report
    assert json.dumps(result.to_json())
    output = in_words(result)
    assert output.startswith("people: critical (took ")
    assert "the mean changed from" in output


def test_an_empty_window_is_reported_and_raises_no_alert(deployed, judge):
    result = judge()

    assert result.report.severity is DriftSeverity.UNJUDGED
    assert result.report.breaches == ()
    assert result.report.summary.startswith("Too few rows")
    assert [row.severity for row in kept_checks()] == ["unjudged"]


def test_the_notebook_contains_no_store_password(deployed, monkeypatch, judge, make_people):

    monkeypatch.setenv("AUTOML_MAGIC_STORE", f"{default_workspace().store.url}?timeout=31")
    deployed.log(make_people(100, seed=6))

    result = judge()

    for path in (result.outcome.notebook, result.outcome.notebook.with_name("input.ipynb")):
        assert "timeout=31" not in path.read_text("utf-8")


def test_a_table_is_compared_with_a_run_or_a_deployment(deployed, tmp_path, judge, make_people):
    path = tmp_path / "served elsewhere.csv"
    make_people(400, seed=8, age=9.0).to_csv(path, index=False)

    result = judge(data=str(path))

    assert result.report.features[0].column == "age"
    assert result.report.traffic is None
    assert result.report.source == str(path)


def test_a_model_with_changed_files_is_not_trusted(deployed, own_home, judge, make_people):
    deployed.log(make_people(100, seed=6))
    (folder,) = (own_home / "serving" / "models").iterdir()
    content = (folder / "reference.json").read_bytes()
    (folder / "reference.json").write_bytes(content.replace(b'"rows": 2000', b'"rows": 2001'))

    with pytest.raises(Exception, match="reference.json") as refused:
        judge()

    assert "ArtifactTampered" in str(refused.value) or isinstance(refused.value, ArtifactTampered)


def test_an_unknown_target_of_monitoring_is_an_error(deployed, judge, day):
    with pytest.raises(DeploymentNotFound):
        monitoring.monitor("nobody")
    with pytest.raises(MonitorError, match="no deployment or run"):
        monitoring.monitor("nobody", data="sklearn:iris")
    with pytest.raises(MonitorError, match="The window is empty"):
        judge(since=day[0] + 1, until=day[0])


def automl(*words):
    command = [str(Path(sys.executable).parent / "automl"), "monitor", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def test_the_command_prints_findings_and_exits_with_0_despite_drift(deployed, day, make_people):
    deployed.log(make_people(300, seed=5, age=9.0))
    argv = [f"--{name}={datetime.fromtimestamp(at, UTC).isoformat()}" for name, at in
             zip(("since", "until"), day, strict=True)]  # fmt: skip

    process = automl("people", *argv, "--json")
    output, _ = process.communicate(timeout=120)

    document = json.loads(output)
    assert process.returncode == 0
    assert document["severity"] == "critical"
    assert {"kind": "feature_drift", "subject": "age"}.items() <= document["breaches"][0].items()


def test_the_watch_repeats_until_ctrl_c(deployed, make_people):
    deployed.log(make_people(300, seed=5, age=9.0), start=time.time() - 4_000)
    process = automl("people", "--every", "1s")
    try:
        line = next(line for line in process.stderr if "people: critical. " in line)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()

    assert "people: critical. " in line
    assert process.returncode == 0
    assert "Stopped monitoring people." in output
    assert {row.severity for row in kept_checks()} == {"critical"}
