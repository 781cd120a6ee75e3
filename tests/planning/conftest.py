"""Small tables, described by the kinds of their columns and profiled as `plan` profiles them."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pytest

from automl_magic.data import profile
from automl_magic.planning import make_plan
from automl_magic.recipe import select_columns
from automl_magic.records import Dataset, ExperimentSpec

# A table that should have more rows than this is profiled with fewer.
MAX_ROWS = 10_000
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove")


def _sentence(level):
    return " ".join(WORDS[(level // 7**position) % 7] for position in range(6))


# The value of each level, by kind.
LEVELS = {
    "number": lambda level: level + 0.5,
    "boolean": lambda level: level % 2 == 0,
    "category": lambda level: f"level {level}",
    "high_cardinality": lambda level: f"street {level}",
    "date": lambda level: pd.Timestamp("2020-01-01") + pd.Timedelta(days=level),
    "text": _sentence,
    "id": lambda level: f"key-{level}",
    "constant": lambda level: 7,
}


@dataclass(frozen=True)
class Described:
    """A column: its values by row, and how many of the first rows miss one."""

    name: str
    value: Callable[[int], object]
    n_missing: int = 0

    def series(self, n_rows):
        values = [self.value(row) if row >= self.n_missing else None for row in range(n_rows)]
        return pd.Series(values, name=self.name)


@dataclass(frozen=True)
class Table:
    """Columns, profiled when the target is known."""

    columns: tuple[Described, ...]
    n_rows: int
    findings: tuple = ()

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        n_rows = min(self.n_rows, MAX_ROWS)
        return pd.DataFrame({column.name: column.series(n_rows) for column in self.columns})

    def read(self, names):
        return select_columns(self.frame, names)

    def profile(self, target: str, kinds: Mapping[str, str]) -> Dataset:
        frame = self.frame
        dataset = profile(
            frame,
            name="table",
            source="table.csv",
            read={"format": "csv", "options": {}},
            target=target,
            kinds={name: kind for name, kind in kinds.items() if name in frame and kind in LEVELS},
        )
        return dataclasses.replace(
            dataset, n_rows=self.n_rows, findings=(*dataset.findings, *self.findings)
        )


def a_column(name, kind="number", *, n_unique=None, n_missing=0, ordered=False, value=None):
    """Describe a column. Its levels take turns, or are `value` of the row."""
    n_unique = n_unique or {"boolean": 2, "constant": 1, "id": MAX_ROWS}.get(kind, 50)
    # A prime step, so that the order isn't that of the rows.
    step = 1 if ordered else 7_919
    return Described(name, value or (lambda i: LEVELS[kind](i * step % n_unique)), n_missing)


def a_target(classes, shares=None, *, name="y", n_missing=0):
    """Describe a target. The classes take turns, each `shares` times."""
    shares = shares or [1] * len(classes)
    turns = [label for label, n in zip(classes, shares, strict=True) for _ in range(n)]
    return Described(name, lambda i: turns[i % len(turns)], n_missing)


def a_dataset(*columns, n_rows=1_000, findings=()):
    return Table(columns, n_rows, findings)


def a_plan(dataset, *, n_cores=2, memory_bytes=8 * 10**9, **asked):
    document = {"data": "table.csv", "target": "y", **asked}
    experiment = ExperimentSpec.from_json(document)
    profiled = dataset.profile(experiment.target, experiment.features.kinds)
    return make_plan(experiment, profiled, dataset.read, n_cores=n_cores, memory_bytes=memory_bytes)


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
        column("paid", value=lambda i: f"€ {1 + i % 9}.{i % 10}50,{i % 7}"),
        column("active", "boolean"),
        column("street", "high_cardinality", n_unique=400),
        column("number", "id"),
        target(["no", "yes"], [9, 1], name="churn"),
    )
