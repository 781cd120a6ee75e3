"""Streams: a topic of Kafka through a model, into another topic or into the store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.flow.loaded import load
from automl_magic.runs.tracked_run import OnEvent
from automl_magic.store.opened import predicted, store
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.stream.consumer import Counts
    from automl_magic.stream.scorer import Scorer
    from automl_magic.stream.windows import Windows


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
    workspace: Workspace | None = None,
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
    workspace : Workspace, optional
        By default that of the environment: the person's own.

    Raises
    ------
    RunNotFound, ModelNotFound, NotApproved, ArtifactTampered
        If there is no such model.
    StreamError, StoreError, SpecError
        If the topic cannot be read, or its results cannot be written.
    """
    from automl_magic.stream.broker import read_options
    from automl_magic.stream.topics import Topics, check_client, check_target, group_of
    from automl_magic.stream.windows import read_windows

    check_client()
    check_target(to, dead_letters, to_store=to_store, keeps=features is not None)
    windows = None if features is None else read_windows(Path(features))
    options = {} if client is None else read_options(Path(client))
    here = workspace or default_workspace()
    scorer = _scorer(model_or_deployment, windows, here)
    topics = Topics(
        brokers=brokers,
        topic=topic,
        group=group or group_of(model_or_deployment, topic),
        to=to,
        dead_letters=dead_letters,
        member=member,
        options=options,
    )
    running = topics.open(
        scorer,
        database=predicted(here) if to_store else None,
        windows=windows,
        until_end=until_end,
        on_event=on_event,
    )
    return running.run(stop)


def _scorer(name: str, windows: Windows | None, here: Workspace) -> Callable[[], Scorer]:
    """Return what answers: a deployment's stable version, or else the model of this name."""
    from automl_magic.store.routes import epoch_of
    from automl_magic.stream.following import Following, scorer_of

    if not name.startswith("models:/"):
        epoch = epoch_of(store(here), [name]).get(name)
        if epoch is not None:
            return Following(store(here), here.home, name, epoch, windows).scorer
    scorer = scorer_of(load(name, here), windows)
    return lambda: scorer
