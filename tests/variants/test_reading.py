"""The same values, written in another way: what a user of `automl predict` sees."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe.instance_validator import InvalidInstance
from automl_magic.records.models.deployment import InputChecks
from tests.variants.command import automl
from tests.variants.doors import columns_of, rows
from tests.variants.writers import frame, write


@pytest.fixture
def plain(trained):
    """A model of True/False, decimal points and ISO dates."""
    return next(model for model in trained if model.name == "plain")


@pytest.fixture
def european(trained):
    """A model of yes/no, decimal commas and dates like 01.05.2024 10:00."""
    return next(model for model in trained if model.name == "european")


@pytest.fixture
def typed(trained):
    """A model of a Parquet file."""
    return next(model for model in trained if model.name == "typed")


@pytest.fixture
def predict(tmp_path):
    """Predict a variant of a model's table; give the exit code, the JSON and the predictions."""

    def run(model, *options, change=lambda columns: columns, **axes):
        variant = model.variant.with_(**axes)
        source = write(variant, change(model.features), tmp_path)
        output = tmp_path / "out.parquet"
        arguments = ["predict", str(model.folder), str(source), "-o", str(output)]
        code, text = automl(*arguments, "--json", *options)
        values = columns_of(pd.read_parquet(output), model) if output.exists() else None
        document, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
        return code, document, values

    return run


@pytest.mark.parametrize("words", ["1/0", "1.0/0.0", "yes/no", "TRUE/FALSE", "T/F"])
def test_one_and_zero_are_the_true_and_false_of_training(predict, plain, words):
    code, document, values = predict(plain, booleans=words)

    assert (code, document["unread"]) == (0, {})
    np.testing.assert_allclose(values, plain.expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("axes", "columns", "example"),
    [
        ({"numbers": "1234,5"}, ("amount", "share"), "'381,05'"),
        ({"dates": "01.05.2024 10:00"}, ("since",), "'13.07.2024 11:51'"),
        ({"booleans": "ja/nein"}, ("active", "consent"), "'nein'"),
    ],
)
def test_values_that_cannot_be_read_are_refused_by_column_with_an_example(
    predict, plain, axes, columns, example
):
    code, document, values = predict(plain, **axes)

    error = document["error"]
    text = f"{error['what']} {error['why']}"
    assert (code, values) == (1, None)
    assert all(repr(column) in text for column in columns)
    assert example in text
    assert "--on-unread missing" in error["fix"]


def test_iso_dates_are_read_whatever_the_format_of_training(predict, european):
    code, document, values = predict(european, dates="2024-05-01 10:00")

    assert (code, document["unread"]) == (0, {})
    np.testing.assert_allclose(values, european.expected, rtol=0, atol=1e-9)


def test_dates_in_another_order_are_refused_instead_of_guessed(predict, european):
    code, document, values = predict(european, dates="05/01/2024 10:00")

    assert (code, values) == (1, None)
    assert document["error"]["what"] == "Can't read the column 'since'."
    assert "288 of 288 values (100.0%)" in document["error"]["why"]
    assert "%d.%m.%Y %H:%M" in document["error"]["why"]


def test_unread_values_are_predicted_as_missing_and_counted_if_asked_to(predict, european):
    code, document, values = predict(european, "--on-unread", "missing", dates="05/01/2024 10:00")

    assert (code, document["unread"]) == (0, {"since": 288})
    np.testing.assert_allclose(values, european.expected_without("since"), rtol=0, atol=1e-9)


def test_one_unread_value_of_three_hundred_is_counted_and_nothing_is_refused(predict, plain):
    def spoil(columns):
        return {**columns, "share": ["a lot", *columns["share"][1:]]}

    code, document, values = predict(plain, change=spoil, format="jsonl", types="native")

    assert (code, document["unread"]) == (0, {"share": 1})
    np.testing.assert_allclose(values[1:], plain.expected[1:], rtol=0, atol=1e-9)
    np.testing.assert_allclose(values[0], plain.expected_without("share")[0], rtol=0, atol=1e-9)


def test_python_decides_about_unread_values_as_the_command_does(plain):
    traffic = frame(plain.variant.with_(format="frame", booleans="ja/nein"), plain.features)
    model = plain.loaded.model

    values = model.predict_proba(traffic, on_unread="missing")

    expected = plain.model.blend(plain.frame.assign(active=None, consent=None))
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-9)


def test_a_row_that_cannot_be_read_is_refused_with_its_column(typed):
    variant = typed.variant.with_(format="jsonl", dates="05/01/2024 10:00")
    (row,) = rows(variant, typed.features, [0])

    with pytest.raises(InvalidInstance) as refusal:
        typed.served.parse(row, InputChecks())

    assert [detail["field"] for detail in refusal.value.details] == ["since"]


@pytest.mark.long
def test_over_http_it_is_a_422(live, typed):
    variant = typed.variant.with_(format="jsonl", dates="05/01/2024 10:00")
    (row,) = rows(variant, typed.features, [0])

    response = live.client.post("/v1/predict", json={"model_id": typed.deployment, "features": row})

    assert response.status_code == 422
    assert [detail["field"] for detail in response.json()["details"]] == ["since"]
