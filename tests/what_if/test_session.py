"""What-if sessions predict changed rows and refuse invalid actions."""

import pytest

from automl_magic.data import fingerprint, load
from automl_magic.what_if.session import WhatIfSession
from automl_magic.what_if.table_rows import TableRows
from automl_magic.what_if.view import build_view


@pytest.fixture
def session(told, model):
    return WhatIfSession(told, model)


@pytest.fixture
def rows(tmp_path, frame):
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    source = str(tmp_path / "table.parquet")
    return TableRows(source, fingerprint(load(source)), ["age", "town"], "bought")


def test_any_row_of_the_table_can_be_taken_by_its_number(told, model, rows, frame):
    session = WhatIfSession(told, model, rows)
    session.handle({"do": "number", "number": 17})
    view = build_view(session)

    assert session.values == {"age": int(frame["age"][17]), "town": frame["town"][17]}
    assert (view["any"], view["at"]) == ("Row 17", None)
    assert view["truth"] == f"The true value is {frame['bought'][17]}."
    assert (view["ways"], view["reasons"]) == ([], {"bars": []})


def test_a_number_of_an_explained_row_is_that_row(told, model, rows):
    session = WhatIfSession(told, model, rows)
    session.handle({"do": "number", "number": 3})

    assert (session.position, session.table_row) == (0, None)


@pytest.mark.parametrize("number", [-1, 160, 10**12, 1.5, True, None, "3"])
def test_a_number_of_no_row_is_refused(told, model, rows, number):
    session = WhatIfSession(told, model, rows)
    session.handle({"do": "number", "number": number})

    assert session.position == 0
    assert session.problem


def test_a_changed_table_is_refused(told, model, rows, frame):
    frame.head(100).to_parquet(rows.source, index=False)
    session = WhatIfSession(told, model, rows)
    session.handle({"do": "number", "number": 17})

    assert "isn't the one that the model was trained on" in session.problem


def test_it_starts_with_the_first_row_and_its_prediction(session, model):
    view = build_view(session)

    assert session.values == {"age": 30, "town": "Oslo"}
    share = model.predict_proba_row(session.values)[1]
    assert view["said"] == (f"The model predicts no, with a probability of {share:#.3g} for yes.")
    assert (view["was"], view["changes"]["bars"]) == ("", [])


def test_a_changed_value_changes_the_prediction(session):
    session.handle({"do": "set", "column": 0, "value": 80})
    view = build_view(session)

    assert view["said"].startswith("The model predicts yes")
    assert view["was"].startswith("Before your changes: no")
    (bar,) = view["changes"]["bars"]
    assert (bar["name"], bar["up"]) == ("age → 80", True)
    assert [field["changed"] for field in view["fields"]] == [True, False]


def test_changes_together_make_up_the_difference(session):
    before = session.output_of(session.start)
    session.handle({"do": "set", "column": 0, "value": 80})
    session.handle({"do": "set", "column": 1, "level": 0})

    worth = session.contributions()

    assert sum(worth.values()) == pytest.approx(session.output_of(session.values) - before)


def test_a_counterfactual_is_tried_and_put_back(session):
    session.handle({"do": "way", "way": 0})
    tried = dict(session.values)
    session.handle({"do": "back", "column": 0})

    assert tried == {"age": 80, "town": "Oslo"}
    assert session.changed == []


def test_a_row_of_typical_values_has_no_true_value_and_no_counterfactual(session):
    session.handle({"do": "row", "at": None})
    view = build_view(session)

    assert session.values == {"age": 50, "town": "Oslo"}
    assert (view["truth"], view["ways"], view["reasons"]) == ("", [], {"bars": []})


def test_a_value_can_be_missing(session):
    session.handle({"do": "set", "column": 0, "missing": True})

    assert session.values["age"] is None
    assert build_view(session)["said"]


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
def test_invalid_actions_are_refused_and_change_nothing(session, message):
    before = dict(session.values)
    session.handle(message)

    assert session.values == before
    assert build_view(session)["problem"]


@pytest.mark.parametrize("message", [{}, {"do": "explode"}, {"do": None}])
def test_an_unknown_message_does_nothing(session, message):
    session.handle(message)

    assert (session.changed, session.problem) == ([], None)


def test_a_level_keeps_its_own_value_and_its_text_is_printable(session, told):
    session.handle({"do": "set", "column": 1, "level": 0})

    assert session.values["town"] == told.columns[1].levels[0].value
    field = next(one for one in build_view(session)["fields"] if one["entry"] == "choice")
    assert all(level.isprintable() for level in field["levels"])
