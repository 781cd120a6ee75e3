"""Slack webhook channel, also for Mattermost, Rocket.Chat and other compatible services.

Text from data goes only into `plain_text` elements, where Slack ignores markup, mentions and links.
The only element with markup holds our own URL.
https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from __future__ import annotations

from urllib.parse import urlsplit

from automl_magic.monitor.alerts.channels.rejection import check_status
from automl_magic.monitor.alerts.notification_text import notification_lines
from automl_magic.monitor.alerts.secrets import SecretOf, fill_secrets
from automl_magic.outbound import post_json
from automl_magic.records.monitoring.alert import AlertSeverity, AlertState, Channel, Notification

_MAX_HEADER, _MAX_TEXT = 150, 3_000
_SYMBOLS = {AlertSeverity.INFO: "ℹ", AlertSeverity.WARNING: "⚠", AlertSeverity.CRITICAL: "⛔"}


def send(channel: Channel, notice: Notification, notice_id: int, secret_of: SecretOf) -> None:  # noqa: ARG001
    """Post a notification. The webhook's URL is a secret, so errors don't contain it."""
    url = fill_secrets(channel.url or "", secret_of)
    status = post_json(url, build_payload(notice), allowed_hosts=channel.allowed_hosts)
    check_status(status, urlsplit(url).hostname or "The server")


def build_payload(notice: Notification) -> dict[str, object]:
    """Build the payload: blocks, and a text for clients without blocks."""
    sign = "✓" if notice.state is AlertState.RESOLVED else _SYMBOLS[notice.severity]
    title, *lines = notification_lines(notice)
    body = "\n".join(line for line in lines if line != notice.url)
    blocks = [_block("header", f"{sign} {title}", _MAX_HEADER)]
    if body:
        blocks.append(_block("section", body, _MAX_TEXT))
    if notice.url is not None:
        link = f"<{_escape(notice.url)}|Open the notebook cell>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link}})
    return {"text": _escape(f"{sign} {title}")[:_MAX_TEXT], "mrkdwn": False, "blocks": blocks}


def _block(kind: str, text: str, limit: int) -> dict[str, object]:
    shortened = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": kind, "text": {"type": "plain_text", "text": shortened, "emoji": False}}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
