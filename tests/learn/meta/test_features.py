"""A table becomes a few numbers, the same ones each time, and quickly."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from automl_magic.learn import meta
from automl_magic.records import StepSpec, TaskKind

BINARY, MULTICLASS, REGRESSION = TaskKind("binary"), TaskKind("multiclass"), TaskKind("regression")
RANDOM = np.random.default_rng(0)


def described(X, y, kind, **counts):
    return meta.compute_meta_features(X, y, kind, meta.TableCounts(*X.shape, **counts))


def step(kind, *columns):
    return StepSpec(kind=kind, columns=columns, params={})


@pytest.fixture
def band():
    X = RANDOM.normal(size=(900, 4))
    return X, (np.abs(X[:, 0]) < 0.67).astype(int)


def test_what_is_counted_is_what_the_views_read():
    table = {
        "age": np.array([1.0, np.nan, 3.0, 4.0]),
        "city": np.array(["a", "b", None, "b"], dtype=object),
        "shop": np.array(["x", "y", "z", "x"], dtype=object),
        "note": np.array(["a b", "c d", "e f", "g"], dtype=object),
        "unused": np.array([None] * 4, dtype=object),
    }
    views = {
        "tree": [step("number", "age"), step("category", "city"), step("target_mean", "shop")],
        "dense": [step("one_hot", "city"), step("text", "note")],
    }
    found = meta.count_table(table, views, n_rows=4_000)
    assert found == meta.TableCounts(4_000, 4, 2, 3, missing=2 / 16, text=True, date=False)


def test_every_feature_is_a_finite_number():
    iris = load_iris()
    found = described(iris.data, iris.target, MULTICLASS, categories=1, levels=9, text=True)
    assert len(found.values) == len(meta.FEATURES)
    assert np.isfinite(found.values).all()
    assert found["classes"] == pytest.approx(np.log2(3), abs=1e-3)
    assert found["rarest"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["levels"] == 1.0
    assert found["text"] == 1.0


def test_the_same_arrays_give_the_same_numbers(band):
    assert described(*band, BINARY) == described(band[0].copy(), band[1].copy(), BINARY)


def test_a_line_is_seen_as_a_line():
    diabetes = load_diabetes()
    found = described(diabetes.data * 20, diabetes.target, REGRESSION)
    assert found["line"] > 0.3
    assert found["tree_over_line"] < 0


def test_what_only_a_tree_can_split_is_seen(band):
    found = described(*band, BINARY)
    assert found["tree"] > 0.7
    assert found["stump"] < 0.6
    assert found["line"] < 0.2
    assert found["tree_over_line"] > 0.5


def test_pure_noise_has_no_landmark():
    X = RANDOM.normal(size=(1_500, 5))
    targets = (
        (RANDOM.normal(size=1_500), REGRESSION),
        (RANDOM.integers(3, size=1_500), MULTICLASS),
    )
    for y, kind in targets:
        assert described(X, y, kind)["noise"] > 0.9


def test_the_scale_of_a_target_tells_nothing():
    X = RANDOM.normal(size=(500, 3))
    y = X[:, 0] + 0.1 * RANDOM.normal(size=500)
    assert described(X, y, REGRESSION) == described(X, y * 1e6, REGRESSION)


def test_a_long_tail_is_seen():
    X = RANDOM.normal(size=(500, 3))
    assert described(X, np.exp(2 * X[:, 0]), REGRESSION)["skew"] > 0.2
    assert described(X, X[:, 0], REGRESSION)["skew"] < 0.1


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (np.zeros(30), REGRESSION),
        (np.arange(30.0), REGRESSION),
        (np.zeros(30, dtype=int), BINARY),
        (np.arange(30) % 15, MULTICLASS),
        (np.r_[np.zeros(29, dtype=int), 1], BINARY),
    ],
    ids=["constant", "straight", "one class", "two rows a class", "one positive"],
)
def test_odd_targets_are_described_too(y, kind):
    X = np.c_[np.arange(30.0), np.zeros(30)]
    assert np.isfinite(described(X, y, kind).values).all()


def test_a_table_without_columns_is_described_too():
    assert np.isfinite(described(np.empty((20, 0)), np.arange(20.0), REGRESSION).values).all()


def test_ordered_rows_are_sampled_from_first_to_last():
    rows = meta.sample_rows(50_000)
    assert len(rows) == 2_000
    assert (rows[0], rows[-1]) == (0, 49_999)
    assert np.diff(rows).max() <= 26
    assert meta.sample_rows(5).tolist() == [0, 1, 2, 3, 4]
