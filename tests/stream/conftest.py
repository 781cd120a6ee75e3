"""A broker that speaks Kafka's protocol over TCP, and a small model.

The broker is librdkafka's mock cluster, in a process of its own: no Apache Kafka. Groups, offsets
and transactions are real protocol; it keeps no log on disk, and shows what a transaction has not
committed to everybody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from confluent_kafka import Consumer, Producer

from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

QUIET = {"log_level": 0}
# The mock makes a group wait for members: 3 s at first, then for this time less 1 s.
SOON = {"session.timeout.ms": "3200", "heartbeat.interval.ms": "300"}
BROKER = """
import sys, time
from confluent_kafka import Producer
held = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": "3", "log_level": 0})
brokers = held.list_topics(timeout=10).brokers.values()
print(",".join(f"{one.host}:{one.port}" for one in brokers), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def brokers():
    """Addresses of a cluster of three brokers with four partitions a topic."""
    process = subprocess.Popen(
        [sys.executable, "-c", BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process.stdout.readline().strip()
    process.communicate(timeout=10)


@pytest.fixture
def topic(request):
    """A name that no other test has."""
    return f"{request.node.name[:60].replace('[', '-').strip(']')}-{time.monotonic_ns()}"


def put(brokers, topic, values, *, key=lambda i: str(i % 13), headers=None, at=None):
    """Write messages; `values` are objects or bytes."""
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 20, **QUIET})
    for i, value in enumerate(values):
        producer.produce(
            topic,
            key=key(i),
            value=value if isinstance(value, bytes) else json.dumps(value).encode(),
            headers=headers or [],
            **({} if at is None else {"timestamp": at(i)}),
        )
        if i % 1000 == 0:
            producer.poll(0)
    assert producer.flush(30) == 0


def make(brokers, *topics):
    """Make topics, as a broker does of whatever a producer asks about."""
    producer = Producer({"bootstrap.servers": brokers, **QUIET})
    for topic in topics:
        producer.list_topics(topic, timeout=10)


def read_all(brokers, topic, n, timeout_s=20.0):
    """Read a topic from its beginning: at least `n` messages, and what follows within a second."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition

    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "reader", **QUIET})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign(
        [TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions]
    )
    records, end = [], time.monotonic() + timeout_s
    while time.monotonic() < end and len(records) < n:
        records += [record for record in consumer.consume(500, 0.2) if record.error() is None]
    records += [record for record in consumer.consume(500, 1.0) if record.error() is None]
    consumer.close()
    return records


def rows(n, seed=0):
    rng = np.random.default_rng(seed)
    return [
        {"age": float(a), "city": str(c)}
        for a, c in zip(
            rng.normal(40, 9, n).round(2), rng.choice(["Oslo", "Lund", "Bergen"], n), strict=True
        )
    ]


def fitted(columns, frame, target="left"):
    kinds = {name: "category" if name == "city" else "number" for name in columns}
    numbers = tuple(name for name in columns if name != "city")
    recipe = Recipe(
        task=TaskKind("binary"),
        target=target,
        metric="roc_auc",
        classes=("n", "y"),
        columns=kinds,
        views={
            "all": (
                StepSpec(kind="category", columns=("city",)),
                StepSpec(kind="number", columns=numbers),
            )
        },
        members=(MemberSpec(name="lightgbm", estimator="lightgbm", view="all", n_iterations=5),),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, holdout=0.0, seed=0),
        seed=0,
    )
    return fit_recipe(recipe, frame), input_schema(recipe, frame)


@pytest.fixture(scope="session")
def model():
    """A model with its schema, of age and city."""
    frame = pd.DataFrame(rows(200))
    return fitted(("age", "city"), frame.assign(left=np.where(frame["age"] > 40, "y", "n")))


@pytest.fixture(scope="session")
def model_folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "model"
    save_model(model[0], folder, {"schema.json": model[1]})
    return folder


@contextmanager
def started(folder, brokers, topic, *options, store, loose=False):
    """A consumer in a process of its own, as `automl stream` runs it on a folder's model."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from automl_magic.flow import streaming\n"
        "from automl_magic.recipe.model_folder import load_model_folder\n"
        "streaming.load_model = lambda name, _: load_model_folder(Path(name), 'm/1')\n"
        "from automl_magic.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    arguments = ["stream", str(folder), "--brokers", brokers, "--topic", topic, "--json", *options]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "AUTOML_MAGIC_PREDICTIONS": store, "AUTOML_MAGIC_STORE": store},
    )
    try:
        yield process
    finally:
        if process.poll() is None and not loose:
            process.kill()
        process.communicate(timeout=20)
