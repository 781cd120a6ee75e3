"""broker: the client of Kafka with the options that matter, and its errors in our words."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from automl_magic.errors import StreamError

# What a stream decides itself; another value would cost a message, or double one.
OURS = (
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
    """Read options of the client: one `name=value` a line, `#` before a remark.

    They are those of librdkafka: TLS, SASL, timeouts. A file, since a command line is seen by all.

    Raises
    ------
    StreamError
        If the file cannot be read, or says what the stream decides itself.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise StreamError(
            f"The options of the client cannot be read from {str(path)!r}.",
            why=f"{error.strerror if isinstance(error, OSError) else 'It is no UTF-8'}.",
            fix="Name a file with one name=value a line.",
        ) from error
    options = {name.strip(): value.strip() for name, equals, value in pairs if equals}
    wrong = [name for name, equals, _ in pairs if not equals or name.strip() in OURS]
    if wrong:
        raise StreamError(
            f"{str(path)!r} holds a line that cannot be taken.",
            why=f"{wrong[0].strip()[:60]!r} is no name=value, or is decided by the stream itself.",
            fix=f"Take it out; these are not yours to set: {', '.join(OURS[:-1])}.",
        )
    return options


def consumer_of(brokers: str, group: str, options: Mapping[str, str]) -> Any:
    """Return a consumer that commits nothing by itself and reads only what was committed."""
    from confluent_kafka import Consumer

    return _made(
        Consumer,
        {
            **options,
            "bootstrap.servers": brokers,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            # Where to begin is said for each partition. Elsewhere would be a gap that nobody sees.
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            # So much waits in memory at most; the rest waits on the broker.
            "queued.max.messages.kbytes": 16_384,
            "log_level": options.get("log_level", 2),
        },
    )


def producer_of(brokers: str, member: str, options: Mapping[str, str]) -> Any:
    """Return a producer of transactions. A second one of the same name ends the first."""
    from confluent_kafka import Producer

    return _made(
        Producer,
        {
            **options,
            "bootstrap.servers": brokers,
            "transactional.id": member,
            # Whoever takes over from a killed process waits for its transaction no longer than so.
            "transaction.timeout.ms": 15_000,
            "linger.ms": 2,
            "log_level": options.get("log_level", 2),
        },
    )


def check_topics(
    client: Any, brokers: str, topics: tuple[str, ...], *, timeout_s: float = 10.0
) -> None:
    """Refuse a broker that does not answer, and topics that are not there.

    Raises
    ------
    StreamError
    """
    with talking_to(brokers):
        for topic in topics:
            found = client.list_topics(topic, timeout=timeout_s).topics.get(topic)
            if found is None or found.error is not None or not found.partitions:
                raise StreamError(
                    f"There is no topic {topic!r}.",
                    why=f"The broker says: {found.error if found else 'nothing of it'}.",
                    fix=f"kafka-topics.sh --bootstrap-server {shlex.quote(brokers)} --create "
                    f"--topic {shlex.quote(topic)}",
                )


@contextlib.contextmanager
def talking_to(brokers: str) -> Iterator[None]:
    """Turn the client's refusals into an error that names the brokers."""
    from confluent_kafka import KafkaException

    try:
        yield
    except KafkaException as error:
        raise refused(brokers, error.args[0]) from error


def refused(brokers: str, error: Any) -> StreamError:
    """Return the error of a broker that does not do what it is asked."""
    return StreamError(
        f"The brokers {brokers[:80]!r} do not do what they are asked.",
        why=f"{error.str()} ({error.name()}).",
        fix="Check --brokers HOST:PORT and, for TLS or SASL, --client FILE.",
    )


def _made(kind: Any, options: dict[str, Any]) -> Any:
    from confluent_kafka import KafkaException

    try:
        return kind(options)
    except (KafkaException, ValueError, TypeError) as error:
        said = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise StreamError(
            "The client of Kafka cannot be made.",
            why=f"{' '.join(said.split())[:200].rstrip('.')}.",
            fix="Check the names and values in the file of --client.",
        ) from error
