"""Counters of all workers in memory that they share.

Every worker writes only to a region of its own and reads all of them, so that there is no lock, and
any worker can tell the whole. The parent holds the memory: what a killed worker has counted stays,
and the worker that takes its place goes on from there. A counter is an aligned word of 64 bits.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from automl_magic.records.models.deployment import Role
from automl_magic_serving.telemetry.latency import N_BUCKETS, bucket_of

_WORD = 8
_ROLES = tuple(Role)


class Outcome(IntEnum):
    """How a request ended.

    `REFUSED` is the caller's fault; `BUSY` (a full queue) the load's; `LATE` (a timeout) and
    `ERROR` are the fault of the version that was asked.
    """

    OK = 0
    REFUSED = 1
    BUSY = 2
    LATE = 3
    ERROR = 4
    GONE = 5  # the caller went away before the answer
    DROPPED = 6  # a question to a shadow that was never asked


class Gauge(IntEnum):
    """What a worker counts as a whole; the words at the start of its region."""

    PID = 0
    STARTED_AT_MS = 1
    CONNECTIONS = 2
    IN_FLIGHT = 3
    LOG_WRITTEN = 4
    LOG_DROPPED = 5
    LOG_QUEUED = 6
    ACCEPTING = 7
    RESTARTS = 8  # written by the parent, which restarts


_KEY = 4  # place of the deployment + 1 (0: the slot is free), role, version, epoch
_OUTCOMES = _KEY
_ROWS = _OUTCOMES + len(Outcome)
_SUM_US = _ROWS + 1
_SLOW = _SUM_US + 1  # answers that took longer than the objective
_WAITING = _SLOW + 1  # requests that have waited longer than that and still do
_BUCKETS = _WAITING + 1
_SLOT = _BUCKETS + N_BUCKETS

_HEADER = 32
_SCRATCH = _HEADER  # a slot that is written and never read: what comes after its epoch has ended
_LIVE = _SCRATCH + _SLOT


@dataclass(frozen=True)
class Counts:
    """What was counted for a version in a role, over all workers.

    `waiting` is how many requests have waited for longer than the objective and still do.
    """

    place: int
    role: Role
    version: int
    epoch: int
    outcomes: tuple[int, ...]
    rows: int
    seconds: float
    slow: int
    waiting: int
    buckets: tuple[int, ...]

    @property
    def answered(self) -> int:
        """Requests that were answered well."""
        return self.outcomes[Outcome.OK]

    @property
    def failed(self) -> int:
        """Requests that the version is to blame for: errors and timeouts."""
        return self.outcomes[Outcome.LATE] + self.outcomes[Outcome.ERROR]


@dataclass(frozen=True)
class Layout:
    """How large the memory is: workers, deployments, and versions to be counted since the start."""

    workers: int
    deployments: int
    versions: int = 256

    @property
    def live(self) -> int:
        """Slots for the epoch that is served now: one for each deployment and role."""
        return self.deployments * len(_ROLES)

    @property
    def region(self) -> int:
        """Words in the region of one worker."""
        return _LIVE + (self.live + self.versions) * _SLOT

    @property
    def n_bytes(self) -> int:
        """The size of the whole memory."""
        return self.workers * self.region * _WORD


class Slab:
    """The shared memory, in the process that made it and in those that were given its descriptor.

    Parameters
    ----------
    layout : Layout
        The same in every process.
    descriptor : int, optional
        Of the file that is shared; by default a new one, which vanishes with its last holder.
    """

    def __init__(self, layout: Layout, descriptor: int | None = None) -> None:
        self.layout = layout
        if descriptor is None:
            with tempfile.TemporaryFile(prefix="automl-stats-") as file:
                file.truncate(layout.n_bytes)
                descriptor = os.dup(file.fileno())
        self.descriptor = descriptor
        self.memory = mmap.mmap(descriptor, layout.n_bytes)
        self.words = memoryview(self.memory).cast("Q")

    def gauge(self, worker: int, gauge: Gauge) -> int:
        """Return what one worker says of itself."""
        return self.words[worker * self.layout.region + gauge]

    def gauges(self, gauge: Gauge) -> list[int]:
        """Return what every worker says of itself, in the order of the workers."""
        return [self.gauge(worker, gauge) for worker in range(self.layout.workers)]

    def live(self, place: int, role: Role, epoch: int) -> Counts | None:
        """Return what all workers counted for a role in one epoch; None before the first request.

        Parameters
        ----------
        place : int
            Of the deployment among those that this server serves.
        """
        index = place * len(_ROLES) + _ROLES.index(role)
        found = []
        for worker in range(self.layout.workers):
            base = worker * self.layout.region + _LIVE + index * _SLOT
            words = self._slot(base)
            # A worker that begins an epoch clears the slot between two writes of its key.
            if words[0] and words[3] == epoch and self.words[base + 3] == epoch:
                found.append(words)
        return _summed(found) if found else None

    def totals(self) -> list[Counts]:
        """Return what all workers counted since the start, for each version in each role."""
        found: dict[tuple[int, ...], list[list[int]]] = {}
        for worker in range(self.layout.workers):
            start = worker * self.layout.region + _LIVE + self.layout.live * _SLOT
            for index in range(self.layout.versions):
                base = start + index * _SLOT
                if not self.words[base]:
                    break
                words = self._slot(base)
                found.setdefault(tuple(words[:3]), []).append(words)
        return [_summed(slots) for slots in found.values()]

    def region(self, worker: int) -> Region:
        """Return the part of the memory that this worker, and nobody else, writes to."""
        start = worker * self.layout.region * _WORD
        words = memoryview(self.memory)[start : start + self.layout.region * _WORD].cast("Q")
        return Region(self.layout, words)

    def note_restart(self, worker: int) -> None:
        """Count that a worker was started anew, and that the one before holds nothing any more."""
        base = worker * self.layout.region
        self.words[base + Gauge.RESTARTS] += 1
        for gauge in (Gauge.CONNECTIONS, Gauge.IN_FLIGHT, Gauge.LOG_QUEUED, Gauge.ACCEPTING):
            self.words[base + gauge] = 0
        for index in range(self.layout.live):
            self.words[base + _LIVE + index * _SLOT + _WAITING] = 0

    def _slot(self, base: int) -> list[int]:
        return self.words[base : base + _SLOT].tolist()


def _summed(slots: Sequence[list[int]]) -> Counts:
    words = [sum(column) for column in zip(*slots, strict=True)]
    place, role, version, epoch = slots[0][:_KEY]
    return Counts(
        place=place - 1,
        role=_ROLES[role],
        version=version,
        epoch=epoch,
        outcomes=tuple(words[_OUTCOMES:_ROWS]),
        rows=words[_ROWS],
        seconds=words[_SUM_US] / 1e6,
        slow=words[_SLOW],
        waiting=words[_WAITING],
        buckets=tuple(words[_BUCKETS:]),
    )


@dataclass
class Region:
    """What one worker writes to. Only its event loop does, and so nothing is lost."""

    layout: Layout
    words: memoryview
    _totals: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for base, key in self._kept():
            self._totals[key] = base

    def begin(self, pid: int) -> None:
        """Say who writes from now on."""
        self.words[Gauge.PID] = pid
        self.words[Gauge.STARTED_AT_MS] = int(time.time() * 1000)

    def set(self, gauge: Gauge, value: int) -> None:
        """Say how much of something there is."""
        self.words[gauge] = value

    def add(self, gauge: Gauge, value: int = 1) -> None:
        """Add to what there is of something."""
        self.words[gauge] += value

    def tally(self, place: int, role: Role, version: int, epoch: int, slow_s: float) -> Tally:
        """Return where the requests to a version are counted, from this epoch on.

        Parameters
        ----------
        slow_s : float
            The latency that the objective allows; what takes longer is counted as slow.
        """
        index = place * len(_ROLES) + _ROLES.index(role)
        base = _LIVE + index * _SLOT
        words = self.words
        key = (place + 1, _ROLES.index(role), version)
        if words[base + 3] != epoch or tuple(words[base : base + 3].tolist()) != key:
            words[base] = words[base + 3] = 0
            for word in range(base + _KEY, base + _SLOT):
                words[word] = 0
            words[base], words[base + 1], words[base + 2] = key
            words[base + 3] = epoch
        return Tally(words, self._total(key), base, slow_s)

    def _total(self, key: tuple[int, int, int]) -> int:
        if key in self._totals:
            return self._totals[key]
        start = _LIVE + self.layout.live * _SLOT
        base = start + len(self._totals) * _SLOT
        if len(self._totals) == self.layout.versions:
            # The version that was counted first has long been replaced: its series ends.
            oldest = next(iter(self._totals))
            base = self._totals.pop(oldest)
            for word in range(base + 1, base + _SLOT):
                self.words[word] = 0
        self.words[base + 1], self.words[base + 2], self.words[base] = key[1], key[2], key[0]
        self._totals[key] = base
        return base

    def _kept(self) -> Iterator[tuple[int, tuple[int, int, int]]]:
        start = _LIVE + self.layout.live * _SLOT
        for base in range(start, start + self.layout.versions * _SLOT, _SLOT):
            place, role, version = self.words[base : base + 3].tolist()
            if not place:
                return
            yield base, (place, role, version)


class Tally:
    """Where the requests to one version in one epoch are counted: since the start, and live."""

    __slots__ = ("live", "slow_s", "total", "words")

    def __init__(self, words: memoryview, total: int, live: int, slow_s: float) -> None:
        self.words, self.total, self.live, self.slow_s = words, total, live, slow_s

    def count(self, outcome: Outcome, rows: int = 1, seconds: float | None = None) -> None:
        """Count one request; one that was answered, or that failed, with how long it took."""
        words = self.words
        for base in (self.total, self.live):
            words[base + _OUTCOMES + outcome] += 1
            words[base + _ROWS] += rows
        if seconds is None:
            return
        bucket, microseconds = _BUCKETS + bucket_of(seconds), int(seconds * 1e6)
        slow = seconds > self.slow_s
        for base in (self.total, self.live):
            words[base + bucket] += 1
            words[base + _SUM_US] += microseconds
            words[base + _SLOW] += slow

    def waiting(self, n: int) -> None:
        """Say how many requests have waited for longer than the objective and still do."""
        self.words[self.live + _WAITING] = n

    def end(self) -> Self:
        """End the epoch: what is answered from now on counts since the start only."""
        self.live = _SCRATCH
        return self
