"""A reader in a process of its own, which can be killed. Forked from a server that has imported
what it needs, so that it reads within milliseconds of its start."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from automl_magic.recipe.model_folder import load_model_folder
from automl_magic.store.engine import open_engine
from automl_magic.stream.broker import create_consumer
from automl_magic.stream.consumer import Stream
from automl_magic.stream.scorer import Scorer
from automl_magic.stream.sinks import StoreSink
from automl_magic.workspace import Database

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__, "lightgbm", "confluent_kafka", "sqlalchemy"])


def read(folder: Path, brokers: str, topic: str, url: str, options: dict[str, str]) -> None:
    """Read a topic to its end into a store, twenty messages at a time."""
    loaded = load_model_folder(folder, "m/1")
    scorer = Scorer(loaded.model, loaded.schema, "m/1")
    effects = StoreSink(open_engine(Database(url)), "g")
    consumer = create_consumer(brokers, "g", options)
    Stream(
        consumer,
        topic,
        lambda: scorer,
        effects,
        brokers=brokers,
        until_end=True,
        max_messages=20,
    ).run(lambda: False)
