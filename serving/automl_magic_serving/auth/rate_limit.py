"""Rate limits: one token bucket per key, shared by the worker processes.

A bucket is one number: the time at which it will be full again (the generic cell rate algorithm,
ITU-T I.371, equivalent to a token bucket). It fits into eight bytes of memory that all workers map,
so a key's rate holds across workers. Two workers that write at the same instant may let one extra
request through.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import time
from pathlib import Path

SLOTS = 4096
_SLOT = struct.Struct("=8sd")  # digest of the key id; time when full, on the shared monotonic clock
BURST_S = 1.0


class RateLimiter:
    """The token buckets of all keys. A bucket holds the requests of `BURST_S`, at least one.

    Parameters
    ----------
    path : Path, optional
        File shared by the workers of one server. Without it, this process counts separately.
    """

    def __init__(self, path: Path | None = None) -> None:
        size = SLOTS * _SLOT.size
        if path is None:
            self._memory = mmap.mmap(-1, size)
        else:
            with path.open("a+b") as file:
                file.truncate(size)
                self._memory = mmap.mmap(file.fileno(), size)
        self._slots: dict[str, int] = {}

    def wait_s(self, key_id: str, requests_per_s: float, cost: float = 1.0) -> float:
        """Take `cost` from a bucket; return 0, or the seconds until enough is available."""
        offset = self._slots.get(key_id)
        if offset is None:
            offset = self._slots[key_id] = self._find(key_id)
        now = time.monotonic()
        mark, full_at = _SLOT.unpack_from(self._memory, offset)
        full_at = max(full_at, now) + cost / requests_per_s
        wait = full_at - now - max(BURST_S, 1 / requests_per_s)
        if wait > 1e-9:
            return wait
        _SLOT.pack_into(self._memory, offset, mark, full_at)
        return 0.0

    def _find(self, key_id: str) -> int:
        """Return the offset of a key's bucket. Beyond `SLOTS` keys, two keys may share one."""
        mark = hashlib.blake2b(key_id.encode(), digest_size=8).digest()
        first = int.from_bytes(mark, "little") % SLOTS
        for step in range(SLOTS):
            offset = (first + step) % SLOTS * _SLOT.size
            owner, _ = _SLOT.unpack_from(self._memory, offset)
            if owner == mark:
                return offset
            if owner == bytes(8):
                _SLOT.pack_into(self._memory, offset, mark, 0.0)
                return offset
        return first * _SLOT.size
