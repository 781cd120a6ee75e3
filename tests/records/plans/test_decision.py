"""A decision says what it is about as a kind and a name."""

import pytest

from automl_magic.records import Decision, DecisionKind, RecordProblem


def test_a_decision_is_about_a_kind_of_thing_and_one_of_them():
    made = Decision(about=DecisionKind.COLUMN, name="column: age", choice="left out", why="An id.")
    document = made.to_json()

    assert (document["about"], document["name"]) == ("column", "column: age")
    assert Decision.from_json(document) == made
    assert made.label == "column column: age"


def test_what_there_is_once_has_no_name():
    made = Decision(about=DecisionKind.UNLABELLED_ROWS, choice="left out", why="No answer.")

    assert (made.name, made.label) == ("", "rows without a target")


def test_a_decision_about_nothing_known_is_refused():
    with pytest.raises(RecordProblem, match="about"):
        Decision.from_json({"about": "column age", "choice": "left out", "why": "An id."})
