"""The watch in the runner: time limits, the kernel's heartbeat, commands of the supervisor.

papermill only checks whether the kernel's process exists, so it hangs forever if the kernel is
suspended. The heartbeat comes from a kernel thread that doesn't need the GIL: it continues during
a busy loop, and stops when the process is suspended.
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

from automl_magic.execute.limits import RunLimits
from automl_magic.execute.processes import descendants, kill, signal_group
from automl_magic.records.runs.run import FailureKind

TICK_S = 0.1
HEARTBEAT_INTERVAL_S = 5.0
_INTERRUPT_EVERY_S = 2.0
CANCELLED = "cancelled"


@dataclass(frozen=True)
class StopReason:
    """Why a run is stopped, and its current cell."""

    kind: str
    message: str
    cell_id: str | None


class Heartbeat(Protocol):
    """The kernel's heartbeat channel in jupyter_client."""

    def is_beating(self) -> bool: ...


class Watchdog(threading.Thread):
    """Stops a cell, the kernel or this process when necessary."""

    def __init__(
        self, limits: RunLimits, beat: Callable[[], None], abandon: Callable[[], None]
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
        self.stop_reason: StopReason | None = None

    def set_kernel(self, process: subprocess.Popen[bytes] | None) -> None:
        """Set the kernel's process, or None if there's none."""
        with self._lock:
            self._kernel, self._heartbeat = process, None
            if self.stop_reason:
                self._kill_kernel()

    def set_heartbeat(self, heartbeat: Heartbeat) -> None:
        """Start monitoring a heartbeat."""
        with self._lock:
            self._heartbeat, self._beat_at = heartbeat, time.monotonic()

    def start_cell(self, cell_id: str) -> None:
        """Start the time limit of a cell."""
        limit = self._limits.cell_limit(cell_id)
        with self._lock:
            self._cell = cell_id
            self._deadline = None if limit is None else time.monotonic() + limit

    def end_cell(self) -> None:
        """Stop the time limit of the cell, because it has ended."""
        with self._lock:
            self._cell, self._deadline = None, None

    def interrupt(self, cell_id: str) -> None:
        """Interrupt a cell if it's running. Its code can catch this and continue."""
        with self._lock:
            if self._cell == cell_id and self._kernel and not self.stop_reason:
                os.kill(self._kernel.pid, signal.SIGINT)

    def stop(self, kind: str, message: str, grace_s: float) -> None:
        """Stop the run: interrupt the cell, and kill the kernel `grace_s` seconds later.

        Only the first call has an effect.
        """
        with self._lock:
            if self.stop_reason:
                return
            self.stop_reason = StopReason(kind, message, self._cell)
            if grace_s > 0 and self._cell and self._kernel:
                self._kill_at = time.monotonic() + grace_s
                self._check(time.monotonic())
            else:
                self._kill_kernel()

    def run(self) -> None:
        """Check everything ten times per second, and send heartbeats to the supervisor."""
        next_beat = 0.0
        while True:
            time.sleep(TICK_S)
            if time.monotonic() > next_beat:
                next_beat = time.monotonic() + HEARTBEAT_INTERVAL_S
                self._beat()
            if os.getppid() != self._parent:
                self._abandon()
            with self._lock:
                self._check(time.monotonic())

    def _check(self, now: float) -> None:
        if self._kill_at is not None and self._cell and self._kernel:
            if now > self._kill_at:
                self._kill_kernel()
            elif now > self._interrupt_at:
                # Repeat it, because a kernel that hasn't started the cell yet ignores the first.
                self._interrupt_at = now + _INTERRUPT_EVERY_S
                signal_group(self._kernel.pid, signal.SIGINT)
        if self._deadline is not None and now > self._deadline:
            limit = self._limits.cell_limit(self._cell or "")
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
                f"The kernel didn't respond for {self._limits.frozen_after_s:g} s.",
                0.0,
            )

    def _kill_kernel(self) -> None:
        self._kill_at = None
        if self._kernel and self._kernel.poll() is None:
            # Kill the children first: those in other process groups would survive.
            kill(descendants(self._kernel.pid))
            signal_group(self._kernel.pid, signal.SIGKILL)
