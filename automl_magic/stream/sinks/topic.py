"""Write results, dead letters and offsets to Kafka in one transaction.

Offsets are committed with the consumer's group metadata, so a member can't commit after another
member has taken over its partitions (KIP-447).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl_magic.errors import StreamError
from automl_magic.stream.broker import broker_error, create_producer, translate_kafka_errors
from automl_magic.stream.messages import PartitionId
from automl_magic.stream.sinks.base import Batch, RetryableError, Sink

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError

_WAIT_S = 15.0


class TopicSink(Sink):
    """A sink that writes to topics.

    Parameters
    ----------
    consumer : Consumer
        The consumer whose offsets are committed.
    member : str
        Name of this process's transactions. It must be unique among running processes.
    topic, dead_letters : str
        Topics for results and dead letters.
    """

    def __init__(
        self,
        consumer: Consumer,
        brokers: str,
        member: str,
        options: dict[str, str],
        *,
        topic: str,
        dead_letters: str,
    ) -> None:
        self._consumer, self._brokers = consumer, brokers
        self._topic, self._dead_letters = topic, dead_letters
        self._producer = create_producer(brokers, member, options)
        with translate_kafka_errors(brokers):
            self._producer.init_transactions(30.0)

    def positions(self, partitions: Sequence[PartitionId]) -> dict[PartitionId, int | None]:
        from confluent_kafka import KafkaException, TopicPartition

        try:
            committed = self._consumer.committed(
                [TopicPartition(*partition) for partition in partitions], timeout=15.0
            )
        except KafkaException as error:
            raise RetryableError(str(error)) from error
        return {
            PartitionId(entry.topic, entry.partition): entry.offset if entry.offset >= 0 else None
            for entry in committed
        }

    def commit(self, batch: Batch) -> None:
        from confluent_kafka import KafkaException, TopicPartition

        offsets = [TopicPartition(*partition, offset) for partition, offset in batch.after.items()]
        try:
            self._producer.begin_transaction()
            for result in batch.scored.results:
                self._put(self._topic, result.message.key, result.value, result.headers)
            for letter in batch.scored.dead_letters:
                message = letter.message
                self._put(self._dead_letters, message.key, message.value, letter.headers)
            self._producer.send_offsets_to_transaction(
                offsets, self._consumer.consumer_group_metadata(), _WAIT_S
            )
            self._producer.commit_transaction(_WAIT_S)
        except KafkaException as error:
            self._abort(error.args[0])
            raise RetryableError(error.args[0].str()) from error

    def close(self) -> None:
        self._producer.purge()

    def _put(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
    ) -> None:
        while True:
            try:
                self._producer.produce(topic, key=key, value=value, headers=list(headers))
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def _abort(self, error: KafkaError) -> None:
        from confluent_kafka import KafkaException

        if error.fatal():
            raise StreamError(
                "This member of the stream has been replaced.",
                why=f"{error.str()} Another process uses the same transaction name.",
                fix="Use a different --member for each process, or none.",
            )
        try:
            self._producer.abort_transaction(_WAIT_S)
        except KafkaException as second:
            raise broker_error(self._brokers, second.args[0]) from second
