"""The interface of sinks: a batch and its offsets are committed in one transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl_magic.stream.messages import PartitionId
from automl_magic.stream.scorer import ScoredBatch
from automl_magic.stream.windows.state import Document


class RetryableError(Exception):
    """Raised if a batch wasn't committed and can be retried."""


class FencedError(Exception):
    """Raised if a batch wasn't committed because another process owns the partitions now."""


@dataclass(frozen=True)
class Batch:
    """Scored messages, with the next offset of each partition before and after the batch.

    `before` has None for partitions without a committed offset.
    """

    scored: ScoredBatch
    before: Mapping[PartitionId, int | None]
    after: Mapping[PartitionId, int]


class Sink(ABC):
    """A sink for results."""

    @abstractmethod
    def positions(self, partitions: Sequence[PartitionId]) -> dict[PartitionId, int | None]:
        """Return the next offset of each partition, or None without a committed offset.

        Raises
        ------
        NotNow, StreamError, StoreError
        """

    @abstractmethod
    def commit(self, batch: Batch) -> None:
        """Commit the results and offsets of a batch atomically.

        Raises
        ------
        NotNow, Overtaken
            If nothing was committed.
        StreamError, StoreError
            If nothing was committed and retries can't help.
        """

    def state(self, partition: PartitionId, key: str) -> Document | None:
        """Return the committed window state of a key, if this sink stores states."""
        raise NotImplementedError(f"{partition} {key}")

    def close(self) -> None:  # noqa: B027 - the store has nothing to release
        """Release all resources."""
