"""A row in a person's hands: the model itself answers, and what cannot be is refused."""

import pytest

from automl_magic.what_if.session import Session
from automl_magic.what_if.view import view_of


@pytest.fixture
def session(told, model):
    return Session(told, model)


def test_it_begins_with_the_first_row_and_what_the_model_says_of_it(session, model):
    view = view_of(session)

    assert session.values == {"age": 30, "town": "Oslo"}
    share = model.predict_proba_row(session.values)[1]
    assert view["said"] == f"no, with a probability of {share:#.3g} for yes"
    assert (view["was"], view["changes"]["bars"]) == ("", [])


def test_a_changed_value_is_predicted_anew_and_told_apart(session):
    session.do({"do": "set", "column": 0, "value": 80})
    view = view_of(session)

    assert view["said"].startswith("yes")
    assert view["was"].startswith("no")
    (bar,) = view["changes"]["bars"]
    assert (bar["name"], bar["up"]) == ("age → 80", True)
    assert [field["changed"] for field in view["fields"]] == [True, False]


def test_changes_together_make_up_the_difference(session):
    before = session.output_of(session.start)
    session.do({"do": "set", "column": 0, "value": 80})
    session.do({"do": "set", "column": 1, "level": 0})

    worth = session.shares()

    assert sum(worth.values()) == pytest.approx(session.output_of(session.values) - before)


def test_a_counterfactual_is_tried_and_put_back(session):
    session.do({"do": "way", "way": 0})
    tried = dict(session.values)
    session.do({"do": "back", "column": 0})

    assert tried == {"age": 80, "town": "Oslo"}
    assert session.changed == []


def test_a_row_of_usual_values_has_no_truth_and_no_counterfactual(session):
    session.do({"do": "row", "at": None})
    view = view_of(session)

    assert session.values == {"age": 50, "town": "Oslo"}
    assert (view["truth"], view["ways"], view["reasons"]) == ("", [], {"bars": []})


def test_a_value_may_be_left_missing(session):
    session.do({"do": "set", "column": 0, "missing": True})

    assert session.values["age"] is None
    assert view_of(session)["said"]


@pytest.mark.parametrize(
    "message",
    [
        {"do": "set", "column": 0, "value": "80"},
        {"do": "set", "column": 0, "value": float("nan")},
        {"do": "set", "column": 0, "value": True},
        {"do": "set", "column": 99, "value": 1},
        {"do": "set", "column": -1, "value": 1},
        {"do": "set", "column": "age", "value": 1},
        {"do": "set", "column": 1, "level": 7},
        {"do": "set", "column": 1, "level": True},
        {"do": "set", "column": 1, "value": "Rome"},
        {"do": "way", "way": 5},
        {"do": "row", "at": 5},
        {"do": "row", "at": "last"},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(session, message):
    before = dict(session.values)
    session.do(message)

    assert session.values == before
    assert view_of(session)["problem"]


@pytest.mark.parametrize("message", [{}, {"do": "explode"}, {"do": None}])
def test_an_unknown_message_does_nothing(session, message):
    session.do(message)

    assert (session.changed, session.problem) == ([], None)


def test_a_level_keeps_its_own_value_and_its_text_is_printable(session, told):
    session.do({"do": "set", "column": 1, "level": 0})

    assert session.values["town"] == told.columns[1].levels[0].value
    field = next(one for one in view_of(session)["fields"] if one["entry"] == "choice")
    assert all(level.isprintable() for level in field["levels"])
