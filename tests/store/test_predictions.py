"""Predictions and what came true of them: written, joined, kept for a while, and really deleted."""

import pytest

from automl_magic.errors import StoreError
from automl_magic.records.models.deployment import Role
from automl_magic.store.predictions import (
    Outcome,
    Prediction,
    add_outcomes,
    delete_older,
    delete_subject,
    insert_predictions,
    outcomes_since,
    read_window,
)
from automl_magic.store.pseudonyms import LogKey, log_key_path
from automl_magic.workspace import default_workspace


def prediction(number, *, suffix="", **fields):
    return Prediction(
        id=f"{number:032x}{suffix}",
        **{
            "deployment": "churn",
            "model": "churn",
            "version": 1,
            "role": Role.STABLE,
            "epoch": 3,
            "at": 100.0 + number,
            "features": {"age": 41.5, "city": "Århus", "note": None},
            "prediction": "yes",
            "probabilities": [0.25, 0.75],
            "latency_ms": 1.5,
            **fields,
        },
    )


def test_what_is_written_is_read_again_the_oldest_first(engine):
    rows = [
        prediction(2, flags={"age": "range"}, sample_rate=0.25, key_id="k", correlation_id="c"),
        prediction(1, prediction=3.5, probabilities=None, features=None),
        prediction(3, prediction=None, probabilities=None, error="late"),
    ]

    insert_predictions(engine, rows)

    assert read_window(engine, "churn", 0, 1e9) == [rows[1], rows[0], rows[2]]


def test_a_batch_that_is_written_twice_is_there_once(engine):
    insert_predictions(engine, [prediction(1), prediction(2)])
    insert_predictions(engine, [prediction(1), prediction(2)])

    assert len(read_window(engine, "churn", 0, 1e9)) == 2


def test_a_window_has_its_start_and_not_its_end_and_the_newest_where_it_is_limited(engine):
    insert_predictions(engine, [prediction(n) for n in range(10)])
    insert_predictions(engine, [prediction(20, deployment="other")])

    def numbers(*bounds, **which):
        return [int(row.id, 16) for row in read_window(engine, "churn", *bounds, **which)]

    assert numbers(102.0, 105.0) == [2, 3, 4]
    assert numbers(0.0, 1e9, limit=3) == [7, 8, 9]


def test_a_window_of_one_version_or_role(engine):
    insert_predictions(
        engine,
        [prediction(1), prediction(2, version=2, role=Role.CANARY), prediction(3, version=2)],
    )

    assert [row.version for row in read_window(engine, "churn", 0, 1e9, version=2)] == [2, 2]
    assert len(read_window(engine, "churn", 0, 1e9, version=2, role=Role.CANARY)) == 1


def test_the_last_word_about_a_prediction_holds_for_it_and_for_its_shadow(engine):
    insert_predictions(engine, [prediction(1), prediction(1, suffix="s", role=Role.SHADOW)])

    add_outcomes(engine, [Outcome(prediction_id=f"{1:032x}", outcome="no", at=200.0)])
    add_outcomes(engine, [Outcome(prediction_id=f"{1:032x}", outcome="yes", at=300.0)])

    found = [
        (row.role, row.outcome, row.outcome_at) for row in read_window(engine, "churn", 0, 1e9)
    ]
    assert sorted(found) == [(Role.SHADOW, "yes", 300.0), (Role.STABLE, "yes", 300.0)]


def test_outcomes_since_a_moment_are_those_of_the_epoch_that_were_answered(engine):
    insert_predictions(
        engine,
        [prediction(1), prediction(2), prediction(3, epoch=4), prediction(4, error="late")],
    )
    add_outcomes(
        engine,
        [Outcome(prediction_id=f"{n:032x}", outcome=n, at=200.0 + n) for n in (4, 3, 2, 1)],
    )

    assert [row.outcome for row in outcomes_since(engine, "churn", 3, 0.0)] == [1, 2]
    assert [row.outcome for row in outcomes_since(engine, "churn", 3, 201.5)] == [2]


def test_what_is_older_goes_with_its_outcomes_and_outcomes_of_nothing_go_too(engine):
    insert_predictions(engine, [prediction(n) for n in range(1, 1_200)])
    add_outcomes(
        engine,
        [
            Outcome(prediction_id=f"{1:032x}", outcome=1, at=5_000.0),
            Outcome(prediction_id=f"{1_150:032x}", outcome=1, at=150.0),
            Outcome(prediction_id=f"{9_999:032x}", outcome=1, at=150.0),
        ],
    )

    assert delete_older(engine, "churn", 1_200.0) == 1_099
    assert delete_older(engine, "other", 1e9) == 0

    left = read_window(engine, "churn", 0, 1e9)
    assert len(left) == 100
    with engine.connect() as connection:
        n = connection.exec_driver_sql("SELECT count(*) FROM outcomes").scalar()
    assert n == 1


def test_a_person_is_forgotten_by_the_hash_of_the_value_and_nobody_else_is(engine, home):
    key = LogKey.load_or_make(log_key_path(default_workspace().home))
    ada, bob = key.token("e%_mail", "ada@example.org"), key.token("e%_mail", "bob@example.org")
    insert_predictions(
        engine,
        [
            prediction(1, features={"e%_mail": ada, "age": 1}),
            prediction(2, features={"e%_mail": bob, "age": 2}),
            prediction(3, features={"age": 3, "e%_mail": ada}),
            prediction(4, features={"eXXmail": ada}),
        ],
    )
    add_outcomes(engine, [Outcome(prediction_id=f"{1:032x}", outcome="seen", at=1.0)])

    assert delete_subject(engine, "churn", "e%_mail", ada) == 2

    assert [int(row.id, 16) for row in read_window(engine, "churn", 0, 1e9)] == [2, 4]
    if engine.dialect.name == "sqlite":
        delete_older(engine, "churn", 1e9)
        kept = b"".join(path.read_bytes() for path in home.glob("store.db*"))
        assert ada.encode() not in kept
        assert b'"seen"' not in kept


class TestLogKey:
    def test_it_is_made_once_and_for_its_owner_alone(self, home):
        first, second = (
            LogKey.load_or_make(log_key_path(default_workspace().home)),
            LogKey.load_or_make(log_key_path(default_workspace().home)),
        )

        assert first.token("a", "x") == second.token("a", "x")
        assert (home / "keys" / "log.key").stat().st_mode & 0o777 == 0o600

    def test_equal_values_have_equal_tokens_whatever_they_are_stored_as(self, home):
        key = LogKey.load_or_make(log_key_path(default_workspace().home))

        assert key.token("id", 1) == key.token("id", 1.0) == key.token("id", "1")
        assert key.token("id", 1) != key.token("other", 1)
        assert key.token("ab", "c") != key.token("a", "bc")
        assert key.token("id", None) is None

    def test_another_key_makes_other_tokens(self, home, tmp_path):
        assert LogKey.load_or_make(log_key_path(default_workspace().home)).token(
            "a", "x"
        ) != LogKey.load_or_make(tmp_path / "other.key").token("a", "x")

    def test_its_text_form_says_nothing(self, home):
        text = (
            (home / "keys" / "log.key")
            if LogKey.load_or_make(log_key_path(default_workspace().home))
            else None
        )

        assert text.read_text().strip() not in repr(
            LogKey.load_or_make(log_key_path(default_workspace().home))
        )

    def test_one_that_others_can_read_is_not_used(self, home):
        LogKey.load_or_make(log_key_path(default_workspace().home))
        (home / "keys" / "log.key").chmod(0o644)

        with pytest.raises(StoreError) as raised:
            LogKey.load_or_make(log_key_path(default_workspace().home))
        assert "0644" in raised.value.why

    def test_one_that_is_damaged_is_not_replaced(self, home):
        LogKey.load_or_make(log_key_path(default_workspace().home))
        (home / "keys" / "log.key").write_text("not a key")

        with pytest.raises(StoreError):
            LogKey.load_or_make(log_key_path(default_workspace().home))
        assert (home / "keys" / "log.key").read_text() == "not a key"
