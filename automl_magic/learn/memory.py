"""How much memory is free: for this machine, and for the container that we may be in."""

from __future__ import annotations

from pathlib import Path

# (limit, use) of version 2 and version 1 of Linux control groups.
_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def available_memory_bytes() -> int:
    """Return the bytes that may still be allocated: by the machine or the group, if less."""
    import psutil

    free = [int(psutil.virtual_memory().available)]
    for limit, use in _CGROUPS:
        try:
            free.append(int(Path(limit).read_text()) - int(Path(use).read_text()))
        except (OSError, ValueError):  # not there, or `max`
            continue
    return max(0, min(free))
