import click
import pytest

from automl_magic.cli.types import Assignment, ColumnKindAssignment, Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60", 60.0),
        ("60s", 60.0),
        ("2m", 120.0),
        ("1h", 3600.0),
        ("1h30m", 5400.0),
        ("1.5m", 90.0),
        ("500ms", 0.5),
        (" 10 S ", 10.0),
        ("0", 0.0),
        ("-5s", -5.0),
    ],
)
def test_a_duration_is_read_as_people_write_it(text, seconds):
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text", ["", "-", "soon", "10 parsecs", "nan", "inf", "1e3", "1:30", "5s!"]
)
def test_what_is_no_duration_is_refused_with_examples(text):
    with pytest.raises(click.BadParameter, match="Use 60s, 2m or 1h"):
        Duration().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("seed=7", ("seed", 7)),
        ("data_source=table.csv", ("data_source", "table.csv")),
        ("flag=true", ("flag", True)),
        ("names=[1, 2]", ("names", [1, 2])),
        ("empty=", ("empty", "")),
        ("a=b=c", ("a", "b=c")),
        ("score=NaN", ("score", "NaN")),
        ('text="7"', ("text", "7")),
    ],
)
def test_an_assignment_is_json_where_it_can_be_and_text_otherwise(text, pair):
    assert Assignment().convert(text, None, None) == pair


@pytest.mark.parametrize("text", ["seed", "=7", "os.system('x')=1", "a b=1"])
def test_an_assignment_needs_the_name_of_a_parameter(text):
    with pytest.raises(click.BadParameter, match="name=value"):
        Assignment().convert(text, None, None)


def test_a_column_may_hold_equals_signs_before_its_kind():
    assert ColumnKindAssignment().convert("a=b=category", None, None) == ("a=b", "category")


@pytest.mark.parametrize("text", ["age", "=number"])
def test_a_kind_needs_its_column(text):
    with pytest.raises(click.BadParameter, match="column=kind"):
        ColumnKindAssignment().convert(text, None, None)
