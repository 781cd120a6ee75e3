"""A decision says what it is about as a kind and a name."""

import pytest

from automl_magic.records import EXCLUDED, Decision, DecisionKind, RecordProblem


def test_a_decision_is_about_a_kind_of_thing_and_one_of_them():
    decision = Decision(
        about=DecisionKind.COLUMN, name="column: age", choice="left out", why="An id."
    )
    document = decision.to_json()

    assert (document["about"], document["name"]) == ("column", "column: age")
    assert Decision.from_json(document) == decision
    assert decision.label == "column column: age"


def test_what_there_is_once_has_no_name():
    decision = Decision(about=DecisionKind.UNLABELLED_ROWS, choice="left out", why="No answer.")

    assert (decision.name, decision.label) == ("", "rows without a target")


def test_a_decision_about_nothing_known_is_refused():
    with pytest.raises(RecordProblem, match="about"):
        Decision.from_json({"about": "column age", "choice": "left out", "why": "An id."})


@pytest.mark.parametrize(
    ("about", "choice", "excludes"),
    [
        (DecisionKind.COLUMN, EXCLUDED, True),
        (DecisionKind.COLUMN, "left out", True),
        (DecisionKind.COLUMN, "number", False),
        (DecisionKind.UNLABELLED_ROWS, EXCLUDED, False),
    ],
)
def test_an_excluded_column_is_known_in_old_plans_too(about, choice, excludes):
    decision = Decision(about=about, choice=choice, why="An ID.")

    assert decision.excludes_column is excludes
