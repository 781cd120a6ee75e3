"""The runner process, as the supervisor controls it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from automl_magic.execute.processes import RUN_VARIABLE, kill_run
from automl_magic.execute.sockets import create_socket_folder, remove_socket_folder
from automl_magic.library_warnings import child_variables
from automl_magic.records.codec import json_text

LOG_NAME = "log.txt"


class RunnerEnding(TypedDict, total=False):
    """How the notebook ended. `kind` is None if every cell was executed."""

    kind: str | None
    message: str
    cell_id: str | None


class RunnerProcess:
    """A runner in its own session: only the supervisor gets Ctrl-C from the terminal."""

    def __init__(
        self, run_id: str, folder: Path, job: Mapping[str, object], environment: Mapping[str, str]
    ) -> None:
        self._run_id = run_id
        self._partial_line = b""
        sockets = create_socket_folder(run_id)
        self._read_end, write_end = os.pipe()
        # A fixed hash seed, so that sets of strings have the same order in every run.
        run_variables = {RUN_VARIABLE: run_id, "PYTHONHASHSEED": "0"}
        try:
            with (folder / LOG_NAME).open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "automl_magic.execute.runner", str(write_end)],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    env={
                        **os.environ,
                        **child_variables(os.environ),
                        **environment,
                        **run_variables,
                    },
                    pass_fds=[write_end],
                    start_new_session=True,
                )
        finally:
            os.close(write_end)
        self.pid = self._process.pid
        self._send({**job, "sockets": sockets})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            # After reporting the end, the runner only cleans up.
            self._process.wait(0 if error else 5)
        kill_run(self._run_id, self.pid)
        self._process.wait()
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        os.close(self._read_end)
        remove_socket_folder(self._run_id)

    @property
    def exit_code(self) -> int | None:
        """The runner's exit code, negative for a signal. None while it's alive."""
        return self._process.poll()

    def events(self, timeout_s: float) -> Iterator[dict[str, Any]]:
        """Yield the runner's events. Wait for them up to `timeout_s` seconds."""
        poller = select.poll()
        poller.register(self._read_end, select.POLLIN)
        if not poller.poll(1000 * timeout_s):
            return
        data = os.read(self._read_end, 1 << 20)
        *lines, self._partial_line = (self._partial_line + data).split(b"\n")
        for line in lines:
            yield json.loads(line)

    def interrupt(self, cell_id: str) -> None:
        """Interrupt a cell if it's running. The notebook continues."""
        self._send({"command": "interrupt", "cell_id": cell_id})

    def stop(self, kind: str, message: str, grace_s: float) -> None:
        """Stop the notebook: interrupt its cell, and kill its kernel `grace_s` seconds later."""
        self._send({"command": "stop", "kind": kind, "message": message, "grace_s": grace_s})

    def kill(self) -> None:
        """Kill the runner and all processes of the run."""
        kill_run(self._run_id, self.pid)

    def _send(self, document: Mapping[str, object]) -> None:
        if self._process.stdin:
            # A dead runner is detected by its exit code.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json_text(document).encode() + b"\n")
                self._process.stdin.flush()
