"""Memory limit and memory use of a run.

In a container, the limit of the control group counts, not the machine's memory.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psutil

SHARE = 0.9  # of the free memory. The rest is for the system and the supervisor.
_CGROUPS = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # version 1 writes "no limit" as a number close to 2**63


def memory_limit_bytes() -> int:
    """Return 90% of the free memory of this machine or container, in bytes."""
    return int(SHARE * free_bytes())


def free_bytes() -> int:
    """Return the free memory of the machine or the control group, whichever is less, in bytes."""
    return min([psutil.virtual_memory().available, *_free_in_cgroups()])


def oom_kills() -> int:
    """Return how many processes of this control group the kernel has killed out of memory."""
    count = 0
    for folder in _cgroup_folders():
        for name, key in (("memory.events", "oom_kill"), ("memory.oom_control", "oom_kill")):
            with contextlib.suppress(OSError):
                text = (folder / name).read_text("utf-8")
                if match := re.search(rf"^{key} (\d+)$", text, re.MULTILINE):
                    count = max(count, int(match[1]))
    return count


def used_bytes(processes: Iterable[psutil.Process], *, exact: bool = False) -> int:
    """Return the memory use of processes in bytes.

    By default, shared pages are counted once per process (resident set size). With `exact`, they're
    divided among the processes (proportional set size, only on Linux, slower).
    """
    total_bytes = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if exact and hasattr(info := process.memory_full_info(), "pss"):
                total_bytes += info.pss
            else:
                total_bytes += process.memory_info().rss
    return total_bytes


class MemoryWatch:
    """Measures the memory of a process and its descendants, in at most about 2% of the time."""

    def __init__(
        self, pid: int, limit_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root, self.limit_bytes = psutil.Process(pid), limit_bytes
        self._clock, self._next = clock, 0.0

    def excess(self) -> int | None:
        """Return the bytes in use if they exceed the limit, else None."""
        now = self._clock()
        if now < self._next:
            return None
        try:
            processes = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return None
        n_bytes: int | None = used_bytes(processes)
        if n_bytes is not None and n_bytes > self.limit_bytes:
            n_bytes = used_bytes(processes, exact=True)
        elapsed_s = self._clock() - now
        self._next = now + max(0.2, 50 * elapsed_s)
        return n_bytes if n_bytes is not None and n_bytes > self.limit_bytes else None


def format_bytes(size_bytes: float) -> str:
    """Format a size in bytes: 512 MB, 3.4 GB."""
    if size_bytes < 1e9:
        return f"{size_bytes / 1e6:.0f} MB"
    return f"{size_bytes / 1e9:.1f} GB"


def _free_in_cgroups() -> Iterator[int]:
    for folder in _cgroup_folders():
        for limit_name, usage_name, cache in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            limit = _read_int(folder / limit_name)
            usage = _read_int(folder / usage_name)
            if limit is None or usage is None or limit >= _UNLIMITED:
                continue
            # Cached file pages are freed when memory is needed.
            yield max(limit - usage + _read_stat(folder / "memory.stat", cache), 0)


def _cgroup_folders() -> Iterator[Path]:
    """Yield this process's memory control groups, innermost first."""
    try:
        lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            root = _CGROUPS
        elif "memory" in controllers.split(","):
            root = _CGROUPS / "memory"
        else:
            continue
        inner = root / path.strip("/")
        # In a container, the path can be the host's, while the mount is already the inner group.
        for folder in [inner, *inner.parents] if inner.is_dir() else [root]:
            yield folder
            if folder == root:
                break


def _read_int(path: Path) -> int | None:
    try:
        return int(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _read_stat(path: Path, key: str) -> int:
    with contextlib.suppress(OSError):
        if match := re.search(rf"^{key} (\d+)$", path.read_text("utf-8"), re.MULTILINE):
            return int(match[1])
    return 0
