"""How large a table may be, and what reading it may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large a table may be, and what reading it may take.

    `ratio` is how many times larger than its file a table may become; it counts from
    `ratio_floor_bytes` on, below which nothing can do harm. `memory_bytes` is what the reading
    process may take beyond its libraries; None means 40 times the file's size, at least 1 GiB and
    at most 80 % of the memory that is free.
    """

    file_bytes: int = 8 << 30
    rows: int = 50_000_000
    columns: int = 10_000
    ratio: int = 100
    ratio_floor_bytes: int = 256 * MIB
    memory_bytes: int | None = None
    seconds: int = 300

    def expanded_bytes(self, file_bytes: int) -> int:
        """Return how large the content of a file of this size may be."""
        return max(self.ratio_floor_bytes, self.ratio * file_bytes)

    def reader_memory_bytes(self, file_bytes: int) -> int:
        """Return what the process that reads a file of this size may take."""
        if self.memory_bytes is not None:
            return self.memory_bytes
        import psutil

        free = int(psutil.virtual_memory().available * 0.8)
        return min(free, max(1024 * MIB, 40 * file_bytes))
