"""The feature steps of the views, and that they can be fitted."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.recipe.table import table_of
from automl_magic.recipe.view import fit_view
from automl_magic.records import Column, ColumnKind, Dataset, Finding, Severity, StepSpec, TaskKind
from automl_magic.tasks.tabular.features import left_out, views


def a_column(name, kind, *, stored_as="text", n_unique=20, parse=None, summary=None):
    return Column(
        name=name,
        kind=ColumnKind(kind),
        stored_as=stored_as,
        reason="As it looks.",
        n_missing=0,
        n_unique=n_unique,
        parse=parse or {},
        summary=summary or {},
    )


def a_dataset(*columns, findings=(), n_rows=60):
    return Dataset(
        name="t",
        source="t.csv",
        read={},
        fingerprint="sha256:0",
        n_rows=n_rows,
        memory_bytes=1,
        columns=(*columns, a_column("y", "boolean")),
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
    found = views(a_dataset(a_column("c", "category", n_unique=n_unique)), "y", ())

    assert (found["tree"][0].kind, found["dense"][0].kind) == (tree, dense)


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
    found = Finding(
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
        findings=(found,),
    )

    reasons = {name: one.why for name, one in left_out(table, "y", ["x"]).items()}

    assert reasons == {
        "b": "AM005: b repeats a.",
        "i": "As it looks. It is left out: each row has its own value, so it can only be learnt "
        "by heart.",
        "k": "As it looks. It is left out: it has one value, so it tells no two rows apart.",
        "x": "It was asked to be left out.",
    }
    assert "b" not in left_out(table, "y", keep=["b"])


def test_both_views_can_be_fitted_and_the_dense_one_has_no_gaps():
    n = 60
    frame = pd.DataFrame(
        {
            "n": [float(i) if i % 7 else None for i in range(n)],
            "h": ["1.234,5" if i % 5 else None for i in range(n)],
            "b": ["yes" if i % 2 else "no" for i in range(n)],
            "c": ["u", "v", None] * 20,
            "s": [f"street {i % 30}" for i in range(n)],
            "d": pd.to_datetime(["2020-01-01", None, "2021-05-05"] * 20),
            "t": ["some words here", "other words there", "nothing at all"] * 20,
        }
    )
    table = a_dataset(
        a_column("n", "number", stored_as="number"),
        a_column("h", "number", parse={"decimal": ",", "thousands": "."}),
        a_column("b", "boolean", n_unique=2, summary={"true": "yes", "false": "no"}),
        a_column("c", "category", n_unique=2),
        a_column("s", "high_cardinality", n_unique=30),
        a_column("d", "date", stored_as="date"),
        a_column("t", "text"),
    )
    y = np.arange(n) % 2

    made = views(table, "y", ())
    arrays = table_of(frame, list(frame.columns))

    dense_view, dense = fit_view(made["dense"], arrays, y, TaskKind.BINARY, 2)
    tree_view, tree = fit_view(made["tree"], arrays, y, TaskKind.BINARY, 2)

    assert np.isfinite(dense).all()
    assert np.isnan(tree).any()
    assert np.isfinite(dense_view.transform(arrays)).all()
    assert [tree_view.names[i] for i in tree_view.categorical] == ["c"]
