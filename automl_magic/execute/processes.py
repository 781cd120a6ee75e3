"""Find and kill all processes of a run.

A run's processes have its id in their environment, which children inherit even if they start a new
session. On Linux, the runner also adopts orphans, so that a child which cleared its environment is
still a descendant.
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


def run_processes(run_id: str) -> list[psutil.Process]:
    """Return the processes with a run's id in their environment, except this one."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(RUN_VARIABLE) == run_id:
                processes.append(process)
    return processes


def descendants(pid: int) -> list[psutil.Process]:
    """Return the running descendants of a process."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def kill_run(run_id: str, pid: int | None = None, *, within_s: float = 5.0) -> int:
    """Kill all processes of a run and all descendants of `pid`. Return their number.

    It repeats until there are none or `within_s` seconds have passed, because a process can start
    another one in the meantime.
    """
    killed: set[psutil.Process] = set()
    end = time.monotonic() + within_s
    while True:
        # List the descendants before killing any: orphans can't be found through their parent.
        processes = {*(descendants(pid) if pid else ()), *run_processes(run_id)}
        running = [process for process in processes if _is_running(process)]
        if not running:
            return len(killed)
        kill(running)
        killed.update(running)
        psutil.wait_procs(running, timeout=1.0)
        if time.monotonic() > end:
            return len(killed)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Send SIGKILL to processes. Ignore those that have ended."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process group of a group leader."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def is_alive(pid: int, started_at: float) -> bool:
    """Return whether the process with this id and start time is still running.

    The id isn't enough, because systems reuse ids.
    """
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started_at) < 1.0 and _is_running(process)
    except psutil.Error:
        return False


def this_process() -> tuple[int, float]:
    """Return the id and the start time of this process."""
    return os.getpid(), psutil.Process().create_time()


def this_machine() -> str:
    """Return the scope of a process id: host, boot id and process namespace."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return ":".join(parts)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
