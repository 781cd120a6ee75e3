"""Streams over TCP: what comes out, what is refused, and what happens when processes die."""

from __future__ import annotations

import itertools
import json
import random
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from confluent_kafka import KafkaException
from sqlalchemy import func, select

from automl_magic.errors import StreamError
from automl_magic.store.engine import open_engine, read_transaction
from automl_magic.store.tables import dead_letters, stream_offsets, stream_results
from automl_magic.stream.broker import check_topics, create_consumer, read_options
from automl_magic.stream.consumer import Stream
from automl_magic.stream.messages import PartitionId
from automl_magic.stream.scorer import ScoredBatch, Scorer
from automl_magic.stream.sinks import (
    Batch,
    FencedError,
    RetryableError,
    StoreSink,
    TopicSink,
)
from automl_magic.workspace import Database
from tests.stream.conftest import SOON, make, put, read_all, rows, started
from tests.stream.reader import CONTEXT, read
from tests.waiting import wait_for


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'streams.db'}"


@pytest.fixture
def engine(url):
    engine = open_engine(Database(url))
    yield engine
    engine.dispose()


def scored(model, engine, brokers, topic, *, group="g", **options):
    """Read a topic to its end into the store, in this process."""
    consumer = create_consumer(brokers, group, SOON)
    scorer = Scorer(*model, "m/1", sleep=lambda _: None)
    effects = StoreSink(engine, group)
    stream = Stream(
        consumer, topic, lambda: scorer, effects, brokers=brokers, until_end=True, **options
    )
    return stream.run(lambda: False)


def results_of(engine):
    with read_transaction(engine) as connection:
        return [dict(row) for row in connection.execute(select(stream_results)).mappings()]


def test_each_message_has_one_result_of_the_model_also_when_read_again_later(
    model, engine, brokers, topic
):
    messages = rows(700)
    put(brokers, topic, messages)

    counts = scored(model, engine, brokers, topic)

    results = results_of(engine)
    assert (counts.messages, counts.results, counts.dead_letters) == (700, 700, 0)
    assert len(results) == 700
    probabilities = sorted(json.loads(row["result"])["probabilities"]["y"] for row in results)
    expected = sorted(model[0].predict_proba(pd.DataFrame(messages))[:, 1].tolist())
    np.testing.assert_allclose(probabilities, expected, atol=1e-9)
    assert {json.loads(row["result"])["version"] for row in results} == {"m/1"}
    put(brokers, topic, rows(20))
    assert scored(model, engine, brokers, topic).messages == 20
    assert len(results_of(engine)) == 720


# What the store doesn't keep of them is in the topic.
STORED = {
    b'{"age": "old", "city": "Oslo"}': {"age": "old", "city": "Oslo"},
    b'{"city": "Oslo"}': {"city": "Oslo"},
    b'{"age": 3, "city": "Oslo", "shoe": 4}': {"age": 3, "city": "Oslo"},
}
POISON = {
    b"no json": "valid JSON",
    b'{"age": 1, "age": 2, "city": "Oslo"}': "twice",
    b"[" * 100: "levels deep",
    b'{"age": NaN, "city": "Oslo"}': "NaN",
    b'{"age": "old", "city": "Oslo"}': "'age': expected",
    b'{"city": "Oslo"}': "'age': expected",
    b'{"age": 3, "city": "Oslo", "shoe": 4}': "'shoe'",
    b"[1]": "a JSON object",
    b"\xff\xfe": "valid JSON",
}


def test_poison_is_kept_with_the_fields_of_the_model_and_the_reason(model, engine, brokers, topic):
    messages = [*itertools.chain(*zip(POISON, rows(len(POISON)), strict=True))]
    put(brokers, topic, messages, key=str)

    counts = scored(model, engine, brokers, topic)

    with read_transaction(engine) as connection:
        letters = connection.execute(select(dead_letters)).all()
    dead = {messages[int(row.key)]: row for row in letters}
    assert counts.results == counts.dead_letters == len(POISON)
    assert {value: why in dead[value].error for value, why in POISON.items()} == dict.fromkeys(
        POISON, True
    )
    stored = {value: json.loads(row.value) for value, row in dead.items() if row.value is not None}
    assert stored == STORED
    assert {row.attempts for row in dead.values()} == {1}


class Unlucky:
    """A model that cannot predict one city, and fails twice on everything at first."""

    def __init__(self, model, failures):
        self.recipe, self._model, self._failures = model.recipe, model, failures

    def blend(self, table):
        if "Lund" in table["city"] or self._failures > 0:
            self._failures -= 1
            raise FloatingPointError("no such float")
        return self._model.blend(table)


def test_what_the_model_cannot_predict_is_tried_five_times_alone(model, engine, brokers, topic):
    put(brokers, topic, messages := rows(40))
    n_bad = sum(row["city"] == "Lund" for row in messages)

    counts = scored((Unlucky(model[0], 3), model[1]), engine, brokers, topic)

    with read_transaction(engine) as connection:
        attempts = set(connection.scalars(select(dead_letters.c.attempts)))
    assert (counts.results, counts.dead_letters) == (40 - n_bad, n_bad)
    assert attempts == {5}


class Flaky(StoreSink):
    """A store that says "not now" a few times."""

    left = 2

    def commit(self, batch):
        if self.left:
            self.left -= 1
            raise RetryableError("busy")
        super().commit(batch)


def test_a_store_that_is_busy_is_waited_for(model, engine, brokers, topic):
    put(brokers, topic, rows(100))
    consumer = create_consumer(brokers, "g", SOON)
    scorer = Scorer(*model, "m/1")

    counts = Stream(
        consumer, topic, lambda: scorer, Flaky(engine, "g"), brokers=brokers, until_end=True
    ).run(lambda: False)

    assert counts.results == len(results_of(engine)) == 100


def test_whoever_was_overtaken_changes_nothing(engine):
    partition = PartitionId("t", 0)
    first, second = StoreSink(engine, "g"), StoreSink(engine, "g")
    second.commit(Batch(ScoredBatch(), {partition: None}, {partition: 10}))

    for before in (None, 3):
        with pytest.raises(FencedError):
            first.commit(Batch(ScoredBatch(), {partition: before}, {partition: 20}))

    assert first.positions([partition]) == {partition: 10}


def test_a_gap_is_said_aloud_and_not_jumped(model, engine, brokers, topic):
    put(brokers, topic, rows(10), key=lambda i: "one")
    for partition in range(4):
        place = PartitionId(topic, partition)
        StoreSink(engine, "g").commit(Batch(ScoredBatch(), {place: None}, {place: 5_000}))

    with pytest.raises(StreamError, match="have been deleted"):
        scored(model, engine, brokers, topic)


def test_a_topic_gets_results_with_the_headers_of_their_messages(model, brokers, topic):
    out, dead = f"{topic}-out", f"{topic}-dead"
    put(brokers, topic, [*rows(50), b"poison"], headers=[("traceparent", b"00-ab-cd-01")])
    consumer = create_consumer(brokers, "g", SOON)
    with pytest.raises(StreamError, match="There's no topic"):
        check_topics(consumer, brokers, (topic, out, dead))
    make(brokers, out, dead)
    check_topics(consumer, brokers, (topic, out, dead))
    scorer = Scorer(*model, "m/7")
    effects = TopicSink(consumer, brokers, f"{topic}-member", {}, topic=out, dead_letters=dead)

    counts = Stream(consumer, topic, lambda: scorer, effects, brokers=brokers, until_end=True).run(
        lambda: False
    )

    results, letters = read_all(brokers, out, 50), read_all(brokers, dead, 1)
    assert (counts.results, counts.dead_letters) == (50, 1)
    assert len(results) == 50
    headers = dict(results[0].headers())
    assert headers["traceparent"] == b"00-ab-cd-01"
    assert headers["model_version"] == b"m/7"
    assert len(headers["prediction_id"]) == 32
    assert {record.key() for record in results} <= {str(i).encode() for i in range(13)}
    assert letters[0].value() == b"poison"
    assert b"valid JSON" in dict(letters[0].headers())["error"]
    assert dict(letters[0].headers())["traceparent"] == b"00-ab-cd-01"


def test_a_transaction_that_fails_is_taken_back_and_tried_again(model, brokers, topic):
    out = f"{topic}-out"
    put(brokers, topic, rows(60))
    consumer = create_consumer(brokers, "g", SOON)
    scorer = Scorer(*model, "m/1")
    effects = TopicSink(consumer, brokers, f"{topic}-m", {}, topic=out, dead_letters="d")
    failing = FailsOnce(effects._producer)
    effects._producer = failing

    counts = Stream(consumer, topic, lambda: scorer, effects, brokers=brokers, until_end=True).run(
        lambda: False
    )

    assert failing.aborted == 1
    assert counts.results == 60
    sources = {dict(record.headers())["source"] for record in read_all(brokers, out, 60)}
    assert len(sources) == 60


class FailsOnce:
    """A producer whose first positions are refused, as they are of a member that was replaced."""

    def __init__(self, producer):
        self._producer, self.aborted = producer, 0

    def send_offsets_to_transaction(self, offsets, metadata, timeout):
        if not self.aborted:
            from confluent_kafka import KafkaError

            raise KafkaException(KafkaError(KafkaError.ILLEGAL_GENERATION, "old"))
        self._producer.send_offsets_to_transaction(offsets, metadata, timeout)

    def abort_transaction(self, timeout):
        self.aborted += 1
        self._producer.abort_transaction(timeout)

    def __getattr__(self, name):
        return getattr(self._producer, name)


def test_two_readers_share_a_topic_and_one_takes_over_from_the_other(model, engine, brokers, topic):
    put(brokers, topic, rows(400))
    stops = [threading.Event(), threading.Event()]
    scorer = Scorer(*model, "m/1")
    streams = [
        Stream(
            create_consumer(brokers, "g", SOON),
            topic,
            lambda: scorer,
            StoreSink(engine, "g"),
            brokers=brokers,
            max_messages=20,
        )
        for _ in stops
    ]
    threads = [
        threading.Thread(target=stream.run, args=(stop.is_set,))
        for stream, stop in zip(streams, stops, strict=True)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(results_of(engine)) == 400)
    stops[0].set()
    threads[0].join()
    put(brokers, topic, rows(100))
    wait_for(lambda: len(results_of(engine)) == 500)
    stops[1].set()
    threads[1].join()

    assert sum(stream.counts.results for stream in streams) == 500
    assert streams[1].counts.rebalances >= 2


def count(engine, table=stream_results):
    with read_transaction(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.long
def test_killed_processes_lose_nothing_and_double_nothing(
    model_folder, engine, url, brokers, topic
):
    put(brokers, topic, [*rows(1_990), *[b"poison"] * 10])

    kill_at_random(model_folder, engine, url, brokers, topic, kills=2, n=2_000)

    assert (count(engine), count(engine, dead_letters)) == (1_990, 10)


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_two_hundred_kills_over_a_hundred_thousand_messages(
    model_folder, engine, url, brokers, topic
):
    """T35. Three readers share the topic; each kill, and each successor, is a rebalance."""
    n = 100_000
    put(brokers, topic, rows(n))

    kill_at_random(model_folder, engine, url, brokers, topic, kills=200, n=n, readers=3)

    with read_transaction(engine) as connection:
        positions = connection.scalars(select(stream_offsets.c.next_offset)).all()
    assert (count(engine), sum(positions)) == (n, n)


def kill_at_random(folder, engine, url, brokers, topic, *, kills, n, readers=1):
    """Kill readers at random moments of their work until all is read; see that it is.

    A successor starts at once, so it finds a group whose member is dead and not yet missed.
    """
    rng = random.Random(0)
    alive = []

    def start():
        process = CONTEXT.Process(target=read, args=(folder, brokers, topic, url, SOON))
        process.start()
        alive.append(process)

    while len(alive) < readers:
        start()
    for _ in range(kills):
        before = count(engine)
        wait_for(lambda: count(engine) > before or not alive[0].is_alive())  # noqa: B023
        time.sleep(rng.random() * 0.1)
        killed = alive.pop(rng.randrange(len(alive)))
        killed.kill()
        killed.join()
        start()
    for process in alive:
        process.join()
    assert {process.exitcode for process in alive} == {0}
    assert count(engine) + count(engine, dead_letters) == n


@pytest.mark.long
def test_sigterm_ends_it_after_what_is_under_way(model_folder, engine, url, brokers, topic):
    put(brokers, topic, rows(300))
    with started(model_folder, brokers, topic, "--to-store", "--group", "g", store=url) as process:
        wait_for(lambda: count(engine) == 300 or process.poll() is not None)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 0, err
    assert json.loads(out)["results"] == 300


WRONG = [
    ([], "exactly one target"),
    (["--to", "a", "--to-store"], "exactly one target"),
    (["--to-store", "--dead-letters", "d"], "Dead letters can't"),
    (["--to", "a", "--features", "f.yaml"], "need --to-store"),
]


@pytest.mark.parametrize(("options", "what"), WRONG)
def test_what_cannot_be_meant_is_refused_at_once(options, what, capsys):
    from automl_magic.cli import main

    with pytest.raises(SystemExit) as caught:
        main(["stream", "last", "--brokers", "127.0.0.1:1", "--topic", "t", *options])

    assert caught.value.code == 1
    assert what in capsys.readouterr().err


def test_brokers_that_do_not_answer_are_named():
    consumer = create_consumer("127.0.0.1:1", "g", {})

    with pytest.raises(StreamError, match=r"127\.0\.0\.1:1"):
        check_topics(consumer, "127.0.0.1:1", ("t",), timeout_s=0.5)


@pytest.mark.parametrize(
    ("text", "why"),
    [("enable.auto.commit=true", "the stream sets"), ("nonsense", "isn't name=value")],
)
def test_options_that_would_break_the_promise_are_refused(tmp_path, text, why):
    (tmp_path / "c").write_text(f"# mine\nclient.id=x\n{text}\n")

    with pytest.raises(StreamError) as caught:
        read_options(tmp_path / "c")

    assert why in caught.value.why


def test_an_option_that_the_client_does_not_know_is_refused():
    with pytest.raises(StreamError, match="Can't create the Kafka client"):
        create_consumer("127.0.0.1:1", "g", {"no.such": "1"})
