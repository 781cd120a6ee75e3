"""A real SMTP server with STARTTLS on the loopback address. It stores received emails."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress


class Mailbox:
    def __init__(self, certificate):
        self.mails: list[str] = []
        self.was_encrypted: list[bool] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError):
                self._talk(link)

    def _talk(self, link):
        link.sendall(b"220 mail.example\r\n")
        lines = link.makefile("rb")
        is_safe = False
        while line := lines.readline():
            word = line.split()[0].upper()
            if word == b"STARTTLS":
                link.sendall(b"220 go\r\n")
                link = self._context.wrap_socket(link, server_side=True)
                lines, is_safe = link.makefile("rb"), True
            elif word == b"EHLO":
                link.sendall(b"250-mail.example\r\n" + (b"" if is_safe else b"250-STARTTLS\r\n"))
                link.sendall(b"250 8BITMIME\r\n")
            elif word == b"DATA":
                link.sendall(b"354 go on\r\n")
                mail = b""
                while not mail.endswith(b"\r\n.\r\n"):
                    mail += lines.readline()
                self.mails.append(mail.decode())
                self.was_encrypted.append(is_safe)
                link.sendall(b"250 taken\r\n")
            elif word == b"QUIT":
                link.sendall(b"221 bye\r\n")
                return
            else:
                link.sendall(b"250 ok\r\n")

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def mailbox(certificate):
    opened = Mailbox(certificate)
    try:
        yield opened
    finally:
        opened.close()
