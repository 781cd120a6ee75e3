"""Errors and dead letters say where a value is, and hold none that looks personal."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic.batch.readers.delimited import CsvReader
from automl_magic.errors import DataNotReadable
from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind
from automl_magic.stream.messages import Message, PartitionId
from automl_magic.stream.scorer import Scorer


def test_a_row_with_too_many_fields_is_named_by_its_line_and_not_quoted(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("mail,spend\na@example.org,1\nb@example.org,2,3\nc@example.org,4\n")

    with pytest.raises(DataNotReadable) as raised:
        list(CsvReader(path, ",", {}).chunks(["mail"], [], 0))
    error = raised.value
    assert "Line 3 has 3 fields, the header has 2" in error.why
    assert "sed -n 3p new.csv" in error.fix
    assert "example.org" not in f"{error.what} {error.why} {error.fix}"


@pytest.fixture(scope="module")
def scorer():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "mail": [f"p{i}@example.org" for i in rng.integers(0, 20, 200)],
            "spend": rng.normal(size=200),
            "y": rng.choice(["no", "yes"], 200),
        }
    )
    recipe = Recipe(
        task=TaskKind("binary"),
        target="y",
        metric="roc_auc",
        classes=("no", "yes"),
        columns={},
        personal={"mail": "email"},
        views={
            "tree": (
                StepSpec(kind="category", columns=("mail",)),
                StepSpec(kind="number", columns=("spend",)),
            )
        },
        members=(MemberSpec(name="a", estimator="lightgbm", view="tree", n_iterations=3),),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, repeats=1, holdout=0.0, seed=0),
    )
    return Scorer(fit_recipe(recipe, frame), input_schema(recipe, frame), "m/1")


def letters(scorer, *values: bytes):
    partition = PartitionId("t", 0)
    messages = [Message(partition, i, None, value, (), 0.0) for i, value in enumerate(values)]
    return scorer(messages, lambda *_: None).dead_letters


def test_a_stored_dead_letter_has_the_models_fields_with_personal_values_masked(scorer):
    message = {"mail": "p1@example.org", "spend": "many", "phone": "+49 30 1234567"}

    (letter,) = letters(scorer, json.dumps(message).encode())

    assert json.loads(letter.stored) == {"mail": "[email]", "spend": "many"}
    assert "example.org" not in letter.error
    assert "1234567" not in letter.error
    # A dead-letter topic gets the message itself, as the topic that it came from has it.
    assert letter.message.value == json.dumps(message).encode()


def test_a_message_that_is_no_object_is_not_stored(scorer):
    (letter,) = letters(scorer, b'{"mail": "p1@example.org", ')

    assert letter.stored is None
    assert "example.org" not in letter.error


def test_a_personal_value_of_the_wrong_type_is_described_and_not_quoted(scorer):
    (letter,) = letters(scorer, json.dumps({"mail": ["p1@example.org"], "spend": 1}).encode())

    assert "'mail'" in letter.error
    assert "example.org" not in letter.error
