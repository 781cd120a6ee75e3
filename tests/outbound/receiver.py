"""A real server on the loopback address with set responses. It stores the requests."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def always(answer: bytes) -> Callable:
    def give(link):
        link.sendall(answer)

    return give


class Receiver:
    """Serve one connection at a time. `requests` has the received bytes of each."""

    def __init__(self, give, context=None):
        self.requests: list[bytes] = []
        self.names: list[str | None] = []
        self._give, self._context = give, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            # Some tests close the connection early.
            with suppress(OSError):
                self._answer(link)

    def _answer(self, link):
        with link:
            if self._context is not None:
                link = self._context.wrap_socket(link, server_side=True)
            received = b""
            while b"\r\n\r\n" not in received:
                received += link.recv(65536)
            head, _, body = received.partition(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            while len(body) < length:
                body += link.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            self._give(link)

    def close(self):
        # A blocked accept() wakes only when the listener is shut down.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextmanager
def receiving(give, certificate=None):
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    receiver = Receiver(give, context)
    if context is not None:
        context.sni_callback = lambda _link, name, _context: receiver.names.append(name)
    try:
        yield receiver
    finally:
        receiver.close()


def certificate_for(host, folder):
    """Make a self-signed certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    created = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + created.public_bytes(serialization.Encoding.PEM)
    )
    return path
