"""AppServer: a child process that answers HTTP on the loopback address until it is stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Self

from automl_magic.errors import AutomlMagicError
from automl_magic.workspace import Workspace

HOST = "127.0.0.1"
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 10.0


class AppNotStarted(AutomlMagicError):
    """A dashboard's server could not start: a taken port, or a server that ended at once."""


@dataclass
class AppServer:
    """A dashboard's server. Leaving its `with` block ends its processes.

    `arguments` is the command line, `probe` a path that answers 200 once the server is ready and
    costs it nothing. `page` is the part of the address behind the host, where it is not the root.
    It acts in `workspace`.
    """

    name: str
    arguments: Sequence[str]
    port: int
    probe: str
    workspace: Workspace
    environment: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/{self.page}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises
        ------
        AppNotStarted
            If it ended, or did not answer in time; the error quotes the last line of its log.
        """
        self._log = tempfile.TemporaryFile(prefix="automl-app-")  # noqa: SIM115
        # A session of its own: Ctrl-C then reaches us alone, and we end the server and its kernels.
        self._process = subprocess.Popen(
            list(self.arguments),
            env={**os.environ, **self.workspace.environment(), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Stay until Ctrl-C, a termination signal, or the end of the server."""
        assert self._process is not None
        with terminating_like_an_interrupt(), contextlib.suppress(KeyboardInterrupt):
            self._process.wait()

    def stop(self) -> None:
        """End the server: politely, then not. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
                try:
                    process.wait(STOPS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise self._not_started(f"It ended with code {process.returncode}")
            if _answers(f"http://{HOST}:{self.port}{self.probe}"):
                return
            time.sleep(0.1)
        raise self._not_started(f"It did not answer within {STARTS_WITHIN_S:.0f} s")

    def _not_started(self, what_happened: str) -> AppNotStarted:
        assert self._log is not None
        self._log.seek(0)
        said = self._log.read()[-2000:].decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(said) if line.strip()), "nothing")
        return AppNotStarted(
            f"The {self.name} app did not start.",
            why=f"{what_happened}; its log ends with: {last.strip()}",
            fix="Try another --port.",
        )


def free_port(wanted: int | None) -> int:
    """Return the wanted port, or any free one; refuse a port that somebody listens on."""
    with socket.socket() as probe:
        # As the servers do: a port that rests after a connection has closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise AppNotStarted(
                f"Port {wanted} cannot be used.",
                why=f"{os.strerror(error.errno or 0)}.",
                fix="Choose another one with --port, or leave it out.",
            ) from error
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        # No proxy of the environment may stand between us and the loopback address.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def terminating_like_an_interrupt() -> Iterator[None]:
    """Let a termination signal raise KeyboardInterrupt, as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
