"""Splits, folds and the holdout, chosen by the table or as they were asked for."""

from datetime import date, timedelta

import pytest

from automl_magic.errors import PlanError, TooFewRows


@pytest.fixture
def table(dataset, column, target):
    def make(n_rows=1_000, y=None, **day):
        return dataset(
            column("x"),
            column("who", "category", n_unique=40),
            column("day", "date", n_unique=min(n_rows, 5_000), **day),
            y or target([0, 1]),
            n_rows=n_rows,
        )

    return make


@pytest.mark.parametrize(
    ("n_rows", "holdout"),
    [(100, 0.0), (199, 0.0), (200, 0.2), (10_000, 0.2), (100_000, 0.11), (1_000_000, 0.02)],
)
def test_the_holdout_depends_on_the_rows(plan, table, n_rows, holdout):
    assert plan(table(n_rows)).split.holdout == holdout


@pytest.mark.parametrize(("n_rows", "repeats"), [(250, 4), (900, 3), (1_500, 2), (2_000, 1)])
def test_few_rows_are_divided_several_times(plan, dataset, column, target, n_rows, repeats):
    split = plan(dataset(column("x"), target([0, 1]), n_rows=n_rows)).split

    assert (split.folds, split.repeats) == (5, repeats)


def test_groups_and_times_cannot_be_repeated(plan, table):
    with pytest.raises(PlanError) as caught:
        plan(table(), cv={"type": "grouped", "column": "who", "repeats": 3})
    assert caught.value.what == "A grouped split can't be repeated."
    assert plan(table(), cv={"type": "grouped", "column": "who"}).split.repeats == 1


def test_a_regression_is_divided_at_random(plan, dataset, column):
    assert plan(dataset(column("x"), column("y"))).split.kind.value == "kfold"


def test_rows_in_the_order_of_time_are_divided_in_time(plan, table):
    split = plan(table(value=lambda i: f"{date(2024, 1, 1) + timedelta(i):%d.%m.%Y}")).split

    assert (split.kind.value, split.column, split.date_format) == ("time", "day", "%d.%m.%Y")


def test_a_split_in_time_finds_the_only_date(plan, table):
    assert plan(table(), cv={"type": "time"}).split.column == "day"


@pytest.mark.parametrize(("name", "kind"), [("who", "grouped"), ("day", "time")])
def test_the_column_alone_says_how_to_divide(plan, table, name, kind):
    assert plan(table(), cv={"column": name}).split.kind.value == kind


def test_no_model_sees_the_column_that_names_the_groups(plan, table):
    plan_result = plan(table(), cv={"type": "grouped", "column": "who"})

    assert [step.columns for step in plan_result.views["tree"]] == [("x",), ("day",)]
    assert plan_result.split.holdout == 0.2


def test_few_groups_give_fewer_folds_and_no_holdout(plan, dataset, column, target):
    table = dataset(column("x"), column("who", "category", n_unique=4), target([0, 1]))

    split = plan(table, cv={"type": "grouped", "column": "who"}).split

    assert (split.folds, split.holdout) == (4, 0.0)


@pytest.mark.parametrize(
    ("asked", "what", "fix"),
    [
        (
            {"type": "grouped"},
            "A grouped split needs a column.",
            "Use --group COLUMN, or set cv.column.",
        ),
        (
            {"type": "kfold", "column": "who"},
            "A kfold split doesn't use a column.",
            "Set cv.type to grouped or time, or remove cv.column.",
        ),
        (
            {"type": "time", "column": "who"},
            "The column 'who' doesn't contain times.",
            "Choose a column with dates or numbers, or set its type in features.kinds.",
        ),
        (
            {"column": "whoo"},
            "The data has no column 'whoo', which is set in cv.column.",
            "Use 'who'.",
        ),
        (
            {"column": "y"},
            "Can't split the rows by the target 'y'.",
            "Use another column in cv.column, or remove it.",
        ),
    ],
)
def test_a_split_that_cannot_be_made_is_refused(plan, table, asked, what, fix):
    with pytest.raises(PlanError) as refused:
        plan(table(), cv=asked)

    assert (refused.value.what, refused.value.fix) == (what, fix)


def test_a_stratified_regression_is_refused(plan, table, column):
    with pytest.raises(PlanError) as refused:
        plan(table(y=column("y")), cv={"type": "stratified"})

    assert refused.value.fix == "Set cv.type to kfold."


def test_fewer_rows_than_folds_are_refused(plan, table):
    with pytest.raises(TooFewRows) as refused:
        plan(table(8), cv={"folds": 10})

    assert (refused.value.what, refused.value.why, refused.value.fix) == (
        "Can't make 10 folds.",
        "There are 8 rows, of which 8 can be split into folds.",
        "Use --folds 8.",
    )


def test_a_single_group_is_refused(plan, dataset, column, target):
    table = dataset(column("x"), column("who", "category", n_unique=1), target([0, 1]))
    with pytest.raises(TooFewRows) as refused:
        plan(table, cv={"type": "grouped", "column": "who"})

    assert refused.value.what == "There are too few groups for cross-validation."


def test_a_holdout_of_single_rows_is_refused(plan, table):
    with pytest.raises(TooFewRows) as refused:
        plan(table(30), cv={"holdout": 0.1})

    assert refused.value.fix == "Use --holdout 0, or a larger fraction."


def test_the_holdout_can_be_turned_off(plan, table):
    assert plan(table(), cv={"holdout": 0}).split.holdout == 0.0
