"""Waiting for what another process does, as long as the slowest machine needs.

No test says how fast a machine is: what it waits for happens, or the patience ends. Times are
measured in `tests/benchmarks/`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 200.0  # below the time that pytest gives a test


def wait_for(happened: Callable[[], T], *, every_s: float = 0.05) -> T:
    """Ask until the answer is true, and return it."""
    end = time.monotonic() + PATIENCE_S
    while not (found := happened()):
        if time.monotonic() > end:
            raise TimeoutError(f"It did not happen in {PATIENCE_S:.0f} s.")
        time.sleep(every_s)
    return found
