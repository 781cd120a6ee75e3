"""The schema says what the training rows had, and nothing about a single person."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.learn.input_schema import input_schema
from automl_magic.personal.recognise import personal_kind
from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import ColumnKind, Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.data.schema import InputColumn, InputSchema


def recipe_of(*steps):
    return Recipe(
        task=TaskKind("regression"),
        target="y",
        metric="rmse",
        columns={},
        views={"tree": steps, "unused": (StepSpec(kind="number", columns=("nowhere",)),)},
        members=(MemberSpec(name="m", estimator="dummy", view="tree"),),
        split=Split(kind=SplitKind.KFOLD, folds=3, holdout=0.2, seed=0),
    )


def column_of(values, step, name="x", **params):
    recipe = recipe_of(StepSpec(kind=step, columns=(name,), params=params))
    schema = input_schema(recipe, pd.DataFrame({name: values}))
    assert InputSchema.from_json(schema.to_json()) == schema
    (column,) = schema.columns
    return column


def test_a_number_has_its_span_and_a_middle_value():
    assert column_of([3.0, np.nan, -1.5, 8.25], "number") == InputColumn(
        name="x",
        kind=ColumnKind.NUMBER,
        stored_as="number",
        nullable=True,
        low=-1.5,
        high=8.25,
        example=3.0,
    )


def test_numbers_in_text_are_read_as_the_model_reads_them():
    parse = {"decimal": ",", "thousands": "."}
    column = column_of(["1.200,5", "7", None, "7"], "number", parse=parse)
    assert (column.stored_as, column.parse, column.nullable) == ("text", parse, True)
    assert (column.low, column.high, column.example) == (7.0, 1200.5, "7")


def test_a_boolean_knows_its_words():
    text = column_of(["yes", "no", "yes"], "boolean", true="yes", false="no")
    assert (text.stored_as, text.parse) == ("text", {"true": "yes", "false": "no"})
    assert column_of([True, False], "boolean").stored_as == "boolean"
    coded = column_of([0, 1, 1], "boolean", true="1", false="0")
    assert (coded.stored_as, coded.parse, coded.example) == (
        "number",
        {"true": "1", "false": "0"},
        1,
    )


def test_few_levels_are_written_in_the_spelling_of_the_recipe():
    column = column_of([1.0, 2.0, 2.0, 2.5, None], "category")
    assert (column.stored_as, column.levels, column.example) == ("number", ("1", "2", "2.5"), 2.0)
    mixed = column_of(["a", 1, 1.0, True, None], "category")
    assert (mixed.stored_as, mixed.levels) == ("text", ("1", "True", "a"))


def test_many_levels_and_long_ones_are_not_written():
    many = column_of([f"k{i}" for i in range(101)], "target_mean")
    assert (many.kind, many.levels, many.example) == (ColumnKind.HIGH_CARDINALITY, (), None)
    assert column_of(["a", "b" * 201], "category").levels == ()


def test_dates_have_a_span_in_seconds():
    moments = pd.to_datetime(["1970-01-02", "1970-01-01", None]).astype("datetime64[us]")
    column = column_of(moments, "date")
    assert (column.stored_as, column.low, column.high) == ("date", 0.0, 86_400.0)
    text = column_of(["02.01.1970", "nonsense"], "date", date_format="%d.%m.%Y")
    assert (text.stored_as, text.low, text.high) == ("text", 86_400.0, 86_400.0)
    assert text.parse == {"date_format": "%d.%m.%Y"}


def test_a_column_without_any_value_has_no_span():
    column = column_of([np.nan, np.nan], "number")
    assert (column.nullable, column.low, column.high, column.example) == (True, None, None, None)


def test_only_columns_that_a_used_view_reads_are_described():
    recipe = recipe_of(StepSpec(kind="number", columns=("b", "a")))
    frame = pd.DataFrame({"a": [1], "b": [2], "y": [3], "other": [4]})
    assert [column.name for column in input_schema(recipe, frame).columns] == ["b", "a"]


PERSONAL = {
    "email": ["ada@example.org", "g.hopper+navy@mail.example.com", "x_y@sub.example.co.uk"],
    "iban": [
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
    ],
    "card_number": ["4111 1111 1111 1111", "5555555555554444", "3782-822463-10005"],
    "national_id": [
        "078-05-1120",
        "AB 12 34 56 C",
        "RSSMRA85T10A562S",
        "12345678Z",
        "529.982.247-25",
    ],
    "ip_address": ["192.168.0.1", "8.8.8.8", "2001:db8::1"],
    "phone": ["+47 22 33 44 55", "+1 (555) 010-9999", "0044 20 7946 0958", "020 7946 0958"],
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_data_is_told_by_its_form(kind):
    assert personal_kind("x", PERSONAL[kind]) == kind
    column = column_of(PERSONAL[kind] * 3, "category")
    assert column.personal == kind
    assert (column.levels, column.example) == ((), None)


ORDINARY = {
    "words": ["Oslo", "Bergen", "late again", ""],
    "codes": ["k1", "A-12", "2021/7", "0001"],
    "dates": ["2021-03-04", "01.02.2003", "1/2/2021"],
    "moments": ["2021-03-04 05:06:07", "2021-03-04T05:06:07"],
    "amounts": ["1,200.50", "-4", "37 %", "12 345 678"],
    "versions": ["1.2.3", "10.0.1-rc1", "v2"],
    "times": ["12:30", "05:06:07"],
    "wrong check digits": ["DE89 3704 0044 0532 0130 01", "4111 1111 1111 1112", "12345678A"],
    "decimals": ["47.123456", "180.25831", "1234.56789"],
    "long numbers": [str(4_000_000_000_000_000 + 7 * i) for i in range(50)],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_only_looks_a_little_like_it_is_not_personal(name):
    assert personal_kind("x", ORDINARY[name]) is None


def test_a_number_is_no_phone_number():
    assert column_of([47.123456, 180.25831, 61.5] * 3, "number").personal is None
    assert column_of(["12 345 678", "20 000 000", "33 100 250"] * 3, "number").personal is None


def test_a_name_is_a_hint_and_no_proof():
    some = ["ada@example.org"] + ["unknown"] * 7
    assert personal_kind("contact", some) is None
    assert personal_kind("E-Mail", some) == "email"
    assert personal_kind("email", ["unknown", "none"]) is None


def test_an_address_in_prose_makes_the_column_personal():
    texts = [f"The bus number {i} was late." for i in range(60)]
    assert personal_kind("note", texts, is_prose=True) is None
    assert personal_kind("note", [*texts, "Write to ada@example.org."], is_prose=True) == "email"


def test_card_numbers_that_are_stored_as_numbers_are_found():
    column = column_of([4111111111111111, 5555555555554444, 378282246310005], "category")
    assert column.personal == "card_number"
