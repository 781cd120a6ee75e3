from __future__ import annotations

import json
import logging

import pytest

from automl_magic.errors import MonitorError
from automl_magic.monitor.alerts.channels import NotificationRejected, send
from automl_magic.monitor.alerts.channels.email import build_message
from automl_magic.monitor.alerts.channels.pagerduty import build_event as event_of
from automl_magic.monitor.alerts.channels.slack import build_payload as blocks_of
from automl_magic.monitor.alerts.notification_text import build_notification
from automl_magic.records.codec import OutOfRange
from automl_magic.records.monitoring.alert import (
    Alert,
    AlertKind,
    AlertSeverity,
    AlertState,
    Channel,
    ChannelKind,
)
from automl_magic.records.runs.score import CellLink
from automl_magic.workspace import default_workspace
from tests.outbound.receiver import OK, always, certificate_for, receiving

from .mailbox import mailbox

HOSTILE = "<!channel> <http://evil.example|here> *b*\r\nBcc: all@evil.example\x1b[31m\u202e"
AT = 1_700_000_000.0


def notice(subject="age", state=AlertState.FIRING, deployment="churn"):
    alert = Alert(
        key="churn/feature_drift/age",
        group="churn/feature_drift",
        deployment=deployment,
        kind=AlertKind.FEATURE_DRIFT,
        subject=subject,
        severity=AlertSeverity.CRITICAL,
        state=state,
        summary=f"{subject} has moved.",
        link=CellLink(run_id="run-1", notebook="output.ipynb", cell_id="features"),
        breaches=2,
        calm=0,
        first_at=AT,
        last_at=AT,
    )
    return build_notification(deployment, alert.kind, alert.group, [alert], at=AT)


def hook(receiver, path="/services/T0/s3cret", **more):
    return Channel(
        name="team",
        kind=more.pop("kind", ChannelKind.SLACK),
        url=f"http://127.0.0.1:{receiver.port}{path}",
        allowed_hosts=("127.0.0.1",),
        **more,
    )


def test_a_webhook_receives_a_slack_message():
    with receiving(always(OK)) as receiver:
        send(hook(receiver), notice(), notice_id=7, secret_of=default_workspace().secret)

    body = json.loads(receiver.requests[0].split(b"\r\n\r\n", 1)[1])
    assert body["blocks"][0]["text"]["text"] == "⛔ Critical: churn: drift in 1 feature"
    assert "Run: automl retrain churn" in body["blocks"][1]["text"]["text"]
    assert "cell features of output.ipynb, run run-1" in body["blocks"][1]["text"]["text"]


def test_text_from_data_is_plain_text_without_mentions_in_slack(monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_NOTEBOOKS_URL", "https://lab.example/{run}#{cell}")

    document = blocks_of(notice(HOSTILE))

    kinds = {block["text"]["type"] for block in document["blocks"][:-1]}
    assert kinds == {"plain_text"}
    assert document["blocks"][-1]["text"] == {
        "type": "mrkdwn",
        "text": "<https://lab.example/run-1#features|Open the notebook cell>",
    }
    assert "<" not in document["text"]
    assert "\x1b" not in json.dumps(document, ensure_ascii=False)


def test_a_rejecting_webhook_is_not_retried_and_its_url_is_not_shown():
    gone = always(b"HTTP/1.1 404 Not Found\r\n\r\n")
    with receiving(gone) as receiver, pytest.raises(NotificationRejected) as caught:
        send(hook(receiver), notice(), notice_id=7, secret_of=default_workspace().secret)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_webhook_is_retried(status):
    busy = always(f"HTTP/1.1 {status} X\r\n\r\n".encode())
    with receiving(busy) as receiver, pytest.raises(MonitorError, match=str(status)):
        send(hook(receiver), notice(), notice_id=7, secret_of=default_workspace().secret)


def test_a_webhook_in_the_private_network_must_be_allowed():
    channel = Channel(name="x", kind=ChannelKind.SLACK, url="https://127.0.0.1/x")

    with pytest.raises(NotificationRejected, match="isn't public"):
        send(channel, notice(), notice_id=7, secret_of=default_workspace().secret)


def test_pagerduty_receives_an_event_with_its_key(monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_SECRET_DUTY", "R0UT1NG")
    with receiving(always(b"HTTP/1.1 202 Accepted\r\n\r\n")) as receiver:
        channel = hook(
            receiver, "/enqueue", kind=ChannelKind.PAGERDUTY, routing_key="${secret:DUTY}"
        )
        send(channel, notice(), notice_id=7, secret_of=default_workspace().secret)

    event = json.loads(receiver.requests[0].split(b"\r\n\r\n", 1)[1])
    assert event["routing_key"] == "R0UT1NG"
    assert (event["event_action"], event["dedup_key"]) == ("trigger", "churn/feature_drift")
    assert event["payload"]["severity"] == "critical"


def test_a_resolved_alert_resolves_the_pagerduty_incident():
    event = event_of(notice(state=AlertState.RESOLVED), "key")

    assert (event["event_action"], event["dedup_key"]) == ("resolve", "churn/feature_drift")


def mail(port=587, **more):
    return Channel(
        name="mail",
        kind=ChannelKind.EMAIL,
        host="localhost",
        port=port,
        sender="automl@example.org",
        to=("ann@example.org", "bob@example.org"),
        allowed_hosts=("localhost",),
        **more,
    )


def test_an_email_arrives_over_starttls(tmp_path, monkeypatch):
    certificate = certificate_for("localhost", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(certificate) as box:
        send(mail(box.port), notice(), notice_id=7, secret_of=default_workspace().secret)

    assert box.was_encrypted == [True]
    assert "Subject: Critical: churn: drift in 1 feature" in box.mails[0]
    assert "Run: automl retrain churn" in box.mails[0]


def test_an_smtp_server_with_another_hosts_certificate_is_rejected(tmp_path, monkeypatch):
    certificate = certificate_for("mail.other.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(certificate) as box, pytest.raises(MonitorError, match="certificate"):
        send(mail(box.port), notice(), notice_id=7, secret_of=default_workspace().secret)

    assert box.mails == []


def test_an_email_header_stays_on_one_line():
    message = build_message(mail(), notice(deployment=HOSTILE), 7)

    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert b"\nBcc:" not in message.as_bytes().split(b"\r\n\r\n")[0]


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "Ann <a@b.example>", "ann"])
def test_an_invalid_email_address_is_rejected(address):
    channel = Channel(
        name="mail", kind=ChannelKind.EMAIL, host="h", sender="a@b.example", to=(address,)
    )

    with pytest.raises(NotificationRejected, match="isn't an email address"):
        build_message(channel, notice(), 7)


def test_a_notification_in_the_log_is_one_line(caplog):
    with caplog.at_level(logging.INFO, "automl_magic.alerts"):
        send(
            Channel(name="log", kind=ChannelKind.LOG),
            notice(HOSTILE),
            notice_id=7,
            secret_of=default_workspace().secret,
        )

    (line,) = caplog.messages
    assert line.startswith("event=alert id=7 state=firing severity=critical")
    assert line.isprintable()


@pytest.mark.parametrize("field", ["password", "routing_key"])
def test_a_channel_cannot_contain_a_plain_secret(field):
    with pytest.raises(OutOfRange, match="reference"):
        Channel(name="x", kind=ChannelKind.LOG, **{field: "hunter2"})
