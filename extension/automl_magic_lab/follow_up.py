"""A run that follows another in a process of its own: it outlives the request, and the server."""

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
    """A child process that repeats or explains a run; `look` says which run it has become."""

    verb: Literal["rerun", "explain"]
    run_id: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    requested_at: datetime
    deadline: float

    @classmethod
    def start(cls, verb: Literal["rerun", "explain"], run_id: str) -> FollowUp:
        """Start the process."""
        said = tempfile.TemporaryFile(prefix=f"automl-{verb}-")  # noqa: SIM115
        asked_at = datetime.now(UTC)
        process = subprocess.Popen(
            [sys.executable, "-c", _AUTOML, verb, run_id, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # Somebody has to wait for it at its end: until then it would stay as a zombie.
        threading.Thread(target=process.wait, daemon=True).start()
        return cls(verb, run_id, process, said, asked_at, time.monotonic() + START_TIMEOUT_S)

    def poll_run_id(self) -> str | None:
        """Return the id of the new run, or None while there is none yet.

        Raises
        ------
        Refused
            If the process ended before it became a run, or takes too long to become one.
        """
        if new_id := self._new_id():
            return new_id
        if self.process.poll() is not None:
            # It may have become a run and ended since the look before.
            return self._new_id() or self._refuse()
        if time.monotonic() > self.deadline:
            raise RequestError(
                503,
                f"automl {self.verb} {self.run_id} has not begun within {START_TIMEOUT_S:.0f} s.",
                why="Its process is still loading.",
                fix="Look at the list of runs again in a minute.",
            )
        return None

    def _new_id(self) -> str | None:
        store = run_store(default_workspace())
        for run, owner in store.unfinished():
            if owner.pid == self.process.pid:
                return run.run_id
        since = (run for run in store.list(limit=20) if run.created_at >= self.requested_at)
        return next((run.run_id for run in since if followed_run_id(run) == self.run_id), None)

    def _refuse(self) -> str:
        self.output.seek(0)
        try:
            told = json.loads(self.output.read())["error"]
            words = {part: str(told[part]) for part in ("what", "why", "fix")}
        except (ValueError, KeyError, TypeError):
            words = {
                "what": f"automl {self.verb} {self.run_id} made no run.",
                "why": f"The process ended with code {self.process.returncode}.",
                "fix": f"Try it in a terminal: automl {self.verb} {self.run_id}",
            }
        raise RequestError(409, words["what"], why=words["why"], fix=words["fix"])


def followed_run_id(run: Run) -> str | None:
    """Return the id of the run that a run repeats or explains."""
    searched = run.parameters.get("search_dir")
    return run.rerun_of or (Path(searched).name if isinstance(searched, str) else None)
