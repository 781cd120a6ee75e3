"""What callers notice when another version answers: with the schemas of real tables."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from automl_magic.deploy.schema_changes import (
    SchemaChanges,
    compare_schemas,
    incompatible_schema_error,
    list_changes,
)
from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.instance_validator import InvalidInstance
from automl_magic.records.models.deployment import InputChecks, InputPolicy, Route
from tests.schemas import schema_of, table

REFUSE = InputChecks()


@pytest.fixture(scope="module")
def served():
    return schema_of(table())


def test_the_same_columns_change_nothing_for_callers(served):
    assert compare_schemas(served, schema_of(table(60)), REFUSE) == SchemaChanges()


def with_blank(frame, name):
    return frame.assign(**{name: frame[name].where(frame.index != 3)})


CHANGES = {
    "a new required column": (
        lambda frame: frame.assign(tenure=frame["age"] * 2),
        ["'tenure' is new and required"],
        [],
    ),
    "a new optional column": (
        lambda frame: frame.assign(tenure=(frame["age"] * 2).where(frame.index != 3)),
        [],
        ["'tenure' is new and optional"],
    ),
    "a removed column": (
        lambda frame: frame.drop(columns="income"),
        ["'income' is no longer an input"],
        [],
    ),
    "a number that becomes a category": (
        lambda frame: frame.assign(
            age=np.select([frame["age"] > 60, frame["age"] > 40], ["old", "adult"], "young")
        ),
        ["'age' expects "],
        [],
    ),
    "a category that becomes a number": (
        lambda frame: frame.assign(city=frame["city"].str.len()),
        ["'city' expects a number, not "],
        [],
    ),
    "a boolean that becomes a category": (
        lambda frame: frame.assign(member=np.where(frame["member"], "gold", "none")),
        ["'member' expects "],
        [],
    ),
}


@pytest.mark.parametrize(("change", "breaking", "compatible"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_columns_is_named(served, change, breaking, compatible):
    changes = compare_schemas(served, schema_of(change(table())), REFUSE)

    assert len(changes.breaking) == len(breaking)
    assert all(map(str.startswith, changes.breaking, breaking))
    assert list(changes.compatible) == compatible


def test_a_column_that_could_be_missing_and_no_longer_can_is_named():
    before = schema_of(with_blank(table(), "income"))

    changes = compare_schemas(before, schema_of(table()), REFUSE)

    assert changes.breaking == ("'income' expects a number, not null",)
    assert compare_schemas(schema_of(table()), before, REFUSE) == SchemaChanges()


def with_dates(date_format):
    frame = table()
    dates = pd.to_datetime(frame["joined"])
    return frame.assign(joined=dates.dt.strftime(date_format))


def test_another_way_to_write_dates_is_named():
    dotted, iso = schema_of(with_dates("%d.%m.%Y")), schema_of(with_dates("%Y-%m-%d"))

    assert compare_schemas(iso, dotted, REFUSE) == SchemaChanges()  # ISO dates are always read
    (text,) = compare_schemas(dotted, iso, REFUSE).breaking
    assert text.startswith("'joined' expects a date like %Y-%m-%d, not '")


def test_a_value_that_would_be_read_as_another_one_is_named():
    """Both versions accept 03/04/2021 and 1.234, but they mean other values."""
    day_first, month_first = (
        dataclasses.replace(
            schema_of(with_dates("%d.%m.%Y")).columns[-1],
            parse={"date_format": date_format},
            low=None,
            high=None,
            example=None,
        )
        for date_format in ("%d/%m/%Y", "%m/%d/%Y")
    )
    frame = table().assign(income=[f"{i + 1}.{i + 10}0,5" for i in range(80)])
    german = next(c for c in schema_of(frame).columns if c.name == "income")
    english = dataclasses.replace(german, parse={"thousands": ","}, example="1,234.5")
    whole = schema_of(table())

    def changes(old, new):
        versions = (dataclasses.replace(whole, columns=(column,)) for column in (old, new))
        return compare_schemas(*versions, REFUSE).breaking

    assert german.parse == {"decimal": ",", "thousands": "."}
    assert changes(day_first, month_first) == (
        "'joined' reads '04/03/2021' as 2021-04-03 00:00:00 instead of 2021-03-04 00:00:00",
    )
    assert changes(english, german) != ()
    assert changes(dataclasses.replace(german, example="1.234"), english) == (
        "'income' reads '1.234' as 1.234 instead of 1234.0",
    )
    assert changes(german, german) == ()


def test_the_output_must_stay_the_same_too(served):
    frame = table()
    three = frame.assign(churn=np.where(frame["age"] > 80, "maybe", frame["churn"]))
    renamed = frame.assign(churn=np.where(frame["churn"] == "yes", "left", "stayed"))

    more = compare_schemas(served, schema_of(three, task="multiclass"), REFUSE)
    other = compare_schemas(served, schema_of(renamed), REFUSE)
    target = compare_schemas(
        served, schema_of(frame.rename(columns={"churn": "left"}), target="left"), REFUSE
    )

    assert more.breaking == ("its task is multiclass instead of binary",)
    assert more.compatible == ("it has the new class 'maybe'",)
    assert other.breaking == ("it has no class 'no', 'yes'",)
    assert target.breaking == ("it predicts 'left' instead of 'churn'",)


def test_fewer_classes_break_and_more_classes_are_a_note():
    frame = table().assign(churn=np.resize(["a", "b", "c", "d"], 80))
    four = schema_of(frame, task="multiclass")
    three = schema_of(frame[frame["churn"] != "d"], task="multiclass")

    assert compare_schemas(four, three, REFUSE).breaking == ("it has no class 'd'",)
    assert compare_schemas(three, four, REFUSE) == SchemaChanges((), ("it has the new class 'd'",))


def test_numbers_without_names_may_not_change_their_order():
    frame = table()[["age", "income", "churn"]]
    turned = schema_of(frame[["income", "age", "churn"]])

    changes = compare_schemas(schema_of(frame), turned, REFUSE)
    of_mixed = compare_schemas(
        schema_of(table()), schema_of(table()[::-1][table().columns]), REFUSE
    )

    assert len(changes.breaking) == 1
    assert "another order" in changes.breaking[0]
    assert of_mixed == SchemaChanges()


def test_the_policies_of_the_deployment_decide_what_breaks(served):
    frame = table()
    lax = InputChecks(unknown=InputPolicy.FLAG, missing=InputPolicy.FLAG)
    strict = InputChecks(categories=InputPolicy.REFUSE)
    fewer = frame[frame["city"] != "Lund"]
    another = frame.drop(columns="income").assign(tenure=frame["age"] * 2)

    assert compare_schemas(served, schema_of(another), lax).breaking == ()
    assert compare_schemas(served, schema_of(fewer), REFUSE) == SchemaChanges()
    (text,) = compare_schemas(served, schema_of(fewer), strict).breaking
    assert text == "'city' expects one of 'Bergen', 'Oslo', not 'Lund'"


def test_what_the_comparison_says_is_what_the_validator_does(served):
    """Each pair of versions: a breaking change exactly if a request of the one is refused."""
    versions = {name: schema_of(change(table())) for name, (change, _, _) in CHANGES.items()} | {
        "served": served,
        "blanks": schema_of(with_blank(table(), "age")),
    }

    for before in versions.values():
        row = {column.name: column.example for column in before.columns}
        rows = [row, *({**row, c.name: None} for c in before.columns if c.nullable)]
        for after in versions.values():
            is_refused = any(is_refused_by(after, instance) for instance in rows)
            assert bool(compare_schemas(before, after, REFUSE).breaking) == is_refused


def is_refused_by(schema, instance: Mapping[str, object]):
    try:
        recipe_family(schema.task).instance_validator(schema).validate(instance, REFUSE)
    except InvalidInstance:
        return True
    return False


def test_the_error_names_the_columns_and_what_to_type():
    changes = SchemaChanges(tuple(f"'x{i}' is new and required" for i in range(9)))
    route = Route(deployment="web", model="churn", epoch=3, stable=1)

    error = incompatible_schema_error(route, 2, changes, "automl promote churn 2 champion --x")

    assert error.what == "Version 2 of churn doesn't accept the requests to web."
    assert error.why.startswith("Compared with version 1: 'x0' is new and required; 'x1' ")
    assert error.why.endswith("; and 3 more.")
    assert error.fix.endswith(": automl promote churn 2 champion --x")
    assert list_changes(("a", "b")) == "a; b"
