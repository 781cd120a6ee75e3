"""Streams: a topic of Kafka through a model, into another topic or into the store."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import DeploymentNotFound, StreamError
from automl_magic.flow.loaded import Loaded, load, load_folder
from automl_magic.runs.tracked_run import OnEvent

if TYPE_CHECKING:
    from automl_magic.records.models.deployment import Checks
    from automl_magic.stream.consumer import Counts
    from automl_magic.stream.effects import Effects
    from automl_magic.stream.scorer import Scorer
    from automl_magic.stream.windows import Windows

LOOK_S = 1.0  # between two looks for another version of a deployment


def stream(
    model_or_deployment: str,
    *,
    brokers: str,
    topic: str,
    to: str | None = None,
    to_store: bool = False,
    group: str | None = None,
    dead_letters: str | None = None,
    features: str | os.PathLike[str] | None = None,
    client: str | os.PathLike[str] | None = None,
    member: str | None = None,
    until_end: bool = False,
    stop: Callable[[], bool] = lambda: False,
    on_event: OnEvent | None = None,
) -> Counts:
    """Predict the messages of a topic: read at least once, with effects exactly once.

    Parameters
    ----------
    model_or_deployment : str
        A run id, `models:/NAME@ALIAS`, `models:/NAME/VERSION`, or the name of a deployment, whose
        stable version answers; when that changes, the next messages are answered by the new one.
    brokers : str
        `HOST:PORT`, several with commas.
    topic : str
        Where messages come from: JSON objects of features.
    to, to_store
        Where results go: a topic, or the table `stream_results` of the store.
    group : str, optional
        Consumers of one group share the partitions; by default `automl.MODEL.TOPIC`.
    dead_letters : str, optional
        The topic for messages that cannot be answered, by default `TOPIC.dead-letters`; with
        `to_store` they go into the table `dead_letters`.
    features : path, optional
        Declares features over the latest messages of a key. They need `to_store`.
    client : path, optional
        Options of librdkafka, one `name=value` a line: TLS, SASL, timeouts.
    member : str, optional
        The name of this process's transactions. One that stays the same when the process is
        started again ends at once what the killed one had begun.
    until_end : bool
        Stop when nothing is left to read.
    stop : callable
        Asked between batches; what is under way is still committed.

    Raises
    ------
    RunNotFound, ModelNotFound, NotApproved, ArtifactTampered
        If there is no such model.
    StreamError, StoreError, SpecError
        If the topic cannot be read, or its results cannot be written.
    """
    try:
        import confluent_kafka  # noqa: F401
    except ImportError as error:
        raise StreamError(
            "The client of Kafka is not installed.",
            why="Streams need the package confluent-kafka.",
            fix="pip install 'automl-magic[stream]'",
        ) from error
    from automl_magic.stream.broker import check_topics, consumer_of, read_options
    from automl_magic.stream.consumer import Stream
    from automl_magic.stream.effects import StoreEffects, TopicEffects
    from automl_magic.stream.windows import read_windows

    _check_target(to, dead_letters, to_store=to_store, features=features is not None)
    windows = None if features is None else read_windows(Path(features))
    options = {} if client is None else read_options(Path(client))
    scorer = _scorer_of(model_or_deployment, windows)
    group = group or f"automl.{_plain(model_or_deployment)}.{topic}"
    consumer = consumer_of(brokers, group, options)
    letters = dead_letters or f"{topic}.dead-letters"
    try:
        check_topics(consumer, brokers, (topic, *([] if to is None else [to, letters])))
        effects: Effects
        if to is None:
            from automl_magic.store.opened import predicted

            effects = StoreEffects(predicted(), group, windows)
        else:
            name = member or f"{group}.{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"
            effects = TopicEffects(consumer, brokers, name, options, topic=to, dead_letters=letters)
    except BaseException:
        consumer.close()
        raise
    running = Stream(
        consumer, topic, scorer, effects, brokers=brokers, until_end=until_end, on_event=on_event
    )
    return running.run(stop)


def _check_target(
    to: str | None, dead_letters: str | None, *, to_store: bool, features: bool
) -> None:
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
    if features and not to_store:
        raise StreamError(
            "Features over windows need --to-store.",
            why="What is kept of earlier messages is in the store, and changes with the results in "
            "one transaction; none spans a topic and a database.",
            fix="Use --to-store instead of --to TOPIC.",
        )


def _scorer_of(name: str, windows: Windows | None) -> Callable[[], Scorer]:
    if (deployed := _deployed(name)) is not None:
        return _Following(name, deployed, windows).scorer
    scorer = _made(load(name), windows, None)
    return lambda: scorer


def _made(loaded: Loaded, windows: Windows | None, checks: Checks | None) -> Scorer:
    from automl_magic.stream.scorer import Scorer

    return Scorer(loaded.model, loaded.schema, loaded.name, windows=windows, checks=checks)


def _deployed(name: str) -> int | None:
    """Return the epoch of the deployment of this name, if there is one."""
    from automl_magic.store.opened import store
    from automl_magic.store.routes import epoch_of

    return None if name.startswith("models:/") else epoch_of(store(), [name]).get(name)


class _Following:
    """The stable version of a deployment, whichever that is."""

    def __init__(self, name: str, epoch: int, windows: Windows | None) -> None:
        self._name, self._windows = name, windows
        self._epoch, self._looked_at = epoch, time.monotonic()
        self._scorer = self._load()

    def scorer(self) -> Scorer:
        """Return what scores the next messages; looks once a second for another version."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            epoch = _deployed(self._name)
            if epoch is None:
                raise DeploymentNotFound(
                    f"The deployment {self._name!r} is gone.",
                    why="It was deleted while the stream was running.",
                    fix="See what there is: automl deployments",
                )
            if epoch != self._epoch:
                self._epoch, self._scorer = epoch, self._load()
        return self._scorer

    def _load(self) -> Scorer:
        from automl_magic.store.approvals import check_approved
        from automl_magic.store.engine import reading
        from automl_magic.store.opened import store
        from automl_magic.store.routes import read_deployment
        from automl_magic.store.staged import staged_folder

        deployment, route = read_deployment(store(), self._name)
        with reading(store()) as connection:
            said = check_approved(connection, route.model, route.stable).statement
        loaded = load_folder(
            staged_folder(said),
            f"models:/{route.model}/{route.stable}",
            manifest_sha256=said.manifest_sha256,
        )
        return _made(loaded, self._windows, deployment.checks)


def _plain(name: str) -> str:
    """Return a name as a part of a group's: without an alias or a version, which change."""
    name = name.removeprefix("models:/").partition("@")[0].partition("/")[0]
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:80]
