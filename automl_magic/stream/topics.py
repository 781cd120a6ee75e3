"""Topics: the source and the target of a stream, checked before anything is opened."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl_magic.errors import StreamError

if TYPE_CHECKING:
    from confluent_kafka import Consumer
    from sqlalchemy import Engine

    from automl_magic.stream.consumer import Stream
    from automl_magic.stream.scorer import Scorer
    from automl_magic.stream.sinks import Sink
    from automl_magic.stream.windows import Windows


@dataclass(frozen=True)
class Topics:
    """The topic to read, and the topic or database for the results.

    `to` is None if results go to the database. `member` is the name of this process's transactions.
    `options` are librdkafka options.
    """

    brokers: str
    topic: str
    group: str
    to: str | None = None
    dead_letters: str | None = None
    member: str | None = None
    options: dict[str, str] = field(default_factory=dict)

    @property
    def dead_letter_topic(self) -> str:
        """The topic for dead letters."""
        return self.dead_letters or f"{self.topic}.dead-letters"

    def open(
        self,
        scorer: Callable[[], Scorer],
        *,
        database: Engine | None,
        windows: Windows | None = None,
        until_end: bool = False,
        on_event: Callable[[dict[str, object]], None] | None = None,
    ) -> Stream:
        """Open the topics and return the stream.

        Parameters
        ----------
        database : Engine or None
            Database for the results if they don't go to a topic.

        Raises
        ------
        StreamError, StoreError
        """
        from automl_magic.stream.broker import check_topics, create_consumer
        from automl_magic.stream.consumer import Stream

        consumer = create_consumer(self.brokers, self.group, self.options)
        try:
            targets = [] if self.to is None else [self.to, self.dead_letter_topic]
            check_topics(consumer, self.brokers, (self.topic, *targets))
            effects = self._effects(consumer, database, windows)
        except BaseException:
            consumer.close()
            raise
        return Stream(
            consumer,
            self.topic,
            scorer,
            effects,
            brokers=self.brokers,
            until_end=until_end,
            on_event=on_event,
        )

    def _effects(
        self, consumer: Consumer, database: Engine | None, windows: Windows | None
    ) -> Sink:
        from automl_magic.stream.sinks import StoreSink, TopicSink

        if self.to is None:
            assert database is not None  # `check_target` has checked that there's a target
            return StoreSink(database, self.group, windows)
        name = self.member or f"{self.group}.{socket.gethostname()}.{os.getpid()}"
        if self.member is None:
            name += f".{secrets.token_hex(4)}"
        return TopicSink(
            consumer,
            self.brokers,
            name,
            self.options,
            topic=self.to,
            dead_letters=self.dead_letter_topic,
        )


def check_client() -> None:
    """Raise StreamError if the Kafka client isn't installed."""
    try:
        import confluent_kafka  # noqa: F401
    except ImportError as error:
        raise StreamError(
            "The Kafka client isn't installed.",
            why="Streams need the package confluent-kafka.",
            fix="Install it: pip install 'automl-magic[stream]'",
        ) from error


def check_target(
    to: str | None, dead_letters: str | None, *, to_store: bool, has_windows: bool
) -> None:
    """Check that one transaction can include all targets.

    Parameters
    ----------
    keeps : bool
        Whether the stream has window features, which need state from earlier messages.

    Raises
    ------
    StreamError
        If there isn't exactly one target, or it doesn't work with the other options.
    """
    if (to is None) != to_store:
        raise StreamError(
            "The stream needs exactly one target.",
            why="Results go to either a topic or the store.",
            fix="Use --to TOPIC or --to-store.",
        )
    if to_store and dead_letters is not None:
        raise StreamError(
            "Dead letters can't go to a topic if results go to the store.",
            why="A transaction can't include both a topic and a database.",
            fix="Remove --dead-letters. Dead letters go to the table dead_letters.",
        )
    if has_windows and not to_store:
        raise StreamError(
            "Window features need --to-store.",
            why="Their state is in the store and must change in one transaction with the results.",
            fix="Use --to-store instead of --to TOPIC.",
        )


def consumer_group(name: str, topic: str) -> str:
    """Return the name of a model's consumer group, without alias or version."""
    name = name.removeprefix("models:/").partition("@")[0].partition("/")[0]
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:80]
    return f"automl.{plain}.{topic}"
