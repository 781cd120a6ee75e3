"""Counters in memory shared by all workers.

Every worker writes only to its own region and reads all of them. So there is no lock, and any
worker can export the totals. The parent holds the memory: counts of a killed worker remain, and its
successor continues from them. A counter is an aligned 64-bit word.
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


class RequestOutcome(IntEnum):
    """The outcome of a request.

    `REFUSED` is invalid input, `BUSY` a full queue. `LATE` (a timeout) and `ERROR` are failures of
    the version.
    """

    OK = 0
    REFUSED = 1
    BUSY = 2
    LATE = 3
    ERROR = 4
    GONE = 5  # the client disconnected before the response
    DROPPED = 6  # a shadow request that was dropped from a full queue


class Gauge(IntEnum):
    """The gauges of a worker: the first words of its region."""

    PID = 0
    STARTED_AT_MS = 1
    CONNECTIONS = 2
    IN_FLIGHT = 3
    LOG_WRITTEN = 4
    LOG_DROPPED = 5
    LOG_QUEUED = 6
    ACCEPTING = 7
    RESTARTS = 8  # written by the parent


_KEY = 4  # deployment index + 1 (0: the slot is free), role, version, epoch
_OUTCOMES = _KEY
_ROWS = _OUTCOMES + len(RequestOutcome)
_SUM_US = _ROWS + 1
_SLOW = _SUM_US + 1  # requests that took longer than the objective
_WAITING = _SLOW + 1  # requests still waiting for longer than the objective
_REFUSED_ALONE = _WAITING + 1  # refused requests that the other version of the route accepts
_BUCKETS = _REFUSED_ALONE + 1
_SLOT = _BUCKETS + N_BUCKETS

_HEADER = 32
_SCRATCH = _HEADER  # a slot that is written but never read, for requests after their epoch ended
_LIVE = _SCRATCH + _SLOT


@dataclass(frozen=True)
class RequestCounts:
    """The counts of a version in a role, over all workers.

    `waiting` is the number of requests still waiting for longer than the objective.
    `refused_alone` is the number of refused requests that the other version of the route accepts.
    """

    deployment_index: int
    role: Role
    version: int
    epoch: int
    outcomes: tuple[int, ...]
    rows: int
    seconds: float
    slow: int
    waiting: int
    refused_alone: int
    buckets: tuple[int, ...]

    @property
    def n_succeeded(self) -> int:
        """Number of successful requests."""
        return self.outcomes[RequestOutcome.OK]

    @property
    def n_failed(self) -> int:
        """Number of requests that the version failed: errors and timeouts."""
        return self.outcomes[RequestOutcome.LATE] + self.outcomes[RequestOutcome.ERROR]

    @property
    def n_refused(self) -> int:
        """Number of requests that the version refused as invalid."""
        return self.outcomes[RequestOutcome.REFUSED]


@dataclass(frozen=True)
class CounterLayout:
    """The size of the memory: workers, deployments, and versions counted since the start."""

    workers: int
    deployments: int
    versions: int = 256

    @property
    def live(self) -> int:
        """Slots for the current epoch: one per deployment and role."""
        return self.deployments * len(_ROLES)

    @property
    def region(self) -> int:
        """Number of words in a worker's region."""
        return _LIVE + (self.live + self.versions) * _SLOT

    @property
    def n_bytes(self) -> int:
        """Size of the memory in bytes."""
        return self.workers * self.region * _WORD


class SharedCounters:
    """The shared memory, in the process that created it and in those that inherit its descriptor.

    Parameters
    ----------
    layout : Layout
        The same in every process.
    descriptor : int, optional
        Descriptor of the shared file. By default a new one, deleted with its last holder.
    """

    def __init__(self, layout: CounterLayout, descriptor: int | None = None) -> None:
        self.layout = layout
        if descriptor is None:
            with tempfile.TemporaryFile(prefix="automl-stats-") as file:
                file.truncate(layout.n_bytes)
                descriptor = os.dup(file.fileno())
        self.descriptor = descriptor
        self.memory = mmap.mmap(descriptor, layout.n_bytes)
        self.words = memoryview(self.memory).cast("Q")

    def gauge(self, worker: int, gauge: Gauge) -> int:
        """Return a gauge of one worker."""
        return self.words[worker * self.layout.region + gauge]

    def gauges(self, gauge: Gauge) -> list[int]:
        """Return a gauge of every worker, in the order of the workers."""
        return [self.gauge(worker, gauge) for worker in range(self.layout.workers)]

    def live(self, deployment_index: int, role: Role, epoch: int) -> RequestCounts | None:
        """Return a role's counts in one epoch over all workers; None before the first request.

        Parameters
        ----------
        deployment_index : int
            Index of the deployment in this server.
        """
        slot = deployment_index * len(_ROLES) + _ROLES.index(role)
        slots = []
        for worker in range(self.layout.workers):
            base = worker * self.layout.region + _LIVE + slot * _SLOT
            words = self._slot(base)
            # A worker that starts an epoch clears the slot between two writes of its key.
            if words[0] and words[3] == epoch and self.words[base + 3] == epoch:
                slots.append(words)
        return _sum_counts(slots) if slots else None

    def totals(self) -> list[RequestCounts]:
        """Return the counts of all workers since the start, per version and role."""
        groups: dict[tuple[int, ...], list[list[int]]] = {}
        for worker in range(self.layout.workers):
            start = worker * self.layout.region + _LIVE + self.layout.live * _SLOT
            for index in range(self.layout.versions):
                base = start + index * _SLOT
                if not self.words[base]:
                    break
                words = self._slot(base)
                groups.setdefault(tuple(words[:3]), []).append(words)
        return [_sum_counts(slots) for slots in groups.values()]

    def region(self, worker: int) -> WorkerCounters:
        """Return the region that only this worker writes to."""
        start = worker * self.layout.region * _WORD
        words = memoryview(self.memory)[start : start + self.layout.region * _WORD].cast("Q")
        return WorkerCounters(self.layout, words)

    def note_restart(self, worker: int) -> None:
        """Count a restart of a worker, and reset the gauges of its predecessor."""
        base = worker * self.layout.region
        self.words[base + Gauge.RESTARTS] += 1
        for gauge in (Gauge.CONNECTIONS, Gauge.IN_FLIGHT, Gauge.LOG_QUEUED, Gauge.ACCEPTING):
            self.words[base + gauge] = 0
        for index in range(self.layout.live):
            self.words[base + _LIVE + index * _SLOT + _WAITING] = 0

    def _slot(self, base: int) -> list[int]:
        return self.words[base : base + _SLOT].tolist()


def _sum_counts(slots: Sequence[list[int]]) -> RequestCounts:
    sums = [sum(column) for column in zip(*slots, strict=True)]
    index, role, version, epoch = slots[0][:_KEY]
    return RequestCounts(
        deployment_index=index - 1,
        role=_ROLES[role],
        version=version,
        epoch=epoch,
        outcomes=tuple(sums[_OUTCOMES:_ROWS]),
        rows=sums[_ROWS],
        seconds=sums[_SUM_US] / 1e6,
        slow=sums[_SLOW],
        waiting=sums[_WAITING],
        refused_alone=sums[_REFUSED_ALONE],
        buckets=tuple(sums[_BUCKETS:]),
    )


@dataclass
class WorkerCounters:
    """The region of one worker. Only its event loop writes to it, so no update is lost."""

    layout: CounterLayout
    words: memoryview
    _totals: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for base, key in self._used_slots():
            self._totals[key] = base

    def begin(self, pid: int) -> None:
        """Set the process that writes from now on."""
        self.words[Gauge.PID] = pid
        self.words[Gauge.STARTED_AT_MS] = int(time.time() * 1000)

    def set(self, gauge: Gauge, value: int) -> None:
        """Set a gauge."""
        self.words[gauge] = value

    def add(self, gauge: Gauge, value: int = 1) -> None:
        """Add to a gauge."""
        self.words[gauge] += value

    def version_counters(
        self, deployment_index: int, role: Role, version: int, epoch: int, slow_s: float
    ) -> VersionCounters:
        """Return the counters of a version from this epoch on.

        Parameters
        ----------
        slow_s : float
            Latency objective in seconds. Requests that take longer count as slow.
        """
        slot = deployment_index * len(_ROLES) + _ROLES.index(role)
        base = _LIVE + slot * _SLOT
        words = self.words
        key = (deployment_index + 1, _ROLES.index(role), version)
        if words[base + 3] != epoch or tuple(words[base : base + 3].tolist()) != key:
            words[base] = words[base + 3] = 0
            for word in range(base + _KEY, base + _SLOT):
                words[word] = 0
            words[base], words[base + 1], words[base + 2] = key
            words[base + 3] = epoch
        return VersionCounters(words, self._total(key), base, slow_s)

    def _total(self, key: tuple[int, int, int]) -> int:
        if key in self._totals:
            return self._totals[key]
        start = _LIVE + self.layout.live * _SLOT
        base = start + len(self._totals) * _SLOT
        if len(self._totals) == self.layout.versions:
            # Reuse the slot of the oldest version: its series ends.
            oldest = next(iter(self._totals))
            base = self._totals.pop(oldest)
            for word in range(base + 1, base + _SLOT):
                self.words[word] = 0
        self.words[base + 1], self.words[base + 2], self.words[base] = key[1], key[2], key[0]
        self._totals[key] = base
        return base

    def _used_slots(self) -> Iterator[tuple[int, tuple[int, int, int]]]:
        start = _LIVE + self.layout.live * _SLOT
        for base in range(start, start + self.layout.versions * _SLOT, _SLOT):
            index, role, version = self.words[base : base + 3].tolist()
            if not index:
                return
            yield base, (index, role, version)


class VersionCounters:
    """The counters of one version in one epoch: since the start, and live."""

    __slots__ = ("live", "slow_s", "total", "words")

    def __init__(self, words: memoryview, total: int, live: int, slow_s: float) -> None:
        self.words, self.total, self.live, self.slow_s = words, total, live, slow_s

    def count(self, outcome: RequestOutcome, rows: int = 1, seconds: float | None = None) -> None:
        """Count a request. `seconds` is its latency, if it succeeded or failed."""
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

    def count_refused_alone(self) -> None:
        """Count a refused request that the other version of the route accepts."""
        for base in (self.total, self.live):
            self.words[base + _REFUSED_ALONE] += 1

    def set_waiting(self, n: int) -> None:
        """Set the number of requests still waiting for longer than the objective."""
        self.words[self.live + _WAITING] = n

    def end(self) -> Self:
        """End the epoch: later requests count only in the totals since the start."""
        self.live = _SCRATCH
        return self
