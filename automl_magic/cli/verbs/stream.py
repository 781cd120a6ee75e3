"""automl stream: predict the messages of a topic of Kafka."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words.stream import counted
from automl_magic.flow import streaming


@verb
@click.argument("model", metavar="MODEL|DEPLOYMENT")
@click.option("--brokers", required=True, metavar="HOST:PORT,…", help="Where Kafka is.")
@click.option("--topic", required=True, metavar="TOPIC", help="Where messages come from.")
@click.option("--to", metavar="TOPIC", help="Where results go.")
@click.option("--to-store", is_flag=True, help="Results go into the table stream_results.")
@click.option("--group", metavar="NAME", help="Who shares the partitions.  [default: by model]")
@click.option(
    "--dead-letters",
    metavar="TOPIC",
    help="For messages without a result.  [default: TOPIC.dead-letters]",
)
@click.option("--features", metavar="FILE", help="Declares features over windows (YAML).")
@click.option("--client", metavar="FILE", help="TLS, SASL, …: name=value lines of librdkafka.")
@click.option("--member", metavar="NAME", help="Of this process; the same when started again.")
@click.option("--until-end", is_flag=True, help="Stop when nothing is left to read.")
def stream(door: Door, /, model: str, **options: Any) -> Answer:
    """Predict the messages of a topic of Kafka, each with one effect, whatever is killed.

    MODEL is a run id, models:/NAME@ALIAS or models:/NAME/VERSION, or the name of a deployment,
    whose stable version answers. A message is a JSON object of features. Results, dead letters and
    the position are written in one transaction. Ctrl-C and SIGTERM end it after the messages that
    are under way.
    """
    with door.watching() as on_event, _asked_to_stop() as stop:
        counts = streaming.stream(
            model, stop=stop, on_event=on_event, **options, workspace=door.workspace
        )
    return Answer(counts, counts.to_json(), counted(counts))


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C or SIGTERM into a wish; the second does what it always does."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, _: object) -> None:
        asked.set()
        signal.signal(number, before[signal.Signals(number)])

    for one in before:
        signal.signal(one, ask)
    try:
        yield asked.is_set
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
