"""consumer: the loop of a stream. It polls, scores and commits.

    broker ─poll→ messages ─score→ results, dead letters ─commit, with the offsets→ effects

All of this is in one thread. After a rebalance or an error, uncommitted messages are discarded and
read again. No message is lost or duplicated, because results and offsets are committed together.
While results can't be written, the partitions are paused and the group is still polled, so that
the broker doesn't remove this member.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl_magic.errors import StreamError
from automl_magic.stream.broker import broker_error, translate_kafka_errors
from automl_magic.stream.messages import Message, PartitionId
from automl_magic.stream.scorer import Scorer
from automl_magic.stream.sinks import Batch, FencedError, RetryableError, Sink

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, TopicPartition

MAX_MESSAGES = 500
POLL_S, INITIAL_PAUSE_S, MAX_PAUSE_S, RETRY_LIMIT_S = 0.2, 0.1, 5.0, 300.0
EMIT_INTERVAL_S = 1.0

OnEvent = Callable[[dict[str, object]], None]


@dataclass
class StreamStats:
    """Statistics of a stream. `again` counts batches that were discarded and read again."""

    messages: int = 0
    results: int = 0
    dead_letters: int = 0
    rebalances: int = 0
    again: int = 0
    lag: int | None = None
    wall_s: float = 0.0

    def to_json(self) -> dict[str, object]:
        per_s = self.messages / self.wall_s if self.wall_s else 0.0
        return {**vars(self), "wall_s": round(self.wall_s, 3), "messages_per_s": round(per_s, 1)}


class Stream:
    """A consumer with its scorer and its effects.

    Parameters
    ----------
    consumer : Consumer
        A consumer from `broker.create_consumer`. `run` closes it.
    topic : str
        The topic to read.
    scorer : callable
        Returns the scorer. It's called for each batch, so that the model can change.
    effects : Effects
        Where results go.
    until_end : bool
        Whether to stop at the end of the topic.
    on_event : callable, optional
        Called with a `stream` event about once per second.
    """

    def __init__(
        self,
        consumer: Consumer,
        topic: str,
        scorer: Callable[[], Scorer],
        effects: Sink,
        *,
        brokers: str,
        until_end: bool = False,
        max_messages: int = MAX_MESSAGES,
        on_event: OnEvent | None = None,
    ) -> None:
        self._consumer, self._topic, self._brokers = consumer, topic, brokers
        self._scorer, self._effects = scorer, effects
        self._until_end, self._max_messages = until_end, max_messages
        self._on_event = on_event
        self.counts = StreamStats()
        # The next offset of each assigned partition, None if there's no committed offset.
        self._next: dict[PartitionId, int | None] = {}
        self._ended: set[PartitionId] = set()  # partitions that are read to their end
        self._n_reassignments = 0
        self._error: Exception | None = None

    def run(self, stop: Callable[[], bool]) -> StreamStats:
        """Read until `stop` returns True. The current batch is still committed.

        Raises
        ------
        StreamError, StoreError
            If the broker or the store fails permanently. No batch is left partially committed.
        """
        started, emitted_at = time.monotonic(), 0.0
        self._consumer.subscribe(
            [self._topic],
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_revoke,
        )
        try:
            while not stop():
                messages = self._poll(POLL_S)
                if messages:
                    self._process(messages, stop)
                self.counts.wall_s = time.monotonic() - started
                if time.monotonic() - emitted_at >= EMIT_INTERVAL_S:
                    emitted_at = time.monotonic()
                    self._emit()
                if self._until_end and self._is_at_end():
                    break
        finally:
            self._effects.close()
            self._consumer.close()  # so that the group needn't wait for a timeout of this member
        self.counts.wall_s = time.monotonic() - started
        self._emit()
        return self.counts

    def _poll(self, timeout_s: float) -> list[Message]:
        with translate_kafka_errors(self._brokers):
            # Typed as optional: a message has its values, an event only an error.
            records: Sequence[Any] = self._consumer.consume(self._max_messages, timeout_s)
        if self._error is not None:
            raise self._error
        messages = []
        for record in records:
            partition = PartitionId(record.topic(), record.partition())
            if (error := record.error()) is not None:
                self._check_error(error, partition)
                continue
            kind, timestamp_ms = record.timestamp()
            messages.append(
                Message(
                    partition,
                    record.offset(),
                    record.key(),
                    record.value(),
                    tuple(record.headers() or ()),
                    timestamp_ms / 1000 if kind else 0.0,
                )
            )
        # A partition may have been revoked while the messages were collected.
        return [message for message in messages if self._is_next(message)]

    def _is_next(self, message: Message) -> bool:
        if message.partition not in self._next:
            return False
        next_offset = self._next[message.partition]
        return next_offset is None or message.offset >= next_offset

    def _check_error(self, error: KafkaError, partition: PartitionId) -> None:
        if error.name() == "_PARTITION_EOF":
            self._ended.add(partition)
            return
        if error.name() == "_AUTO_OFFSET_RESET":
            raise StreamError(
                f"Unread messages of {self._topic!r} have been deleted.",
                why=f"The broker no longer has the committed offset: {error.str()}.",
                fix="Increase retention.ms of the topic, then start with a new --group.",
            )
        if error.fatal() or not (error.retriable() or error.name().startswith("_")):
            raise broker_error(self._brokers, error)

    def _process(self, messages: Sequence[Message], stop: Callable[[], bool]) -> None:
        """Score messages and commit the results, or discard them so that they're read again."""
        n_reassignments, before = self._n_reassignments, dict(self._next)
        after = {message.partition: message.offset + 1 for message in messages}
        started, pause_s = time.monotonic(), INITIAL_PAUSE_S
        while True:
            try:
                scored_batch = self._scorer()(messages, self._effects.state)
                self._effects.commit(
                    Batch(
                        scored_batch, {partition: before[partition] for partition in after}, after
                    )
                )
            except RetryableError as error:
                elapsed_s = time.monotonic() - started
                if elapsed_s > RETRY_LIMIT_S or stop():
                    raise StreamError(
                        "Can't write the results.",
                        why=f"It still fails after {elapsed_s:,.0f} s: {str(error)[:200]}.",
                        fix="Check the broker or the store. No result is lost or duplicated.",
                    ) from error
                self._wait(pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)
                if self._n_reassignments != n_reassignments:
                    self._reread()
                    return
            except FencedError:
                self._next.update(self._effects.positions(list(self._next)))
                self._reread()
                return
            else:
                self._next.update(
                    {
                        partition: offset
                        for partition, offset in after.items()
                        if partition in self._next
                    }
                )
                self.counts.messages += len(messages)
                self.counts.results += len(scored_batch.results)
                self.counts.dead_letters += len(scored_batch.dead_letters)
                return

    def _wait(self, seconds: float) -> None:
        """Wait without reading messages, but stay a member of the group."""
        assigned = self._consumer.assignment()
        if assigned:
            self._consumer.pause(assigned)
        end = time.monotonic() + seconds
        while (remaining_s := end - time.monotonic()) > 0:
            record = self._consumer.poll(remaining_s)
            if self._error is not None:
                raise self._error
            if record is not None and record.error() is None:
                self._n_reassignments += 1  # it arrived during the pause and must be read again
        assigned = self._consumer.assignment()
        if assigned:
            self._consumer.resume(assigned)

    def _reread(self) -> None:
        """Continue from the committed offsets."""
        self.counts.again += 1
        self._ended.clear()
        if self._next:
            self._consumer.assign(self._start_offsets())

    def _on_assign(self, _: object, assigned: Sequence[TopicPartition]) -> None:
        self._n_reassignments += 1
        self.counts.rebalances += 1
        partitions = [PartitionId(entry.topic, entry.partition) for entry in assigned]
        try:
            self._next = self._positions(partitions)
            self._ended.clear()
            self._consumer.assign(self._start_offsets())
        except Exception as error:  # noqa: BLE001 - the C library can't propagate it
            self._error = error

    def _on_revoke(self, _: object, revoked: Sequence[TopicPartition]) -> None:
        self._n_reassignments += 1
        for entry in revoked:
            self._next.pop(PartitionId(entry.topic, entry.partition), None)
            self._ended.discard(PartitionId(entry.topic, entry.partition))

    def _positions(self, partitions: Sequence[PartitionId]) -> dict[PartitionId, int | None]:
        pause_s = INITIAL_PAUSE_S
        end = time.monotonic() + 30.0
        while True:
            try:
                return self._effects.positions(partitions)
            except RetryableError as error:
                if time.monotonic() > end:
                    raise StreamError(
                        "Can't read the consumer's position in the topic.",
                        why=f"{str(error)[:200]}.",
                        fix="Check the broker, then restart the stream.",
                    ) from error
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)

    def _start_offsets(self) -> list[TopicPartition]:
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        return [
            TopicPartition(*partition, OFFSET_BEGINNING if offset is None else offset)
            for partition, offset in self._next.items()
        ]

    def _is_at_end(self) -> bool:
        return bool(self._next) and self._ended >= self._next.keys()

    def _lag(self) -> int | None:
        from confluent_kafka import TopicPartition

        total = 0
        for partition, offset in self._next.items():
            low, end = self._consumer.get_watermark_offsets(TopicPartition(*partition), cached=True)
            if end < 0:
                return None
            total += max(0, end - (max(low, 0) if offset is None else offset))
        return total if self._next else None

    def _emit(self) -> None:
        if self._next:
            self.counts.lag = self._lag()
        if self._on_event is not None:
            self._on_event({"event": "stream", **self.counts.to_json()})
