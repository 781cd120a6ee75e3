"""The inference server as a child process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Self

import click

from automl_magic.cli.apps.server import sigterm_as_interrupt
from automl_magic.display.text import printable
from automl_magic.errors import DO, WHY, AutomlMagicError, DeploymentError
from automl_magic.flow import governance
from automl_magic.library_warnings import child_variables
from automl_magic.workspace import Workspace

READY_TIMEOUT_S = 120.0
# Draining waits for the current requests. The server itself has a shorter limit.
STOP_TIMEOUT_S = 60.0
_SYNC_INTERVAL_S = 5.0
_SIGNAL_CODE = 128


@dataclass
class InferenceServer:
    """`python -m automl_magic_serving`. Its log goes to our standard error.

    `arguments` is the command line, and `workspace` the workspace that the server uses. The server
    sends `url` and `grpc` when it's ready.
    """

    arguments: Sequence[str]
    workspace: Workspace
    url: str = ""
    grpc: str | None = None
    _process: subprocess.Popen[str] | None = None
    _ready: threading.Event = field(default_factory=threading.Event)
    _log_lines: deque[str] = field(default_factory=lambda: deque(maxlen=50))
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it's ready.

        Raises
        ------
        DeploymentError
            If the server exited or wasn't ready in time. It has the server's own error, if any.
        """
        process = subprocess.Popen(
            [*self.arguments, "--end-with-input"],
            env={
                **os.environ,
                **child_variables(os.environ),
                **self.workspace.environment(),
            },
            # Never written to. It closes when this process ends, and then the server stops.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # A separate session: Ctrl-C reaches only us, and we let the server drain.
            start_new_session=True,
        )
        self._process = process
        for target, stream in (
            (self._read_messages, process.stdout),
            (self._read_log, process.stderr),
        ):
            thread = threading.Thread(target=target, args=(stream,), daemon=True)
            thread.start()
            self._threads.append(thread)
        try:
            self._wait_until_ready(process)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Block until Ctrl-C, SIGTERM or the end of the server, and exit with its code.

        Meanwhile, this retries writing changed aliases to MLflow.
        """
        process = self._process
        assert process is not None
        with sigterm_as_interrupt(), contextlib.suppress(KeyboardInterrupt):
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_SYNC_INTERVAL_S)
                    continue
                with contextlib.suppress(AutomlMagicError):
                    governance.sync_mlflow(workspace=self.workspace)
        self.stop()
        if process.returncode:
            code = process.returncode
            raise click.exceptions.Exit(code if code > 0 else _SIGNAL_CODE - code)

    def stop(self) -> None:
        """Let the server finish the current requests, and stop it. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        if process.stdin is not None:
            process.stdin.close()

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not self._ready.wait(0.05):
            if process.poll() is not None:
                for thread in self._threads:
                    thread.join(timeout=5)
                raise self._not_started(f"It exited with code {process.returncode}.")
            if time.monotonic() > deadline:
                raise self._not_started(f"It wasn't ready within {READY_TIMEOUT_S:.0f} s.")
        while self._log_lines:
            print(self._log_lines.popleft(), file=sys.stderr, flush=True)

    def _read_messages(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                message = _document(line)
                if message.get("event") == "ready":
                    self.url, grpc = str(message["url"]), message.get("grpc")
                    self.grpc = None if grpc is None else str(grpc)
                    self._ready.set()

    def _read_log(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                if self._ready.is_set():
                    print(line.rstrip("\n"), file=sys.stderr, flush=True)
                else:
                    self._log_lines.append(line.rstrip("\n"))

    def _not_started(self, what_happened: str) -> DeploymentError:
        """Return the server's own error, or else one with the last line of its log."""
        lines = list(self._log_lines)
        for i in range(len(lines) - 2):
            why, fix = lines[i + 1].strip(), lines[i + 2].strip()
            if why.startswith(WHY) and fix.startswith(DO):
                return DeploymentError(
                    lines[i], why=why.removeprefix(WHY).strip(), fix=fix.removeprefix(DO).strip()
                )
        last = next((line for line in reversed(lines) if line.strip()), "nothing")
        return DeploymentError(
            "The server didn't start.",
            why=f"{what_happened} Last line of its log: {last.strip()[-300:]}",
            fix="Try another --port, or read the log above.",
        )


def check_ports(host: str, *ports: int | None) -> None:
    """Check that a server can listen on these ports of an address. Port 0 is any free one.

    Raises
    ------
    DeploymentError
        If a port is in use or not permitted, or the address isn't this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        if port is None:
            continue
        try:
            socket.create_server((host, port), family=family).close()
        except OSError as error:
            raise DeploymentError(
                f"Can't listen on {printable(host, 60)}:{port}.",
                # Python's text for a failed bind repeats the address.
                why=f"{str(error.strerror).partition(' (while')[0]}.",
                fix="Choose another --port or --grpc-port (0 for any free one), or --host.",
            ) from error


def _document(line: str) -> dict[str, object]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
