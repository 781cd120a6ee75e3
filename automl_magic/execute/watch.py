"""The watch in the runner: deadlines, the kernel's heartbeat, the supervisor's wishes.

papermill asks only whether the kernel's process exists, so a stopped kernel hangs it for ever. The
heartbeat is answered by a thread of the kernel that needs no Python: it goes on through a busy loop
and ends when the process is stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from automl_magic.execute.limits import Limits
from automl_magic.execute.processes import descendants, kill, signal_group
from automl_magic.records.runs.run import FailureKind

TICK_S = 0.1
BEAT_EVERY_S = 5.0
_INTERRUPT_EVERY_S = 2.0
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Stop:
    """Why a run is being ended, and in which cell it was."""

    kind: str
    message: str
    cell_id: str | None


class Heartbeat(Protocol):
    """The kernel's heartbeat channel, as jupyter_client has it."""

    def is_beating(self) -> bool: ...


class Watch(threading.Thread):
    """Ends a cell, a kernel, or this process, when it has to end."""

    def __init__(
        self, limits: Limits, beat: Callable[[], None], abandon: Callable[[], None]
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self._limits, self._beat, self._abandon = limits, beat, abandon
        self._parent = os.getppid()
        self._lock = threading.RLock()
        self._kernel: subprocess.Popen[bytes] | None = None
        self._heartbeat: Heartbeat | None = None
        self._beat_at = time.monotonic()
        self._cell: str | None = None
        self._deadline: float | None = None
        self._kill_at: float | None = None
        self._interrupt_at = 0.0
        self.stopped: Stop | None = None

    def see_kernel(self, process: subprocess.Popen[bytes] | None) -> None:
        """Take note of the kernel's process, or that there is none."""
        with self._lock:
            self._kernel, self._heartbeat = process, None
            if self.stopped:
                self._kill_kernel()

    def see_heartbeat(self, heartbeat: Heartbeat) -> None:
        """Watch this heartbeat from now on."""
        with self._lock:
            self._heartbeat, self._beat_at = heartbeat, time.monotonic()

    def begin(self, cell_id: str) -> None:
        """A cell starts: its deadline counts from now."""
        limit = self._limits.of_cell(cell_id)
        with self._lock:
            self._cell = cell_id
            self._deadline = None if limit is None else time.monotonic() + limit

    def end(self) -> None:
        """The cell has ended, well or not."""
        with self._lock:
            self._cell, self._deadline = None, None

    def interrupt(self, cell_id: str) -> None:
        """Interrupt a cell if it is the one that runs; its code may catch that and go on."""
        with self._lock:
            if self._cell == cell_id and self._kernel and not self.stopped:
                os.kill(self._kernel.pid, signal.SIGINT)

    def stop(self, kind: str, message: str, grace_s: float) -> None:
        """End the run: interrupt the cell, and kill the kernel after the grace. First call wins."""
        with self._lock:
            if self.stopped:
                return
            self.stopped = Stop(kind, message, self._cell)
            if grace_s > 0 and self._cell and self._kernel:
                self._kill_at = time.monotonic() + grace_s
                self._look(time.monotonic())
            else:
                self._kill_kernel()

    def run(self) -> None:
        """Look at everything, ten times a second, and let the supervisor know of it."""
        next_beat = 0.0
        while True:
            time.sleep(TICK_S)
            if time.monotonic() > next_beat:
                next_beat = time.monotonic() + BEAT_EVERY_S
                self._beat()
            if os.getppid() != self._parent:
                self._abandon()
            with self._lock:
                self._look(time.monotonic())

    def _look(self, now: float) -> None:
        if self._kill_at is not None and self._cell and self._kernel:
            if now > self._kill_at:
                self._kill_kernel()
            elif now > self._interrupt_at:
                # Again and again: a kernel that has not quite begun the cell ignores the first.
                self._interrupt_at = now + _INTERRUPT_EVERY_S
                signal_group(self._kernel.pid, signal.SIGINT)
        if self._deadline is not None and now > self._deadline:
            limit = self._limits.of_cell(self._cell or "")
            self.stop(
                FailureKind.TIMED_OUT,
                f"The cell took longer than its limit of {limit:g} s.",
                self._limits.grace_s,
            )
        if self._heartbeat is None:
            return
        if self._heartbeat.is_beating():
            self._beat_at = now
        elif now - self._beat_at > self._limits.frozen_after_s:
            self.stop(
                FailureKind.FROZEN,
                f"The kernel gave no sign of life for {self._limits.frozen_after_s:g} s.",
                0.0,
            )

    def _kill_kernel(self) -> None:
        self._kill_at = None
        if self._kernel and self._kernel.poll() is None:
            # Its children first: a group of their own would outlive the kernel's.
            kill(descendants(self._kernel.pid))
            signal_group(self._kernel.pid, signal.SIGKILL)
