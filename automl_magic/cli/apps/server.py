"""AppServer: a child process that serves HTTP on the loopback address until it's stopped."""

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
from automl_magic.library_warnings import child_variables
from automl_magic.workspace import Workspace

HOST = "127.0.0.1"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class AppNotStarted(AutomlMagicError):
    """A dashboard's server couldn't start: the port is in use, or the server exited."""


@dataclass
class AppServer:
    """A dashboard's server. Leaving its `with` block stops its processes.

    `arguments` is the command line. `probe` is a cheap path that returns 200 when the server is
    ready. `page` is the path of the page after the host. The server uses `workspace`.
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
        """Start the server and wait until it's ready.

        Raises
        ------
        AppNotStarted
            If the server exited or wasn't ready in time. The error has the last line of its log.
        """
        self._log = tempfile.TemporaryFile(prefix="automl-app-")  # noqa: SIM115
        # A separate session: Ctrl-C reaches only us, and we stop the server and its kernels.
        self._process = subprocess.Popen(
            list(self.arguments),
            env={
                **os.environ,
                **child_variables(os.environ),
                **self.workspace.environment(),
                **self.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Block until Ctrl-C, SIGTERM or the end of the server."""
        assert self._process is not None
        with sigterm_as_interrupt(), contextlib.suppress(KeyboardInterrupt):
            self._process.wait()

    def stop(self) -> None:
        """Terminate the server, and kill it if it doesn't exit in time. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
                try:
                    process.wait(STOP_TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise self._not_started(f"It exited with code {process.returncode}.")
            if _is_ready(f"http://{HOST}:{self.port}{self.probe}"):
                return
            time.sleep(0.1)
        raise self._not_started(f"It wasn't ready within {START_TIMEOUT_S:.0f} s.")

    def _not_started(self, what_happened: str) -> AppNotStarted:
        assert self._log is not None
        self._log.seek(0)
        lines = self._log.read()[-2000:].decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "nothing")
        return AppNotStarted(
            f"The {self.name} app didn't start.",
            why=f"{what_happened} Last line of its log: {last.strip()}",
            fix="Try another --port.",
        )


def free_port(requested: int | None) -> int:
    """Return the requested port, or any free one. Raises AppNotStarted if the port is in use."""
    with socket.socket() as probe:
        # As the servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, requested or 0))
        except OSError as error:
            raise AppNotStarted(
                f"Can't use port {requested}.",
                why=f"{os.strerror(error.errno or 0)}.",
                fix="Choose another port with --port, or omit the option.",
            ) from error
        port: int = probe.getsockname()[1]
        return port


def _is_ready(url: str) -> bool:
    try:
        # Ignore the proxies of the environment for the loopback address.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGTERM, as on Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
