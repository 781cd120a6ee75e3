"""Rerun or explain a run in a separate process, which outlives the request and the server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from automl_magic.records import Run
from automl_magic.runs.backends import run_store
from automl_magic.workspace import default_workspace
from automl_magic_lab.handlers import RequestError

START_TIMEOUT_S = 60.0
_AUTOML = "import sys; from automl_magic.cli import main; main(sys.argv[1:])"


@dataclass
class FollowUp:
    """A process that reruns or explains a run. `poll_run_id` returns the id of its new run."""

    verb: Literal["rerun", "explain"]
    run_id: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    requested_at: datetime
    deadline: float

    @classmethod
    def start(cls, verb: Literal["rerun", "explain"], run_id: str) -> FollowUp:
        """Start the process."""
        output = tempfile.TemporaryFile(prefix=f"automl-{verb}-")  # noqa: SIM115
        requested_at = datetime.now(UTC)
        process = subprocess.Popen(
            [sys.executable, "-c", _AUTOML, verb, run_id, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # Wait for the process, so that it doesn't become a zombie.
        threading.Thread(target=process.wait, daemon=True).start()
        deadline = time.monotonic() + START_TIMEOUT_S
        return cls(verb, run_id, process, output, requested_at, deadline)

    def poll_run_id(self) -> str | None:
        """Return the id of the new run, or None if it hasn't started yet.

        Raises
        ------
        RequestError
            If the process ended without a run, or doesn't start one in time.
        """
        if new_id := self._new_id():
            return new_id
        if self.process.poll() is not None:
            # The run may have started and ended since the check above.
            if new_id := self._new_id():
                return new_id
            raise self._start_error()
        if time.monotonic() > self.deadline:
            raise RequestError(
                503,
                f"automl {self.verb} {self.run_id} didn't start within {START_TIMEOUT_S:.0f} s.",
                why="Its process is still loading.",
                fix="Check the list of runs again in a minute.",
            )
        return None

    def _new_id(self) -> str | None:
        store = run_store(default_workspace())
        for run, owner in store.unfinished():
            if owner.pid == self.process.pid:
                return run.run_id
        new_runs = (run for run in store.list(limit=20) if run.created_at >= self.requested_at)
        return next((run.run_id for run in new_runs if followed_run_id(run) == self.run_id), None)

    def _start_error(self) -> RequestError:
        self.output.seek(0)
        try:
            error = json.loads(self.output.read())["error"]
            fields = {name: str(error[name]) for name in ("what", "why", "fix")}
        except (ValueError, KeyError, TypeError):
            fields = {
                "what": f"automl {self.verb} {self.run_id} didn't start a run.",
                "why": f"Its process ended with exit code {self.process.returncode}.",
                "fix": f"Run it in a terminal: automl {self.verb} {self.run_id}",
            }
        return RequestError(409, fields["what"], why=fields["why"], fix=fields["fix"])


def followed_run_id(run: Run) -> str | None:
    """Return the id of the run that a run repeats or explains."""
    search_dir = run.parameters.get("search_dir")
    return run.rerun_of or (Path(search_dir).name if isinstance(search_dir, str) else None)
