"""Limits on the size of a table, and on the resources to read it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """Limits on the size of a table, and on the resources to read it.

    Parameters
    ----------
    file_bytes, rows, columns : int
        Maximum size of the file and the table.
    ratio : int
        Maximum size of the decompressed content, as a multiple of the file size. Content below
        `ratio_floor_bytes` is always allowed.
    memory_bytes : int, optional
        Memory of the reading process beyond its libraries. Default: 40 times the file size, at
        least 1 GiB and at most 80% of the free memory.
    seconds : int
        Maximum time to read the table.
    """

    file_bytes: int = 8 << 30
    rows: int = 50_000_000
    columns: int = 10_000
    ratio: int = 100
    ratio_floor_bytes: int = 256 * MIB
    memory_bytes: int | None = None
    seconds: int = 300

    def max_expanded_bytes(self, file_bytes: int) -> int:
        """Return the maximum size of the content of a file of this size."""
        return max(self.ratio_floor_bytes, self.ratio * file_bytes)

    def max_memory_bytes(self, file_bytes: int) -> int:
        """Return the memory limit of the process that reads a file of this size."""
        if self.memory_bytes is not None:
            return self.memory_bytes
        import psutil

        free = int(psutil.virtual_memory().available * 0.8)
        return min(free, max(1024 * MIB, 40 * file_bytes))
