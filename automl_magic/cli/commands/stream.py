"""automl stream: predict messages from a Kafka topic."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters.stream import format_stream_stats
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import streaming


@subcommand
@click.argument("model", metavar="MODEL|DEPLOYMENT")
@click.option("--brokers", required=True, metavar="HOST:PORT,…", help="Addresses of Kafka.")
@click.option("--topic", required=True, metavar="TOPIC", help="Input topic.")
@click.option("--to", metavar="TOPIC", help="Output topic for results.")
@click.option("--to-store", is_flag=True, help="Write results to the table stream_results.")
@click.option(
    "--group", metavar="NAME", help="Consumer group.  [default: named after the model and topic]"
)
@click.option(
    "--dead-letters",
    metavar="TOPIC",
    help="Topic for messages without a result.  [default: TOPIC.dead-letters]",
)
@click.option("--features", metavar="FILE", help="YAML file that defines window features.")
@click.option(
    "--client", metavar="FILE", help="File of librdkafka settings (TLS, SASL), as name=value lines."
)
@click.option(
    "--member", metavar="NAME", help="Name of this process, to reuse when you restart it."
)
@click.option("--until-end", is_flag=True, help="Stop at the end of the topic.")
def stream(frontend: Frontend, /, model: str, **options: Any) -> CommandResult:
    """Predict messages from a Kafka topic with exactly-once results, even if a process is killed.

    MODEL is a run ID, models:/NAME@ALIAS or models:/NAME/VERSION. For a DEPLOYMENT, its stable
    version is used. A message is a JSON object of features. Results, dead letters and the offsets
    are written in one transaction. Ctrl-C and SIGTERM stop it after the current messages.
    """
    with frontend.show_progress() as on_event, _stop_on_signal() as stop:
        counts = streaming.stream(
            model, stop=stop, on_event=on_event, **options, workspace=frontend.workspace
        )
    return CommandResult(counts, counts.to_json(), format_stream_stats(counts))


@contextlib.contextmanager
def _stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C or SIGTERM into a stop request. The second has its default effect."""
    stop_requested = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop_requested.is_set
        return
    handlers = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}

    def request_stop(number: int, _: object) -> None:
        stop_requested.set()
        signal.signal(number, handlers[signal.Signals(number)])

    for signum in handlers:
        signal.signal(signum, request_stop)
    try:
        yield stop_requested.is_set
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
