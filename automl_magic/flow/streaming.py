"""Streams: predict a Kafka topic and write the results to another topic or the store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.flow.loading import load_model
from automl_magic.runs.tracked_run import OnEvent
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.stream.consumer import StreamStats
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
) -> StreamStats:
    """Predict the messages of a Kafka topic, with exactly-once results.

    Parameters
    ----------
    model_or_deployment : str
        A run ID, `models:/NAME@ALIAS`, `models:/NAME/VERSION`, or the name of a deployment. A
        deployment's stable version is used. When it changes, the next messages use the new one.
    brokers : str
        Addresses `HOST:PORT`, separated by commas.
    topic : str
        Input topic. Messages are JSON objects of features.
    to : str, optional
        Output topic for results.
    to_store : bool
        Whether to write results to the table `stream_results` of the store.
    group : str, optional
        Consumer group, whose members share the partitions. Default: `automl.MODEL.TOPIC`.
    dead_letters : str, optional
        Topic for messages that can't be predicted. Default: `TOPIC.dead-letters`. With `to_store`,
        they go to the table `dead_letters`.
    features : path, optional
        YAML file that defines window features. Requires `to_store`.
    client : path, optional
        File of librdkafka settings (TLS, SASL, timeouts), one `name=value` per line.
    member : str, optional
        Transactional ID of this process. If a restarted process reuses it, the broker immediately
        ends the transaction of the killed process.
    until_end : bool
        Whether to stop at the end of the topic.
    stop : callable
        Called between batches. If it returns True, the stream commits the current batch and stops.
    on_event : callable, optional
        Called with progress events.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    RunNotFound, ModelNotFound, NotApproved, ArtifactTampered
        If there's no such model.
    StreamError, StoreError, SpecError
        If the topic can't be read, or its results can't be written.
    """
    from automl_magic.stream.broker import read_options
    from automl_magic.stream.topics import Topics, check_client, check_target, consumer_group
    from automl_magic.stream.windows import read_windows

    check_client()
    check_target(to, dead_letters, to_store=to_store, has_windows=features is not None)
    windows = None if features is None else read_windows(Path(features))
    options = {} if client is None else read_options(Path(client))
    here = workspace or default_workspace()
    scorer = _scorer(model_or_deployment, windows, here)
    topics = Topics(
        brokers=brokers,
        topic=topic,
        group=group or consumer_group(model_or_deployment, topic),
        to=to,
        dead_letters=dead_letters,
        member=member,
        options=options,
    )
    running = topics.open(
        scorer,
        database=predictions_engine(here) if to_store else None,
        windows=windows,
        until_end=until_end,
        on_event=on_event,
    )
    return running.run(stop)


def _scorer(name: str, windows: Windows | None, here: Workspace) -> Callable[[], Scorer]:
    """Return a function that returns the scorer of a deployment's stable version, or of a model."""
    from automl_magic.store.routes import read_epochs
    from automl_magic.stream.deployment_scorer import DeploymentScorer, scorer_of

    if not name.startswith("models:/"):
        epoch = read_epochs(store_engine(here), [name]).get(name)
        if epoch is not None:
            return DeploymentScorer(store_engine(here), here.home, name, epoch, windows).scorer
    scorer = scorer_of(load_model(name, here), windows)
    return lambda: scorer
