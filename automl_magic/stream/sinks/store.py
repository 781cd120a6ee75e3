"""Write results, dead letters, window states and offsets to the store in one transaction.

An offset only changes if it's still the expected one. So a process that has lost its partitions
can't commit anything, even if the broker hasn't noticed. Reading starts at the store's offsets, not
at the broker's.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from automl_magic.errors import StoreError
from automl_magic.records.codec import json_text
from automl_magic.store.engine import read_transaction, write_transaction
from automl_magic.store.tables import dead_letters, stream_offsets, stream_results, stream_state
from automl_magic.store.upsert import upsert
from automl_magic.stream.messages import PartitionId
from automl_magic.stream.sinks.base import Batch, FencedError, RetryableError, Sink
from automl_magic.stream.windows.definition import Windows
from automl_magic.stream.windows.state import NEWEST, Document, dump_state

_SWEEP_S = 60.0  # interval between deletions of expired keys


class StoreSink(Sink):
    """A sink that writes to the store.

    Parameters
    ----------
    consumer : str
        Name of the consumer group in the rows and offsets.
    windows : Windows or None
        The window features. They determine how long the state of a key is kept.
    """

    def __init__(self, engine: Engine, consumer: str, windows: Windows | None = None) -> None:
        self._engine, self._consumer, self._windows = engine, consumer, windows
        self._swept_at = time.monotonic()

    def positions(self, partitions: Sequence[PartitionId]) -> dict[PartitionId, int | None]:
        table = stream_offsets
        is_own = table.c.consumer == self._consumer
        with _translate_errors(), read_transaction(self._engine) as connection:
            offsets = {
                PartitionId(row.topic, row.partition): int(row.next_offset)
                for row in connection.execute(select(table).where(is_own))
            }
        return {partition: offsets.get(partition) for partition in partitions}

    def state(self, partition: PartitionId, key: str) -> Document | None:
        table = stream_state
        with _translate_errors(), read_transaction(self._engine) as connection:
            text = connection.scalar(
                select(table.c.document).where(
                    table.c.consumer == self._consumer,
                    table.c.topic == partition.topic,
                    table.c.partition == partition.partition,
                    table.c.key == key,
                )
            )
        return None if text is None else json.loads(text)

    def commit(self, batch: Batch) -> None:
        with _translate_errors(), write_transaction(self._engine) as connection:
            # In sorted order, so that two processes can't deadlock.
            for partition, after in sorted(batch.after.items()):
                self._advance(connection, partition, batch.before[partition], after)
            self._put(connection, batch)

    def _advance(
        self, connection: Connection, partition: PartitionId, before: int | None, after: int
    ) -> None:
        key = self._key(partition)
        if before is None:
            connection.execute(insert(stream_offsets).values(**key, next_offset=after))
            return
        table = stream_offsets.c
        updated = connection.execute(
            update(stream_offsets)
            .where(
                table.consumer == self._consumer,
                table.topic == partition.topic,
                table.partition == partition.partition,
                table.next_offset == before,
            )
            .values(next_offset=after)
        )
        if updated.rowcount != 1:
            raise FencedError(
                f"The offset of {partition.topic}/{partition.partition} is no longer {before}."
            )

    def _put(self, connection: Connection, batch: Batch) -> None:
        now, scored_batch = time.time(), batch.scored
        results = [
            {
                **self._key(result.message.partition),
                "offset": result.message.offset,
                "key": result.message.key,
                "result": json_text(
                    {"id": result.id, "version": result.version, **result.document}
                ),
                "at": now,
            }
            for result in scored_batch.results
        ]
        dead = [
            {
                **self._key(letter.message.partition),
                "offset": letter.message.offset,
                "key": letter.message.key,
                "value": letter.stored,
                "error": letter.error[:2_000],
                "attempts": letter.attempts,
                "at": now,
            }
            for letter in scored_batch.dead_letters
        ]
        if results:
            connection.execute(insert(stream_results), results)
        if dead:
            connection.execute(insert(dead_letters), dead)
        states = [
            {
                **self._key(partition),
                "key": key,
                "document": dump_state(document),
                "at": document["at"],
            }
            for (partition, key), document in scored_batch.states.items()
        ]
        upsert(connection, stream_state, states)
        if self._windows is not None and time.monotonic() - self._swept_at >= _SWEEP_S:
            self._sweep(connection, self._windows, batch)

    def _sweep(self, connection: Connection, windows: Windows, batch: Batch) -> None:
        """Delete keys whose last message is too old for any window."""
        self._swept_at = time.monotonic()
        table = stream_state.c
        for partition, newest in batch.scored.newest.items():
            connection.execute(
                delete(stream_state).where(
                    table.consumer == self._consumer,
                    table.topic == partition.topic,
                    table.partition == partition.partition,
                    table.key != NEWEST,
                    table.at <= newest - windows.retention_s,
                )
            )

    def _key(self, partition: PartitionId) -> dict[str, str | int]:
        return {
            "consumer": self._consumer,
            "topic": partition.topic,
            "partition": partition.partition,
        }


@contextlib.contextmanager
def _translate_errors() -> Iterator[None]:
    """Turn errors from conflicts and temporary errors into `FencedError` and `RetryableError`."""
    try:
        yield
    except StoreError as error:
        if isinstance(error.__cause__, IntegrityError):
            # Another process has inserted the first offset or the result.
            raise FencedError(str(error.__cause__.orig)) from error
        if isinstance(error.__cause__, OperationalError):
            raise RetryableError(error.why) from error
        raise
