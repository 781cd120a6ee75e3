"""An instance is checked against the signed schema; what is odd is refused, flagged or allowed."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.recipe.instance_validator import InstanceValidator, InvalidInstance
from automl_magic.records import ColumnKind, TaskKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import InputChecks, InputPolicy

STRICT = InputChecks(
    ranges=InputPolicy.REFUSE,
    categories=InputPolicy.REFUSE,
    missing=InputPolicy.REFUSE,
    unknown=InputPolicy.REFUSE,
)


def column(name, kind, stored_as, **more):
    return InputColumn(
        name=name, kind=ColumnKind(kind), stored_as=stored_as, **{"nullable": False, **more}
    )


COLUMNS = (
    column("age", "number", "number", low=18.0, high=90.0),
    column("height", "number", "number", low=1.0, high=2.5, nullable=True),
    column(
        "price", "number", "text", low=0.0, high=100.0, parse={"decimal": ",", "thousands": "."}
    ),
    column("member", "boolean", "boolean", parse={"true": "True", "false": "False"}),
    column("paid", "boolean", "number", parse={"true": "1", "false": "0"}),
    column("agreed", "boolean", "text", parse={"true": "yes", "false": "no"}),
    column("city", "category", "text", levels=("Bergen", "Oslo", "5020")),
    column("floor", "category", "number", levels=("1", "2", "2.5"), nullable=True),
    column("code", "high_cardinality", "text"),
    column("since", "date", "date", low=0.0, high=1_700_000_000.0),
    column("born", "date", "text", parse={"date_format": "%d.%m.%Y"}, low=-1e9, high=1e9),
    column("note", "text", "text", nullable=True),
    column("mail", "text", "text", personal="email"),
)
GOOD = {
    "age": 41,
    "height": 1.8,
    "price": "1,5",
    "member": True,
    "paid": 1,
    "agreed": "yes",
    "city": "Oslo",
    "floor": 2,
    "code": "k7",
    "since": "2021-03-04T05:06:07",
    "born": "31.01.1990",
    "note": "late again",
    "mail": "ada@example.org",
}


@pytest.fixture(scope="module")
def checker():
    return InstanceValidator(
        InputSchema(task=TaskKind("binary"), target="y", classes=(0, 1), columns=COLUMNS)
    )


def problems(checker, checks=STRICT, **changes):
    with pytest.raises(InvalidInstance) as caught:
        checker.validate({**GOOD, **changes}, checks)
    return [(one["field"], one["problem"]) for one in caught.value.details]


def test_a_right_instance_is_taken_as_it_is(checker):
    validated = checker.validate(GOOD, STRICT)
    assert validated.row == GOOD
    assert validated.flags == {}
    assert list(validated.values) == list(GOOD.values())


def test_the_order_of_the_fields_does_not_matter(checker):
    assert checker.validate(dict(reversed(GOOD.items())), STRICT).row == GOOD


TAKEN = [
    ("age", 18, 18),
    ("age", 90.0, 90.0),
    ("height", None, None),
    ("price", 12, 12),
    ("price", "1.234,5", None),  # above the range; see below
    ("price", " 7 ", " 7 "),
    ("member", False, False),
    ("member", 1, True),
    ("member", "FALSE", False),
    ("paid", True, 1),
    ("paid", 0.0, 0),
    ("paid", "1", 1),
    ("paid", "yes", 1),
    ("agreed", "no", "no"),
    ("agreed", "YES ", "yes"),
    ("agreed", 0, "no"),
    ("agreed", True, "yes"),
    ("city", 5020, 5020),
    ("floor", 2.5, 2.5),
    ("floor", "1", "1"),
    ("floor", 1.0, 1.0),
    ("since", "1999-12-31", "1999-12-31"),
    ("born", "01.01.1970", "01.01.1970"),
    ("born", "1990-01-31", "1990-01-31"),
]


@pytest.mark.parametrize(("field", "value", "taken"), [one for one in TAKEN if one[2] is not None])
def test_a_value_is_taken_in_every_spelling_that_training_knew(checker, field, value, taken):
    found = checker.validate({**GOOD, field: value}, STRICT).row[field]
    assert (found, type(found)) == (taken, type(taken))


TYPES = [
    ("age", "41"),
    ("age", True),
    ("age", [41]),
    ("age", {"value": 41}),
    ("age", math.nan),
    ("age", math.inf),
    ("age", -math.inf),
    ("age", 10**400),
    ("age", 3.5e38),
    ("price", "Infinity"),
    ("price", "1e999"),
    ("price", "cheap"),
    ("price", False),
    ("member", "maybe"),
    ("member", 2),
    ("member", math.nan),
    ("paid", 2),
    ("agreed", "maybe"),
    ("agreed", 2),
    ("city", ["Oslo"]),
    ("city", 1),
    ("city", True),
    ("floor", math.nan),
    ("floor", "ground"),
    ("floor", {}),
    ("code", 7),
    ("code", []),
    ("since", "yesterday"),
    ("since", True),
    ("since", 20210304),
    ("born", "01/31/1990"),
    ("born", "31.02.1990"),
    ("note", 7),
    ("note", {"text": "x"}),
]


@pytest.mark.parametrize(("field", "value"), TYPES)
def test_a_value_of_another_type_is_refused_whatever_is_allowed(checker, field, value):
    allowed = InputChecks(
        ranges=InputPolicy.ALLOW,
        categories=InputPolicy.ALLOW,
        missing=InputPolicy.ALLOW,
        unknown=InputPolicy.ALLOW,
    )
    assert problems(checker, allowed, **{field: value}) == [(field, "type")]


ODD = [
    ("age", 17.99, "range"),
    ("age", -1e30, "range"),
    ("price", "1.234,5", "range"),
    ("price", 100.5, "range"),
    ("since", "2038-01-01", "range"),
    ("born", "01.01.1900", "range"),
    ("city", "Århus", "category"),
    ("floor", 7, "category"),
    ("age", None, "missing"),
    ("price", " ", "missing"),
    ("price", "NaN", "missing"),
    ("city", "NA", "missing"),
    ("code", "", "missing"),
    ("since", "", "missing"),
    ("city", None, "missing"),
]


@pytest.mark.parametrize(("field", "value", "problem"), ODD)
def test_what_training_did_not_have_is_refused_flagged_or_allowed(checker, field, value, problem):
    assert problems(checker, **{field: value}) == [(field, problem)]
    name = {"range": "ranges", "category": "categories", "missing": "missing"}[problem]
    flagged = checker.validate({**GOOD, field: value}, InputChecks(**{name: InputPolicy.FLAG}))
    assert flagged.flags == {field: problem}
    allowed = checker.validate({**GOOD, field: value}, InputChecks(**{name: InputPolicy.ALLOW}))
    assert allowed.flags == {}
    assert allowed.row[field] in (value, None)


def test_an_absent_field_counts_as_missing(checker):
    instance = {name: value for name, value in GOOD.items() if name not in ("note", "floor")}
    assert checker.validate(instance, STRICT).row == {**GOOD, "note": None, "floor": None}
    del instance["age"]
    with pytest.raises(InvalidInstance) as caught:
        checker.validate(instance, STRICT)
    assert caught.value.details == [
        {"field": "age", "problem": "missing", "expected": "a number", "found": "nothing"}
    ]


def test_an_unknown_field_is_named_with_its_near_miss(checker):
    with pytest.raises(InvalidInstance) as caught:
        checker.validate({**GOOD, "Heigth": 1}, STRICT)
    assert caught.value.details[0] == {
        "field": "Heigth",
        "problem": "unknown",
        "expected": "'height'",
        "found": "a field that the model doesn't have",
    }
    flagged = checker.validate({**GOOD, "x": 1}, InputChecks(unknown=InputPolicy.FLAG))
    assert flagged.flags == {"x": "unknown"}
    assert checker.validate({**GOOD, "x": 1}, InputChecks(unknown=InputPolicy.ALLOW)).row == GOOD


def test_all_problems_are_told_at_once_and_no_more_than_twenty(checker):
    assert problems(checker, age="x", city="Rome", born=None) == [
        ("age", "type"),
        ("city", "category"),
        ("born", "missing"),
    ]
    strange = {f"field {i}": i for i in range(1_000)}
    assert len(problems(checker, **strange)) == 20


def test_what_was_found_is_short_and_nothing_personal_is_repeated(checker):
    with pytest.raises(InvalidInstance) as caught:
        checker.validate({**GOOD, "age": "9" * 1_000_000, "mail": 4111111111111111}, STRICT)
    age, mail = caught.value.details
    assert len(age["found"]) < 70
    assert mail["found"] == "a number"


@pytest.mark.parametrize("instance", [None, 7, "age", [1, 2], [["age", 41]]])
def test_an_instance_that_is_no_object_is_refused(checker, instance):
    with pytest.raises(InvalidInstance) as caught:
        checker.validate(instance, STRICT)
    assert caught.value.details[0]["expected"] == "an object with a value for each field"


def test_a_refusal_says_what_why_and_what_to_do(checker):
    with pytest.raises(InvalidInstance) as caught:
        checker.validate({**GOOD, "city": "Rome"}, STRICT)
    assert caught.value.why == ("'city': expected one of 'Bergen', 'Oslo', '5020', found 'Rome'.")
    assert caught.value.fix == "Send the fields described in the model's metadata."


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "other"]), anything), st.sampled_from(InputPolicy))
@settings(max_examples=300, deadline=None)
def test_anything_is_taken_or_refused_with_reasons(checker, changes, check):
    checks = InputChecks(ranges=check, categories=check, missing=check, unknown=check)
    try:
        validated = checker.validate({**GOOD, **changes}, checks)
    except InvalidInstance as error:
        found = error.details
        assert 1 <= len(found) <= 20
        json.dumps(found).encode("ascii")
    else:
        assert set(validated.row) == set(GOOD)
        assert set(validated.flags.values()) <= {"range", "category", "missing", "unknown"}
        for one in ("age", "height"):
            value = validated.row[one]
            assert value is None or abs(value) <= 3.5e38


def test_a_float_that_can_be_several_codes_is_refused_and_not_a_new_category():
    code = InputColumn(
        name="code",
        kind=ColumnKind.CATEGORY,
        stored_as="number",
        nullable=False,
        levels=("1", str(2**60 + 1)),
    )
    schema = InputSchema(task=TaskKind("binary"), target="y", classes=("a", "b"), columns=(code,))
    validator = InstanceValidator(schema)

    assert validator.validate({"code": 2**60 + 1}, InputChecks()).flags == {}
    assert validator.validate({"code": 3.0}, InputChecks()).flags == {"code": "category"}
    with pytest.raises(InvalidInstance) as refusal:
        validator.validate({"code": float(2**60 + 1)}, InputChecks())
    assert refusal.value.details[0]["field"] == "code"
