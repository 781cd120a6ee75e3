"""How often a key may ask: a token bucket each, shared by the worker processes.

A bucket is one number, the time at which it will be full again (the generic cell rate algorithm,
ITU-T I.371, which counts exactly as a token bucket does). So it fits into eight bytes of memory
that all workers map, and a key gets its rate from the server, whichever worker it meets. Two
workers that write at the same instant may let one request too many through.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import time
from pathlib import Path

SLOTS = 4096
_SLOT = struct.Struct("=8sd")  # whose bucket; full again at, on the clock that all processes share
BURST_S = 1.0


class Pace:
    """The buckets of all keys. A bucket holds what a key may ask within `BURST_S`, at least one.

    Parameters
    ----------
    path : Path, optional
        A file that the workers of one server share; without it this process counts alone.
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
        """Take from a bucket; return 0, or the seconds until there is enough in it."""
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
        """Return where the bucket of a key lies. Past `SLOTS` keys, two may share one."""
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
