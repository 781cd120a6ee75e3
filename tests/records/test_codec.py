from __future__ import annotations

import dataclasses
import inspect
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic import records
from automl_magic.records import ExperimentSpec, RecordProblem, Run, RunStatus, Split, SplitKind
from automl_magic.records.codec import Record, digest_of
from automl_magic.records.plans.experiment import CrossValidation
from automl_magic.records.runs.run import END_STATES, TRANSITIONS
from automl_magic.stream.windows.definition import Aggregate, WindowFeature, Windows

MINIMAL = {"data": "people.csv", "target": "churn"}


def problem(document: object) -> RecordProblem:
    with pytest.raises(RecordProblem) as caught:
        ExperimentSpec.from_json(document)
    return caught.value


def test_a_record_comes_back_from_json_unchanged():
    experiment = ExperimentSpec.from_json(
        {**MINIMAL, "cv": {"type": "time", "column": "when", "folds": 4}}
    )

    assert ExperimentSpec.from_json(experiment.to_json()) == experiment


def test_a_renamed_field_keeps_its_key_in_files():
    windows = Windows(
        features=(WindowFeature(name="n", aggregate=Aggregate.COUNT, over_s=60.0),), max_events=7
    )
    document = windows.to_json()

    assert document["most_events"] == 7
    assert "max_events" not in document
    assert Windows.from_json(document) == windows
    with pytest.raises(RecordProblem) as caught:
        Windows.from_json({**document, "most_events": 0})
    assert (caught.value.path, caught.value.actual) == (("most_events",), "the number 0")


def test_an_unknown_field_is_named_with_its_path_and_near_miss():
    error = problem({**MINIMAL, "cv": {"fold": 3}})

    assert (error.path, error.close) == (("cv", "fold"), "folds")
    assert error.valid_fields == tuple(CrossValidation.__dataclass_fields__)


@pytest.mark.parametrize(
    ("value", "actual", "literal"),
    [
        ("many", "the text 'many'", "'many'"),
        (-1, "the number -1", "-1"),
        (True, "True", "True"),
        ([], "a list", "a list"),
    ],
)
def test_a_wrong_value_is_given_in_words_and_as_it_is_written(value, actual, literal):
    error = problem({**MINIMAL, "cv": {"folds": value}})

    assert (error.actual, error.literal) == (actual, literal)
    assert error.at(("spec", "folds")).literal == literal


def test_a_missing_required_field_is_named():
    assert problem({"data": "people.csv"}).path == ("target",)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("budget_s", "long", "a number"),
        ("budget_s", True, "a number"),
        ("threads", 1.5, "a whole number or nothing"),
        ("target", 3, "text"),
        ("sensitive", "age", "a list"),
        ("task", "binry", "one of binary, multiclass, regression or nothing"),
        ("cv", [1], "a mapping of fields"),
    ],
)
def test_a_value_of_the_wrong_type_says_what_would_be_right(field, value, expected):
    assert problem({**MINIMAL, field: value}).expected == expected


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({**MINIMAL, "budget_s": -1.0}, ("budget_s",)),
        ({**MINIMAL, "cv": {"folds": 1}}, ("cv", "folds")),
        ({**MINIMAL, "hpo": {"trials": 0}}, ("hpo", "trials")),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_path(document, path):
    assert problem(document).path == path


def test_a_whole_number_is_read_where_a_number_is_wanted():
    assert ExperimentSpec.from_json({**MINIMAL, "budget_s": 60}).budget_s == 60.0


def test_every_field_of_an_experiment_is_documented():
    def undocumented(record: type[Record]) -> list[str]:
        return [
            f"{record.__name__}.{f.name}"
            for f in dataclasses.fields(record)
            if "doc" not in f.metadata
        ]

    parts = [
        kind
        for _, kind in inspect.getmembers(records.plans.experiment, inspect.isclass)
        if issubclass(kind, Record) and kind.__module__ == records.plans.experiment.__name__
    ]

    assert [name for part in parts for name in undocumented(part)] == []


@given(st.permutations(["a", "b", "c"]))
def test_a_digest_does_not_depend_on_the_order_of_keys(keys):
    assert digest_of({key: ord(key) for key in keys}) == digest_of({"a": 97, "b": 98, "c": 99})


def test_a_split_in_time_needs_its_column():
    with pytest.raises(ValueError, match="a column name for grouped and time splits"):
        Split(kind=SplitKind.TIME, folds=5, holdout=0.2, seed=0)


def test_no_status_leads_out_of_an_end_state():
    assert [TRANSITIONS[state] for state in sorted(END_STATES)] == [frozenset()] * 4


def test_a_run_reaches_success_only_through_every_stage():
    happy = [
        RunStatus.CREATED,
        RunStatus.STAGING,
        RunStatus.RUNNING,
        RunStatus.COMMITTING,
        RunStatus.SUCCEEDED,
    ]

    for earlier, later in itertools.pairwise(happy):
        assert earlier.can_become(later)
    for i, state in enumerate(happy):
        assert not any(state.can_become(skipped) for skipped in happy[i + 2 :])


def test_a_run_comes_back_from_json_unchanged():
    document = {
        "run_id": "20261121-053512-k3f9",
        "kind": "search",
        "notebook": "search.ipynb",
        "folder": "runs/20261121-053512-k3f9",
        "status": "failed",
        "created_at": "2026-11-21T05:35:12+00:00",
        "failure": {"kind": "raised", "message": "ValueError: no", "cell_id": "load"},
        "artifacts": [{"path": "recipe.json", "size_bytes": 3, "sha256": "ab"}],
    }
    run = Run.from_json(document)

    assert Run.from_json(run.to_json()) == run
