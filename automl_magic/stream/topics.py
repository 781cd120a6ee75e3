"""Topics: where messages come from and where results go, checked before anything is opened."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automl_magic.errors import StreamError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from automl_magic.stream.consumer import Stream
    from automl_magic.stream.effects import Effects
    from automl_magic.stream.scorer import Scorer
    from automl_magic.stream.windows import Windows


@dataclass(frozen=True)
class Topics:
    """A topic that is read, and the topic or the database that results go into.

    `to` is None where they go into the database. `member` names this process's transactions;
    `options` are those of librdkafka.
    """

    brokers: str
    topic: str
    group: str
    to: str | None = None
    dead_letters: str | None = None
    member: str | None = None
    options: dict[str, str] = field(default_factory=dict)

    @property
    def letters(self) -> str:
        """The topic of what cannot be answered."""
        return self.dead_letters or f"{self.topic}.dead-letters"

    def open(
        self,
        scorer: Callable[[], Scorer],
        *,
        database: Engine | None,
        windows: Windows | None = None,
        until_end: bool = False,
        on_event: Callable[[dict[str, Any]], None] | None = None,
    ) -> Stream:
        """Open the topics, and return the loop that goes through them.

        Parameters
        ----------
        database : Engine or None
            Where results go if not into a topic.

        Raises
        ------
        StreamError, StoreError
        """
        from automl_magic.stream.broker import check_topics, consumer_of
        from automl_magic.stream.consumer import Stream

        consumer = consumer_of(self.brokers, self.group, self.options)
        try:
            written = [] if self.to is None else [self.to, self.letters]
            check_topics(consumer, self.brokers, (self.topic, *written))
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

    def _effects(self, consumer: Any, database: Engine | None, windows: Windows | None) -> Effects:
        from automl_magic.stream.effects import StoreEffects, TopicEffects

        if self.to is None:
            assert database is not None  # `check_target` has refused neither
            return StoreEffects(database, self.group, windows)
        name = self.member or f"{self.group}.{socket.gethostname()}.{os.getpid()}"
        if self.member is None:
            name += f".{secrets.token_hex(4)}"
        return TopicEffects(
            consumer, self.brokers, name, self.options, topic=self.to, dead_letters=self.letters
        )


def check_client() -> None:
    """Raise StreamError if the client of Kafka is not installed."""
    try:
        import confluent_kafka  # noqa: F401
    except ImportError as error:
        raise StreamError(
            "The client of Kafka is not installed.",
            why="Streams need the package confluent-kafka.",
            fix="pip install 'automl-magic[stream]'",
        ) from error


def check_target(to: str | None, dead_letters: str | None, *, to_store: bool, keeps: bool) -> None:
    """Refuse targets that no transaction spans.

    Parameters
    ----------
    keeps : bool
        Whether features over windows are kept of earlier messages.

    Raises
    ------
    StreamError
    """
    if (to is None) != to_store:
        raise StreamError(
            "It is not clear where results go.",
            why="They go either into a topic or into the store.",
            fix="Use --to TOPIC or --to-store.",
        )
    if to_store and dead_letters is not None:
        raise StreamError(
            "Dead letters cannot go into a topic while results go into the store.",
            why="No transaction spans a topic and a database.",
            fix="Leave --dead-letters out: they go into the table dead_letters.",
        )
    if keeps and not to_store:
        raise StreamError(
            "Features over windows need --to-store.",
            why="What is kept of earlier messages is in the store, and changes with the results in "
            "one transaction; none spans a topic and a database.",
            fix="Use --to-store instead of --to TOPIC.",
        )


def group_of(name: str, topic: str) -> str:
    """Return the group of a model's consumers.

    The model is named without an alias or a version, which change.
    """
    name = name.removeprefix("models:/").partition("@")[0].partition("/")[0]
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:80]
    return f"automl.{plain}.{topic}"
