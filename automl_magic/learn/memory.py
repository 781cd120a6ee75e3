"""The free memory of this machine, or of the container."""

from __future__ import annotations

from pathlib import Path

# Files with the limit and the usage in Linux control groups, versions 2 and 1.
_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def available_memory_bytes() -> int:
    """Return the bytes that can still be allocated, limited by the machine or the container."""
    import psutil

    free = [int(psutil.virtual_memory().available)]
    for limit, use in _CGROUPS:
        try:
            free.append(int(Path(limit).read_text()) - int(Path(use).read_text()))
        except (OSError, ValueError):  # no such file, or `max`
            continue
    return max(0, min(free))
