from __future__ import annotations

import os

import pytest

from automl_magic.errors import MonitorError, SpecError
from automl_magic.monitor.alerts import load_monitor, monitor_file, read_monitor
from automl_magic.monitor.alerts.secrets import fill_secrets
from automl_magic.records.monitoring.alert import AlertKind, AlertSeverity, MonitorSpec
from automl_magic.records.monitoring.retrain import Promote
from automl_magic.workspace import default_workspace

WHOLE = """\
apiVersion: automl-magic/v1
kind: Monitor
metadata: {name: churn}
spec:
  window: 12h
  every: 10m
  repeat: 2h30m
  thresholds: {psiWarning: 0.15, yellow: 0.03}
  serving: {errorRatePct: 2, latencyMsP95: 80, noTraffic: 2h}
  rules:
    - {kind: feature_drift, fireAfter: 3, severity: warning, channels: [team]}
    - {kind: calibration, muted: true}
  channels:
    - {name: team, kind: slack, url: "${secret:SLACK}", minSeverity: critical}
  retrain: {on: [performance], budget: 5m, cooldown: 2d, promote: if_better}
"""
HEAD = "apiVersion: automl-magic/v1\nkind: Monitor\nmetadata: {name: churn}\n"


def written(folder, text):
    path = folder / "churn.yaml"
    path.write_text(text)
    return path


def test_a_monitor_file_is_read_with_its_durations(tmp_path):
    result = read_monitor(written(tmp_path, WHOLE))

    assert (result.window_s, result.every_s, result.repeat_s) == (43_200, 600, 9_000)
    assert (result.thresholds.psi_warning, result.thresholds.yellow) == (0.15, 0.03)
    assert (result.serving.error_rate_pct, result.serving.no_traffic_s) == (2.0, 7_200)
    assert result.rule(AlertKind.FEATURE_DRIFT).fire_after == 3
    assert result.rule(AlertKind.CALIBRATION).is_muted
    assert result.channels[0].min_severity is AlertSeverity.CRITICAL
    assert (result.retrain.cooldown_s, result.retrain.promote) == (172_800, Promote.IF_BETTER)


def test_without_a_file_the_defaults_apply():
    assert load_monitor("churn", default_workspace().home) == MonitorSpec(name="churn")


def test_the_file_of_a_deployment_is_found_by_its_name(home):
    monitor_file("churn", default_workspace().home).parent.mkdir()
    monitor_file("churn", default_workspace().home).write_text(WHOLE)

    assert load_monitor("churn", default_workspace().home).every_s == 600


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".hidden", ""])
def test_a_name_cannot_escape_the_folder(home, name):
    assert monitor_file(name, default_workspace().home).parent == home / "monitors"
    assert ".." not in monitor_file(name, default_workspace().home).name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a", "It has no fields such as kind: Monitor"),
        ("a: [", "Expected the node content"),
        (HEAD + "spec: {every: 1h, every: 2h}", "only one value"),
        ("kind: Monitor", "apiVersion"),
        (HEAD + "status: {}", "unknown field 'status'"),
        (HEAD + "spec: {widow: 1h}", "Did you mean window"),
        (HEAD + "spec: {every: often}", "every expects a duration"),
        (HEAD + "spec: {every: 0s}", "every_s"),
        (HEAD + "spec: {rules: [{kind: drift}]}", "one of feature_drift"),
        (HEAD + "spec: {channels: [{name: a, kind: slack}]}", "url"),
        (HEAD + "spec: {channels: [{name: log, kind: log}]}", "other than `log`"),
        (HEAD + "spec: {rules: [{kind: quality, channels: [x]}]}", "not 'x'"),
        (HEAD + "spec: {a: &a [1], b: [*a, *a]}", "expand to gigabytes"),
        (HEAD + "#" * 1_000_001, "more than 1,000,000 bytes"),
    ],
)
def test_an_invalid_monitor_file_is_an_error_with_the_field(tmp_path, text, why):
    with pytest.raises(SpecError) as caught:
        read_monitor(written(tmp_path, text))

    assert why in caught.value.why


def test_a_file_for_another_deployment_is_refused(tmp_path):
    with pytest.raises(SpecError, match="It's for deployment 'churn'"):
        read_monitor(written(tmp_path, WHOLE), "spend")


def test_a_secret_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_SECRET_SLACK", "https://x.example/1")

    assert fill_secrets("${secret:SLACK}", default_workspace().secret) == "https://x.example/1"


def test_a_secret_comes_from_a_file_that_only_the_user_can_read(home):
    folder = home / "secrets"
    folder.mkdir()
    path = folder / "SLACK"
    path.write_text("https://x.example/2\n")
    path.chmod(0o600)

    assert (
        fill_secrets("a ${secret:SLACK} b", default_workspace().secret) == "a https://x.example/2 b"
    )

    path.chmod(0o644)
    with pytest.raises(MonitorError, match="Other users can read"):
        fill_secrets("${secret:SLACK}", default_workspace().secret)


@pytest.mark.parametrize("name", ["PATH", "HOME", "../SLACK", "slack", ""])
def test_no_other_variable_and_no_other_file_can_be_named(name):
    assert "PATH" in os.environ

    with pytest.raises(MonitorError):
        fill_secrets(f"${{secret:{name}}}", default_workspace().secret)
