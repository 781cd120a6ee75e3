"""The number of usable CPU cores."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Return the number of cores this process can use. A container can have fewer than its host."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
