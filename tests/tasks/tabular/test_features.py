"""The feature steps of the views, and that they can be fitted."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe.table import select_columns
from automl_magic.recipe.view import fit_view
from automl_magic.records import Column, ColumnKind, Dataset, Finding, Severity, StepSpec, TaskKind
from automl_magic.records.plans.experiment import FeatureSelection
from automl_magic.tasks.tabular.features import excluded_columns, views


def a_column(name, kind, *, stored_as="text", n_unique=20, n_missing=0, parse=None, summary=None):
    return Column(
        name=name,
        kind=ColumnKind(kind),
        stored_as=stored_as,
        reason="As it looks.",
        n_missing=n_missing,
        n_unique=n_unique,
        parse=parse or {},
        summary=summary or {},
    )


def a_dataset(*columns, findings=(), n_rows=60, target=None):
    return Dataset(
        name="t",
        source="t.csv",
        read={},
        fingerprint="sha256:0",
        n_rows=n_rows,
        memory_bytes=1,
        columns=(*columns, target or a_column("y", "boolean", n_unique=2)),
        findings=findings,
    )


def test_columns_read_by_different_rules_get_steps_of_their_own():
    table = a_dataset(
        a_column("a", "number", stored_as="number"),
        a_column("b", "number", parse={"decimal": ",", "thousands": "."}),
        a_column("c", "number", stored_as="number"),
        a_column("d", "date", parse={"date_format": "%d/%m/%Y"}),
        a_column("e", "date", stored_as="date"),
    )

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
    steps_by_view = views(a_dataset(a_column("c", "category", n_unique=n_unique)), "y", ())

    assert (steps_by_view["tree"][0].kind, steps_by_view["dense"][0].kind) == (tree, dense)


def test_booleans_of_different_words_get_steps_of_their_own():
    table = a_dataset(
        a_column("a", "boolean", summary={"true": "yes", "false": "no"}),
        a_column("b", "boolean", summary={"true": 1.0, "false": 0.0}),
    )

    assert [step.params for step in views(table, "y", ())["tree"]] == [
        {"true": "yes", "false": "no"},
        {"true": "1", "false": "0"},
    ]


def test_what_no_model_sees_has_a_reason():
    finding = Finding(
        code="AM005",
        severity=Severity.WARNING,
        title="Equal.",
        detail="b repeats a.",
        fix="Drop it.",
        drop=("b",),
    )
    table = a_dataset(
        a_column("a", "number"),
        a_column("b", "number"),
        a_column("i", "id"),
        a_column("k", "constant"),
        a_column("x", "number"),
        findings=(finding,),
    )

    reasons = {name: one.why for name, one in excluded_columns(table, "y", ["x"]).items()}

    assert reasons == {
        "b": "AM005: b repeats a.",
        "i": "As it looks. It's excluded: each row has its own value, so a model could "
        "only memorize it.",
        "k": "As it looks. It's excluded: it has only one value, so it can't distinguish rows.",
        "x": "You excluded it.",
    }
    assert "b" not in excluded_columns(table, "y", keep=["b"])


def kinds(steps):
    return [step.kind for step in steps]


def test_a_rich_view_is_there_only_where_columns_can_be_put_together():
    numbers = [a_column(name, "number", stored_as="number") for name in "ab"]
    labels = [a_column("c", "category"), a_column("d", "boolean", n_unique=2)]

    assert list(views(a_dataset(numbers[0]), "y", ())) == ["tree", "dense"]
    assert list(views(a_dataset(labels[0]), "y", ())) == ["tree", "dense"]
    for columns, expected in (
        (numbers, ["interaction"]),
        (labels, ["cross"]),
        ([numbers[0], labels[0]], ["group"]),
        ([*numbers, *labels], ["interaction", "cross", "group"]),
    ):
        steps_by_view = views(a_dataset(*columns), "y", ())
        n_steps = len(steps_by_view["tree"])
        assert steps_by_view["rich"][:n_steps] == steps_by_view["tree"]
        assert kinds(steps_by_view["rich"][n_steps:]) == expected


def test_gaps_in_two_columns_make_a_pattern():
    gaps = [a_column(name, "category", n_missing=3) for name in "ab"]
    steps_by_view = views(a_dataset(*gaps, a_column("c", "category")), "y", ())

    assert StepSpec(kind="missing", columns=("a", "b")) in steps_by_view["rich"]
    assert "missing" not in kinds(views(a_dataset(gaps[0]), "y", ())["tree"])


def test_pairs_of_numbers_keep_the_rule_by_which_each_is_read():
    rule = {"decimal": ",", "thousands": "."}
    table = a_dataset(
        a_column("a", "number", stored_as="number"),
        a_column("b", "number", parse=rule),
        a_column("c", "category"),
    )

    assert views(table, "y", ())["rich"][-2:] == (
        StepSpec(kind="interaction", columns=("a", "b"), params={"parse": {"b": rule}}),
        StepSpec(kind="group", columns=("c", "a", "b"), params={"by": ["c"], "parse": {"b": rule}}),
    )


def test_two_dates_have_time_between_them_in_every_view():
    table = a_dataset(*(a_column(name, "date", stored_as="date") for name in ("sent", "paid")))
    steps_by_view = views(table, "y", ())

    assert steps_by_view["tree"][-1] == StepSpec(kind="elapsed", columns=("sent", "paid"))
    assert steps_by_view["dense"][-1].params == {"fill": "median", "scale": True}


def test_words_are_weighed_by_the_target_unless_it_has_too_many_classes():
    text = a_column("t", "text")
    few = views(a_dataset(text), "y", ())
    many = views(a_dataset(text, target=a_column("y", "category", n_unique=40)), "y", ())
    number = views(a_dataset(text, target=a_column("y", "number", n_unique=900)), "y", ())

    assert few["tree"][0].params["forecast"] is number["tree"][0].params["forecast"] is True
    assert few["rich"][-1].params["analyzer"] == "char_wb"
    assert many["tree"][0].params["forecast"] is False
    assert "rich" not in many


@pytest.mark.parametrize(("n_rows", "topics"), [(300, 0), (4_000, 10), (100_000, 32)])
def test_a_text_has_the_topics_that_its_rows_can_fill(n_rows, topics):
    texts = [a_column("t", "text"), a_column("n", "number")]

    told = views(a_dataset(*texts, n_rows=n_rows), "y", ())
    assert told["tree"][0].params["components"] == topics
    assert told["rich"][-1].params["components"] == min(8, topics)
    untold = views(
        a_dataset(*texts, n_rows=300, target=a_column("y", "category", n_unique=40)), "y", ()
    )
    assert untold["tree"][0].params["components"] == 16


def test_levels_that_are_too_many_for_a_byte_are_coded_in_a_view_of_their_own():
    street = a_column("street", "high_cardinality", n_unique=900)
    colour = a_column("colour", "category", n_unique=400)
    few = a_column("few", "category", n_unique=4)

    steps_by_view = views(a_dataset(street, colour, few), "y", ())
    assert steps_by_view["levels"][:-1] == steps_by_view["tree"]
    assert steps_by_view["levels"][-1] == StepSpec(kind="category", columns=("street", "colour"))
    assert "levels" not in views(a_dataset(few), "y", ())


def test_many_outputs_are_selected():
    many = [a_column(f"x{i}", "number", stored_as="number") for i in range(120)]
    wide = a_dataset(*many, *(a_column(f"c{i}", "category", n_unique=50) for i in range(3)))

    steps_by_view = views(wide, "y", ())
    assert [steps[-1].kind for steps in steps_by_view.values()] == ["category", "select", "group"]
    assert "select" not in kinds(views(wide, "y", (), select=FeatureSelection.NONE)["dense"])
    boruta = views(wide, "y", (), select=FeatureSelection.BORUTA)
    assert {steps[-1].params["method"] for steps in boruta.values()} == {"boruta"}


def test_asked_for_mutual_information_keeps_the_better_half():
    narrow = a_dataset(*(a_column(f"x{i}", "number", stored_as="number") for i in range(9)))

    steps_by_view = views(narrow, "y", (), select=FeatureSelection.MUTUAL_INFORMATION)

    assert steps_by_view["tree"][-1].params == {"method": "mutual_information", "most": 5}
    assert "select" not in kinds(views(narrow, "y", ())["tree"])


def test_every_view_can_be_fitted_and_the_dense_one_has_no_gaps():
    n = 60
    frame = pd.DataFrame(
        {
            "n": [float(i) if i % 7 else None for i in range(n)],
            "h": ["1.234,5" if i % 5 else None for i in range(n)],
            "b": ["yes" if i % 2 else "no" for i in range(n)],
            "c": ["u", "v", None] * 20,
            "s": [f"street {i % 30}" for i in range(n)],
            "d": pd.to_datetime(["2020-01-01", None, "2021-05-05"] * 20),
            "e": ["02.01.2020", "05.05.2021", None] * 20,
            "t": ["some words here", "other words there", "nothing at all"] * 20,
        }
    )
    table = a_dataset(
        a_column("n", "number", stored_as="number", n_missing=9),
        a_column("h", "number", parse={"decimal": ",", "thousands": "."}, n_missing=12),
        a_column("b", "boolean", n_unique=2, summary={"true": "yes", "false": "no"}),
        a_column("c", "category", n_unique=2),
        a_column("s", "high_cardinality", n_unique=30),
        a_column("d", "date", stored_as="date"),
        a_column("e", "date", parse={"date_format": "%d.%m.%Y"}),
        a_column("t", "text"),
    )
    y = np.arange(n) % 2

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
