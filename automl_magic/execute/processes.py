"""Every process of a run can be found and killed, wherever it has hidden.

A run's processes carry its id in their environment, which a child inherits even when it starts a
session of its own. On Linux the runner also adopts orphans, so that a child which wiped its
environment is still a descendant.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

RUN_VARIABLE = "AUTOML_MAGIC_RUN_ID"
_PR_SET_CHILD_SUBREAPER = 36


def marked(run_id: str) -> list[psutil.Process]:
    """Return the processes, other than this one, that carry a run's id."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(RUN_VARIABLE) == run_id:
                found.append(process)
    return found


def descendants(pid: int) -> list[psutil.Process]:
    """Return the living descendants of a process."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def kill_run(run_id: str, pid: int | None = None, *, within_s: float = 5.0) -> int:
    """Kill every process of a run, and the descendants of `pid`; return how many there were.

    It looks again until nothing is left, because a process may start another one meanwhile.
    """
    killed: set[psutil.Process] = set()
    end = time.monotonic() + within_s
    while True:
        # The family is listed before anything dies: orphans have no parent to be found by.
        found = {*(descendants(pid) if pid else ()), *marked(run_id)}
        living = [process for process in found if _is_living(process)]
        if not living:
            return len(killed)
        kill(living)
        killed.update(living)
        psutil.wait_procs(living, timeout=1.0)
        if time.monotonic() > end:
            return len(killed)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Send SIGKILL; a process that is already gone is no error."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process group that a process leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def is_alive(pid: int, started_at: float) -> bool:
    """Say whether the process that had this id and start time still lives.

    An id alone would not do: systems give it to another process later.
    """
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started_at) < 1.0 and _is_living(process)
    except psutil.Error:
        return False


def this_process() -> tuple[int, float]:
    """Return the id and the start time of this process."""
    return os.getpid(), psutil.Process().create_time()


def this_machine() -> str:
    """Name the place in which a process id means something: host, boot, and id namespace."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return ":".join(parts)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _is_living(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
