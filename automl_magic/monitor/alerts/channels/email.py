"""Email channel: plain text over TLS, to a public or an allowed SMTP host."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from automl_magic.display.text import printable
from automl_magic.errors import MonitorError
from automl_magic.monitor.alerts.channels.rejection import NotificationRejected
from automl_magic.monitor.alerts.notification_text import notification_lines
from automl_magic.monitor.alerts.secrets import SecretOf, fill_secrets
from automl_magic.outbound import checked_addresses, dial
from automl_magic.records.monitoring.alert import Channel, MailSecurity, Notification

TIMEOUT_S = 20.0
# An address without a display name, so it can't inject headers.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def send(channel: Channel, notice: Notification, notice_id: int, secret_of: SecretOf) -> None:
    """Send a notification by email.

    Raises
    ------
    Refused
        If an address is invalid, or the server rejects the sender, a recipient or the password.
    MonitorError
        If the server can't be reached or doesn't support TLS.
    """
    message = build_message(channel, notice, notice_id)
    host = channel.host or ""
    addresses = checked_addresses(
        host, channel.port, allowed_hosts=channel.allowed_hosts, timeout_s=TIMEOUT_S
    )
    try:
        with _connect(channel, host, addresses) as server:
            if channel.user is not None:
                server.login(channel.user, fill_secrets(channel.password or "", secret_of))
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        raise NotificationRejected(f"{host} rejected an address: {_short_text(error)}") from None
    except smtplib.SMTPAuthenticationError:
        raise NotificationRejected(f"{host} rejected the user name or password.") from None
    except (OSError, smtplib.SMTPException) as error:
        raise MonitorError(
            f"Can't send email through {host}.",
            why=_short_text(error),
            fix="Check the channel's host, port and security.",
        ) from None


def build_message(channel: Channel, notice: Notification, notice_id: int) -> EmailMessage:
    """Build the email. Header values are one line of printable text."""
    for address in (channel.sender or "", *channel.to):
        if not _MAILBOX.fullmatch(address):
            raise NotificationRejected(f"{printable(address, 80)} isn't an email address.")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = printable(notice.title, 200)
    message["From"] = Address(addr_spec=channel.sender)
    message["To"] = tuple(Address(addr_spec=address) for address in channel.to)
    domain = (channel.sender or "").rpartition("@")[2]
    message["Message-ID"] = f"<automl-magic-{notice_id}-{int(notice.timestamp)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    message.set_content("\n".join(notification_lines(notice)) + "\n")
    return message


def _connect(channel: Channel, host: str, addresses: Sequence[str]) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if channel.security is MailSecurity.TLS:
        return _PinnedTls(host, channel.port, addresses=addresses, context=context)
    server = _Pinned(host, channel.port, addresses=addresses)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


class _Pinned(smtplib.SMTP):
    """SMTP to a checked IP address. The certificate must match the host name."""

    def __init__(self, host: str, port: int, *, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        super().__init__(host, port, timeout=TIMEOUT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return dial(self._addresses, port, timeout)


class _PinnedTls(smtplib.SMTP_SSL):
    """Like `_Pinned`, with TLS from the start of the connection."""

    def __init__(
        self, host: str, port: int, *, addresses: Sequence[str], context: ssl.SSLContext
    ) -> None:
        self._addresses = addresses
        super().__init__(host, port, timeout=TIMEOUT_S, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = dial(self._addresses, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


def _short_text(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}", 200)
