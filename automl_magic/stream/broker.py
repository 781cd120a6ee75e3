"""broker: Kafka clients with the options of a stream, and their errors."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from automl_magic.errors import StreamError

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Producer

T = TypeVar("T")

# Options that the stream sets. Other values could lose or duplicate messages.
RESERVED_OPTIONS = (
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "group.id",
    "isolation.level",
    "transactional.id",
    "enable.idempotence",
    "test.mock.num.brokers",
)


def read_options(path: Path) -> dict[str, str]:
    """Read Kafka client options from a file: one `name=value` per line, comments start with `#`.

    These are librdkafka options such as TLS, SASL and timeouts. They're in a file, because all
    users of the machine can see command lines.

    Raises
    ------
    StreamError
        If the file can't be read, or has an option that the stream sets.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise StreamError(
            f"Can't read the Kafka client options from {str(path)!r}.",
            why=f"{error.strerror}." if isinstance(error, OSError) else "The file isn't UTF-8.",
            fix="Use a file with one name=value per line.",
        ) from error
    options = {name.strip(): value.strip() for name, equals, value in pairs if equals}
    invalid = [name for name, equals, _ in pairs if not equals or name.strip() in RESERVED_OPTIONS]
    if invalid:
        raise StreamError(
            f"{str(path)!r} has an invalid line.",
            why=f"{invalid[0].strip()[:60]!r} isn't name=value, or the stream sets this option.",
            fix=f"Remove it. The stream sets these options: {', '.join(RESERVED_OPTIONS[:-1])}.",
        )
    return options


def create_consumer(brokers: str, group: str, options: Mapping[str, str]) -> Consumer:
    """Return a consumer without automatic commits that only reads committed messages."""
    from confluent_kafka import Consumer

    return _create_client(
        Consumer,
        {
            **options,
            "bootstrap.servers": brokers,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            # The start offset is set for each partition. A reset would skip messages silently.
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            # Limit for messages in memory. The rest stays on the broker.
            "queued.max.messages.kbytes": 16_384,
            "log_level": options.get("log_level", 2),
        },
    )


def create_producer(brokers: str, member: str, options: Mapping[str, str]) -> Producer:
    """Return a transactional producer. A second producer with the same name fences the first."""
    from confluent_kafka import Producer

    return _create_client(
        Producer,
        {
            **options,
            "bootstrap.servers": brokers,
            "transactional.id": member,
            # The successor of a killed process waits at most this long for its transaction.
            "transaction.timeout.ms": 15_000,
            "linger.ms": 2,
            "log_level": options.get("log_level", 2),
        },
    )


def check_topics(
    client: Consumer, brokers: str, topics: tuple[str, ...], *, timeout_s: float = 10.0
) -> None:
    """Check that the brokers respond and the topics exist.

    Raises
    ------
    StreamError
        If a broker doesn't respond or a topic doesn't exist.
    """
    with translate_kafka_errors(brokers):
        for topic in topics:
            metadata = client.list_topics(topic, timeout=timeout_s).topics.get(topic)
            error = None if metadata is None else metadata.error
            if metadata is None or error is not None or not metadata.partitions:
                raise StreamError(
                    f"There's no topic {topic!r}.",
                    why="The broker doesn't have it." if error is None else f"{error}.",
                    fix=f"Create it: kafka-topics.sh --bootstrap-server {shlex.quote(brokers)} "
                    f"--create --topic {shlex.quote(topic)}",
                )


@contextlib.contextmanager
def translate_kafka_errors(brokers: str) -> Iterator[None]:
    """Turn errors of the Kafka client into an error that names the brokers."""
    from confluent_kafka import KafkaException

    try:
        yield
    except KafkaException as error:
        raise broker_error(brokers, error.args[0]) from error


def broker_error(brokers: str, error: KafkaError) -> StreamError:
    """Return the error for a failed request to the brokers."""
    return StreamError(
        f"A request to the Kafka brokers {brokers[:80]!r} failed.",
        why=f"{error.str()} ({error.name()}).",
        fix="Check --brokers HOST:PORT and, for TLS or SASL, --client FILE.",
    )


def _create_client(kind: Callable[[dict[str, object]], T], options: dict[str, object]) -> T:
    from confluent_kafka import KafkaException

    try:
        return kind(options)
    except (KafkaException, ValueError, TypeError) as error:
        message = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise StreamError(
            "Can't create the Kafka client.",
            why=f"{' '.join(message.split())[:200].rstrip('.')}.",
            fix="Check the names and values in the --client file.",
        ) from error
