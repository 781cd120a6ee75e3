"""Features over windows: the same as counting by hand, however the batches are cut."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from automl_magic.errors import SpecError, UnknownField, WrongType
from automl_magic.store.engine import open_engine, read_transaction
from automl_magic.store.tables import dead_letters, stream_results, stream_state
from automl_magic.stream.messages import InvalidMessage, Message, PartitionId
from automl_magic.stream.scorer import ScoredBatch, Scorer
from automl_magic.stream.sinks import Batch, StoreSink
from automl_magic.stream.windows import LateMessage, WindowStates, read_windows
from automl_magic.stream.windows.definition import parse_windows
from automl_magic.workspace import Database
from tests.stream.conftest import fitted, rows

PLACE = PartitionId("t", 0)
WINDOWS = parse_windows(
    {
        "late": "5s",
        "most_events": 4,
        "features": {
            "n": {"count": True, "over": "10s"},
            "total": {"sum": "x", "over": "7s"},
            "mean": {"mean": "x", "over": "10s"},
            "low": {"min": "x", "over": "3s"},
            "high": {"max": "x", "over": "10s"},
            "last": {"last": "who", "over": "10s"},
            "kinds": {"distinct": "who", "over": "10s"},
        },
    },
    "test",
)


def message(offset, at, key=b"k", **fields):
    return Message(PLACE, offset, key, json.dumps(fields).encode(), (), at)


def by_hand(message_, before):
    """Count again from all messages that counted: nothing is kept but the messages."""
    same = [earlier for earlier in before if earlier.key == message_.key]
    events = cut([*same, message_])

    def values(name, over):
        inside = [
            earlier
            for earlier in events
            if message_.timestamp - over < earlier.timestamp <= message_.timestamp
        ]
        return [json.loads(earlier.value).get(name) for earlier in inside]

    def numbers(name, over):
        return [float(x) for x in values(name, over) if x is not None]

    ten, whos = numbers("x", 10), [w for w in values("who", 10) if w is not None]
    return {
        "n": len(values("x", 10)),
        "total": math.fsum(numbers("x", 7)),
        "mean": math.fsum(ten) / len(ten) if ten else None,
        "low": min(numbers("x", 3), default=None),
        "high": max(ten, default=None),
        "last": whos[-1] if whos else None,
        "kinds": len(set(whos)),
    }


def cut(messages):
    """Return the newest four: what was cut off at one message is gone for those that follow."""
    remaining = []
    for message_ in messages:
        remaining = sorted([*remaining, message_], key=lambda m: m.timestamp)[-WINDOWS.max_events :]
    return remaining


def loaded_from(store):
    return lambda place, key: json.loads(store.get((place, key), "{}"))


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 4, width=16),  # seconds after the one before, or before it
        st.booleans(),
        st.sampled_from([b"a", b"b"]),
        st.one_of(st.none(), st.integers(-9, 9)),
        st.sampled_from([None, "ann", "bob", "cat"]),
    ),
    max_size=30,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS, size=st.integers(1, 7))
def test_features_are_those_of_counting_all_messages_again(events, size):
    store, at, counted, n_late = {}, 1_000.0, [], 0
    messages = []
    for offset, (step, back, key, x, who) in enumerate(events):
        at = at - step if back else at + step
        messages.append(message(offset, at, key, x=x, who=who))
    for start in range(0, len(messages), size):
        # What is committed is text: nothing else goes from one batch to the next.
        states = WindowStates(WINDOWS, loaded_from(dict(store)))
        for message_ in messages[start : start + size]:
            newest = max((m.timestamp for m in counted), default=-math.inf)
            if message_.timestamp < newest - WINDOWS.late_s:
                n_late += 1
                with pytest.raises(LateMessage):
                    states.with_features(message_, message_.fields())
                continue
            features, count = states.with_features(message_, message_.fields())
            count()
            expected = by_hand(message_, counted)
            assert {name: features[name] for name in expected} == expected
            counted.append(message_)
        store |= {key_: json.dumps(document) for key_, document in states.changed.items()}
    assert len(counted) + n_late == len(messages)


def test_a_message_that_is_refused_counts_for_nobody():
    states = WindowStates(WINDOWS, lambda *_: None)

    states.with_features(message(0, 1.0, x=1), {"x": 1})
    features, _ = states.with_features(message(1, 2.0, x=1), {"x": 1})

    assert features["n"] == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"at": "soon", "who": "a"}, "isn't a time"),
        ({"at": 1e12, "who": "a"}, "after its timestamp"),
        ({"at": 10.0}, "no 'who'"),
        ({"at": 10.0, "who": "a", "x": [1]}, "is a list or an object"),
    ],
)
def test_what_cannot_be_placed_is_poison(fields, why):
    windows = parse_windows(
        {"key": "who", "time": "at", "features": {"s": {"sum": "x", "over": 5}}}, "test"
    )

    with pytest.raises(InvalidMessage, match=why):
        WindowStates(windows, lambda *_: None).with_features(message(0, 20.0), fields)


def test_states_results_and_positions_are_one_transaction(tmp_path):
    """The model reads two features that no message holds; a batch at a time, killed or not."""
    windows = parse_windows({"features": {"visits": {"count": True, "over": "1h"}}}, "test")
    frame = pd.DataFrame(rows(100)).assign(visits=np.arange(100) % 9)
    model = fitted(
        ("age", "city", "visits"), frame.assign(left=np.where(frame.visits > 4, "y", "n"))
    )
    scorer = Scorer(*model, "m/1", windows=windows)
    engine = open_engine(Database(f"sqlite:///{tmp_path / 's.db'}"))
    effects = StoreSink(engine, "g", windows)
    messages = [message(i, 100.0 + i, b"k", **row) for i, row in enumerate(rows(9))]
    position = None
    for start in (0, 3, 6):
        batch = messages[start : start + 3]
        scorer(batch, effects.state)  # of a process that is killed before it commits
        after = {PLACE: batch[-1].offset + 1}
        effects.commit(Batch(scorer(batch, effects.state), {PLACE: position}, after))
        position = after[PLACE]

    with read_transaction(engine) as connection:
        results = connection.scalars(select(stream_results.c.result).order_by("offset")).all()
        events = json.loads(
            connection.scalar(select(stream_state.c.document).where(stream_state.c.key == ":k"))
        )["events"]
        assert connection.scalars(select(dead_letters.c.error)).all() == []
    expected = model[0].predict(frame.iloc[:9].assign(**pd.DataFrame(rows(9)), visits=range(1, 10)))
    assert [json.loads(result)["prediction"] for result in results] == list(expected)
    assert len(events) == 9


def test_a_key_of_which_nothing_was_heard_for_long_is_forgotten(tmp_path):
    engine = open_engine(Database(f"sqlite:///{tmp_path / 's.db'}"))
    effects = StoreSink(engine, "g", WINDOWS)
    states = WindowStates(WINDOWS, effects.state)
    for offset, (at, key) in enumerate([(100.0, b"old"), (200.0, b"new")]):
        _, count = states.with_features(message(offset, at, key, x=1), {"x": 1})
        count()
    effects._swept_at = -1e9

    scored_batch = ScoredBatch(states=states.changed, newest={PLACE: 200.0})
    effects.commit(Batch(scored_batch, {PLACE: None}, {PLACE: 2}))

    with read_transaction(engine) as connection:
        keys = connection.scalars(select(stream_state.c.key)).all()
    assert sorted(keys) == [":new", "newest"]


DECLARED = """
key: customer
time: at
late: 1h
features:
  spent: {sum: amount, over: 7d}
  visits: {count: true, over: 90s}
"""


def test_the_file_says_what_is_meant(tmp_path):
    (tmp_path / "w.yaml").write_text(DECLARED)

    windows = read_windows(tmp_path / "w.yaml")

    assert (windows.key, windows.time, windows.late_s) == ("customer", "at", 3_600.0)
    assert [(f.name, f.aggregate, f.field, f.over_s) for f in windows.features] == [
        ("spent", "sum", "amount", 604_800.0),
        ("visits", "count", "", 90.0),
    ]


WRONG = [
    ("features: {a: {sums: x, over: 1h}}", UnknownField, "Use sum"),
    ("feature: {}", UnknownField, "Use features"),
    ("features: {a: {sum: x, over: soon}}", WrongType, "duration"),
    ("features: {a: {sum: x}}", WrongType, "duration"),
    ("features: {a: {sum: x, max: x, over: 1h}}", WrongType, "2 of them"),
    ("features: {a: {sum: 3, over: 1h}}", WrongType, "name of a field"),
    ("features: {}", WrongType, "at least one"),
    ("late: -1\nfeatures: {a: {count: true, over: 1h}}", WrongType, "at least 0"),
    ("most_events: x\nfeatures: {a: {count: true, over: 1h}}", WrongType, ""),
    ("features: [", SpecError, "isn't valid YAML"),
    ("late: 1h\nlate: 2h", SpecError, "w.yaml, line 2: 'late' is set twice."),
    ("a: &a 1", SpecError, "anchors"),
]


@pytest.mark.parametrize(("text", "kind", "said"), WRONG)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, text, kind, said):
    (tmp_path / "w.yaml").write_text(text)

    with pytest.raises(kind) as caught:
        read_windows(tmp_path / "w.yaml")

    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SpecError, match="No such file"):
        read_windows(tmp_path / "w.yaml")
