"""The feature steps of the views, and that they can be fitted."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.data import profile
from automl_magic.recipe.table import select_columns
from automl_magic.recipe.view import fit_view
from automl_magic.records import Finding, Severity, StepSpec, TaskKind
from automl_magic.records.plans.experiment import FeatureSelection
from automl_magic.tasks.tabular.features import excluded_columns, views
from tests.planning.conftest import a_column, a_dataset


def a_table(n_rows=300, *, findings=(), y=None, kinds=None, **columns):
    """Profile a table of columns that are described by their kind, or by the value of a row."""
    described = [
        a_column(name, value=column) if callable(column) else a_column(name, **column)
        for name, column in columns.items()
    ]
    table = a_dataset(*described, y or a_column("y", "boolean"), n_rows=n_rows, findings=findings)
    return table.profile("y", kinds or {})


def decimal_comma(i):
    return f"{1 + i % 9}.{i % 10}00,{i % 7}"


def day_first(i):
    return f"{1 + i % 28:02d}/0{1 + i % 9}/2024"


NUMBER = {"kind": "number"}
DATE = {"kind": "date", "n_unique": 200}


def test_columns_read_by_different_rules_get_steps_of_their_own():
    table = a_table(a=NUMBER, b=decimal_comma, c=NUMBER, d=day_first, e=DATE)

    assert views(table, "y", ())["tree"] == (
        StepSpec(kind="number", columns=("a", "c")),
        StepSpec(
            kind="number", columns=("b",), params={"parse": {"decimal": ",", "thousands": "."}}
        ),
        StepSpec(kind="date", columns=("d",), params={"date_format": "%d/%m/%Y"}),
        StepSpec(kind="date", columns=("e",)),
        StepSpec(kind="elapsed", columns=("d", "e"), params={"date_formats": {"d": "%d/%m/%Y"}}),
    )


@pytest.mark.parametrize(
    ("n_unique", "tree", "dense"),
    [
        (20, "category", "one_hot"),
        (80, "category", "target_mean"),
        (900, "target_mean", "target_mean"),
    ],
)
def test_a_category_of_many_levels_becomes_a_mean_of_the_target(n_unique, tree, dense):
    table = a_table(20 * n_unique, c={"kind": "category", "n_unique": n_unique})
    steps_by_view = views(table, "y", ())

    assert (steps_by_view["tree"][0].kind, steps_by_view["dense"][0].kind) == (tree, dense)


def test_booleans_of_different_words_get_steps_of_their_own():
    table = a_table(
        a=lambda i: "yes" if i % 3 else "no",
        b=lambda i: float(i % 2),
        c={"kind": "boolean"},
        d=lambda i: [True, False, None][i % 3],
    )

    assert [(step.kind, step.columns, step.params) for step in views(table, "y", ())["tree"]] == [
        ("boolean", ("a",), {"true": "yes", "false": "no"}),
        ("boolean", ("b",), {"true": "1", "false": "0"}),
        ("boolean", ("c", "d"), {"true": "True", "false": "False"}),
    ]


@pytest.mark.parametrize("values", [[True, False], [True, None, False], [0, 1], ["No", "Yes"]])
def test_a_boolean_is_one_feature_of_0_and_1_however_it_is_stored(values):
    table = a_table(flag=lambda i: values[i % len(values)])
    arrays = select_columns(pd.DataFrame({"flag": values * 2}), ["flag"])
    y = np.arange(2 * len(values)) % 2

    view, matrix = fit_view(views(table, "y", ())["tree"], arrays, y, TaskKind("binary"), 2)

    assert (view.names, view.categorical) == (("flag",), ())
    expected = [np.nan if v is None else float(v in (True, "Yes")) for v in values * 2]
    np.testing.assert_array_equal(matrix[:, 0], expected)


def test_what_no_model_sees_has_a_reason():
    finding = Finding(
        code="AM005",
        severity=Severity.WARNING,
        title="Equal.",
        detail="b repeats a.",
        fix="Drop it.",
        drop=("b",),
    )
    table = a_table(
        findings=(finding,),
        a=NUMBER,
        b={"kind": "number", "n_unique": 60},
        i={"kind": "id"},
        k={"kind": "constant"},
        x={"kind": "number", "n_unique": 70},
    )

    reasons = {name: one.why for name, one in excluded_columns(table, "y", ["x"]).items()}

    assert reasons == {
        "b": "AM005: b repeats a.",
        "i": "300 distinct labels in 300 non-empty rows. It's excluded: each row has its own "
        "value, so a model could only memorize it.",
        "k": "All rows have the same value. It's excluded: it has only one value, so it can't "
        "distinguish rows.",
        "x": "You excluded it.",
    }
    assert "b" not in excluded_columns(table, "y", keep=["b"])


def kinds(steps):
    return [step.kind for step in steps]


def test_a_rich_view_is_there_only_where_columns_can_be_put_together():
    numbers = {"a": NUMBER, "b": NUMBER}
    labels = {"c": {"kind": "category", "n_unique": 20}, "d": {"kind": "boolean"}}

    assert list(views(a_table(a=NUMBER), "y", ())) == ["tree", "dense"]
    assert list(views(a_table(c=labels["c"]), "y", ())) == ["tree", "dense"]
    for columns, expected in (
        (numbers, ["interaction"]),
        (labels, ["cross"]),
        ({"a": NUMBER, "c": labels["c"]}, ["group"]),
        (numbers | labels, ["interaction", "cross", "group"]),
    ):
        steps_by_view = views(a_table(**columns), "y", ())
        n_steps = len(steps_by_view["tree"])
        assert steps_by_view["rich"][:n_steps] == steps_by_view["tree"]
        assert kinds(steps_by_view["rich"][n_steps:]) == expected


def test_gaps_in_two_columns_make_a_pattern():
    few = {"kind": "category", "n_unique": 20}
    gaps = {**few, "n_missing": 3}
    steps_by_view = views(a_table(a=gaps, b=gaps, c=few), "y", ())

    assert StepSpec(kind="missing", columns=("a", "b")) in steps_by_view["rich"]
    assert "missing" not in kinds(views(a_table(a=gaps), "y", ())["tree"])


def test_pairs_of_numbers_keep_the_rule_by_which_each_is_read():
    rule = {"decimal": ",", "thousands": "."}
    table = a_table(a=NUMBER, b=decimal_comma, c={"kind": "category", "n_unique": 20})

    assert views(table, "y", ())["rich"][-2:] == (
        StepSpec(kind="interaction", columns=("a", "b"), params={"parse": {"b": rule}}),
        StepSpec(kind="group", columns=("c", "a", "b"), params={"by": ["c"], "parse": {"b": rule}}),
    )


def test_two_dates_have_time_between_them_in_every_view():
    steps_by_view = views(a_table(sent=DATE, paid=DATE), "y", ())

    assert steps_by_view["tree"][-1] == StepSpec(kind="elapsed", columns=("sent", "paid"))
    assert steps_by_view["dense"][-1].params == {"fill": "median", "scale": True}


def test_words_are_weighed_by_the_target_unless_it_has_too_many_classes():
    text = {"kind": "text", "n_unique": 250}
    few = views(a_table(t=text), "y", ())
    many = views(a_table(t=text, y=a_column("y", "category", n_unique=40)), "y", ())
    number = views(a_table(t=text, y=a_column("y", "number", n_unique=250)), "y", ())

    assert few["tree"][0].params["forecast"] is number["tree"][0].params["forecast"] is True
    assert few["rich"][-1].params["analyzer"] == "char_wb"
    assert many["tree"][0].params["forecast"] is False
    assert "rich" not in many


@pytest.mark.parametrize(("n_rows", "topics"), [(300, 0), (4_000, 10), (100_000, 32)])
def test_a_text_has_the_topics_that_its_rows_can_fill(n_rows, topics):
    texts = {"t": {"kind": "text", "n_unique": 250}, "n": NUMBER}

    told = views(a_table(n_rows, **texts), "y", ())
    assert told["tree"][0].params["components"] == topics
    assert told["rich"][-1].params["components"] == min(8, topics)
    untold = views(a_table(**texts, y=a_column("y", "category", n_unique=40)), "y", ())
    assert untold["tree"][0].params["components"] == 16


def test_levels_that_are_too_many_for_a_byte_are_coded_in_a_view_of_their_own():
    street = {"kind": "high_cardinality", "n_unique": 900}
    colour = {"kind": "category", "n_unique": 400}
    few = {"kind": "category", "n_unique": 4}

    table = a_table(4_000, street=street, colour=colour, few=few, kinds={"colour": "category"})
    steps_by_view = views(table, "y", ())
    assert steps_by_view["levels"][:-1] == steps_by_view["tree"]
    assert steps_by_view["levels"][-1] == StepSpec(kind="category", columns=("street", "colour"))
    assert "levels" not in views(a_table(few=few), "y", ())


def test_many_outputs_are_selected():
    many = {f"x{i}": {"kind": "number", "n_unique": 30 + i} for i in range(120)}
    labels = {f"c{i}": {"kind": "category", "n_unique": 48 + i} for i in range(3)}
    wide = a_table(1_200, **many, **labels)

    steps_by_view = views(wide, "y", ())
    assert [steps[-1].kind for steps in steps_by_view.values()] == ["category", "select", "group"]
    assert "select" not in kinds(views(wide, "y", (), select=FeatureSelection.NONE)["dense"])
    boruta = views(wide, "y", (), select=FeatureSelection.BORUTA)
    assert {steps[-1].params["method"] for steps in boruta.values()} == {"boruta"}


def test_asked_for_mutual_information_keeps_the_better_half():
    narrow = a_table(**{f"x{i}": {"kind": "number", "n_unique": 50 + i} for i in range(9)})

    steps_by_view = views(narrow, "y", (), select=FeatureSelection.MUTUAL_INFORMATION)

    assert steps_by_view["tree"][-1].params == {"method": "mutual_information", "most": 5}
    assert "select" not in kinds(views(narrow, "y", ())["tree"])


def test_every_view_can_be_fitted_and_the_dense_one_has_no_gaps():
    n = 60
    frame = pd.DataFrame(
        {
            "n": [float(i) if i % 7 else None for i in range(n)],
            "h": [f"{1 + i % 8}.234,5" if i % 5 else None for i in range(n)],
            "b": ["yes" if i % 2 else "no" for i in range(n)],
            "c": ["u", "v", None] * 20,
            "s": [f"street {i % 30}" for i in range(n)],
            "d": pd.to_datetime(["2020-01-01", None, "2021-05-05"] * 20),
            "e": ["02.01.2020", "05.05.2021", None] * 20,
            "t": ["some words here", "other words there", "nothing at all"] * 20,
        }
    )
    y = np.arange(n) % 2
    table = profile(
        frame.assign(y=y), name="t", source="t.csv", read={}, target="y", kinds={"t": "text"}
    )

    made = views(table, "y", ())
    arrays = select_columns(frame, list(frame.columns))

    dense_view, dense = fit_view(made["dense"], arrays, y, TaskKind("binary"), 2)
    tree_view, tree = fit_view(made["tree"], arrays, y, TaskKind("binary"), 2)

    assert np.isfinite(dense).all()
    assert np.isnan(tree).any()
    assert np.isfinite(dense_view.transform(arrays)).all()
    assert [tree_view.names[i] for i in tree_view.categorical] == ["c"]
    rich_view, rich = fit_view(made["rich"], arrays, y, TaskKind("binary"), 2)
    assert rich.shape[1] == len(rich_view.names) > len(tree_view.names)
