"""Small tables, described and without rows: what a profile would say of them."""

import pytest

from automl_magic.planning import make_plan
from automl_magic.records import Column, ColumnKind, Dataset, ExperimentSpec


def a_column(name, kind="number", *, stored_as=None, n_unique=50, n_missing=0, **more):
    stored = {"number": "number", "boolean": "boolean", "date": "date", "id": "number"}
    return Column(
        name=name,
        kind=ColumnKind(kind),
        stored_as=stored_as or stored.get(kind, "text"),
        reason="As it looks.",
        n_missing=n_missing,
        n_unique=n_unique,
        parse=more.get("parse", {}),
        summary=more.get("summary", {}),
    )


def a_target(classes, counts=None, *, name="y", n_missing=0):
    text = isinstance(classes[0], str)
    return a_column(
        name,
        "category" if text else "number",
        n_unique=len(classes),
        n_missing=n_missing,
        summary={"classes": list(classes), "counts": list(counts or [10] * len(classes))},
    )


def a_dataset(*columns, n_rows=1_000, findings=()):
    return Dataset(
        name="table",
        source="table.csv",
        read={"format": "csv", "options": {}},
        fingerprint="sha256:0",
        n_rows=n_rows,
        memory_bytes=n_rows * 8 * len(columns),
        columns=columns,
        findings=findings,
    )


def a_plan(dataset, *, n_cores=2, memory_bytes=8 * 10**9, **asked):
    document = {"data": "table.csv", "target": "y", **asked}
    experiment = ExperimentSpec.from_json(document)
    return make_plan(experiment, dataset, n_cores=n_cores, memory_bytes=memory_bytes)


@pytest.fixture
def column():
    return a_column


@pytest.fixture
def target():
    return a_target


@pytest.fixture
def dataset():
    return a_dataset


@pytest.fixture
def plan():
    return a_plan


@pytest.fixture
def customers(dataset, column, target):
    """A thousand customers; `churn` says who left."""
    return dataset(
        column("age"),
        column("city", "category", n_unique=12),
        column("since", "date", n_unique=800),
        column("note", "text", n_unique=990),
        column("paid", stored_as="text", parse={"decimal": ",", "thousands": ".", "strip": "€"}),
        column("active", "boolean", n_unique=2, summary={"true": True, "false": False}),
        column("street", "high_cardinality", n_unique=400),
        column("number", "id", n_unique=1_000),
        target(["no", "yes"], [900, 100], name="churn"),
    )
