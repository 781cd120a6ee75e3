"""A small store of known tables, in which what is worth something depends on the size."""

import math

import pytest

from automl_magic.learn import meta
from automl_magic.records import TaskKind


def described_as(kind="binary", **values):
    usual = {"rows": 3.0, "columns": 1.0, "rows_per_column": 2.0, **values}
    return meta.MetaFeatures(
        TaskKind(kind), tuple(float(usual.get(name, 0.0)) for name in meta.FEATURES)
    )


def entry_of(losses, seconds=None, pairs=None, name="", kind="binary", weights=None, **values):
    seconds = seconds or {}
    return meta.KnownDataset(
        described_as(kind, **values),
        {
            candidate: meta.CandidateResult(
                loss, seconds.get(candidate, 1.0), (weights or {}).get(candidate, 0.0)
            )
            for candidate, loss in losses.items()
        },
        {frozenset(pair): loss for pair, loss in (pairs or {}).items()},
        name,
    )


@pytest.fixture
def describe_as():
    return described_as


@pytest.fixture
def make_entry():
    return entry_of


@pytest.fixture
def store():
    """Small tables like catboost, large ones lightgbm; a forest is slow and worth nothing."""
    seconds = {"linear": 0.1, "catboost": 2.0, "lightgbm": 1.0, "forest": 4.0}
    small = {"linear": 0.4, "catboost": 0.0, "lightgbm": 0.3, "forest": 0.35}
    large = {"linear": 0.4, "catboost": 0.3, "lightgbm": 0.0, "forest": 0.35}
    return meta.MetaStore(
        tuple(
            entry_of(
                small if i % 2 else large,
                seconds,
                name=f"{'small' if i % 2 else 'large'}-{i}",
                rows=(2.5 if i % 2 else 5.0) + 0.1 * math.sin(i),
                line=0.3 + 0.1 * math.cos(i),
            )
            for i in range(12)
        )
    )
