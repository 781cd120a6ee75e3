"""Trees that were read from a library answer as the library does, at their very splits too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from automl_magic.recipe import member
from automl_magic.records import TaskKind
from automl_magic.records.families import kinds
from automl_magic_serving.runtime.compiled import trees as reading
from automl_magic_serving.runtime.compiled.onnx_graph import OnnxGraph
from automl_magic_serving.runtime.compiled.parity import max_difference, rows_at_splits
from automl_magic_serving.runtime.compiled.readers import read_trees
from automl_magic_serving.runtime.compiled.trees import CannotCompile

BOOSTERS = ("lightgbm", "xgboost", "catboost")
FORESTS = ("extra_trees", "random_forest")
CLASSES = {TaskKind("binary"): 2, TaskKind("multiclass"): 3, TaskKind("regression"): 0}
WIDTH = 5


def table(with_gaps):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, WIDTH))
    X[:, 0], X[:, 1] = rng.integers(0, 40, 400), rng.integers(0, 5, 400)
    signal = np.sin(X[:, 0]) + X[:, 2] * X[:, 3] + (X[:, 1] > 2)
    if with_gaps:
        X[rng.random(X.shape) < 0.1] = np.nan
    return X, signal


def target(signal, task):
    if task is TaskKind("binary"):
        return (signal > 0.5).astype(int)
    return np.digitize(signal, [0.0, 1.0]) if task is TaskKind("multiclass") else 1_000 * signal


def fitted(name, task, categorical=(), params=None, rounds=12):
    X, signal = table(name in BOOSTERS)
    kind = member(name)
    model = kind.fit(
        params or ({"n_estimators": 8} if name in FORESTS else {}),
        X,
        target(signal, task),
        task=task,
        n_classes=CLASSES[task],
        categorical=categorical,
        n_iterations=rounds if name in BOOSTERS else None,
    )
    # As the server has it: read from the bytes that were kept.
    return kind, kind.from_bytes(kind.to_bytes(model), task, CLASSES[task], categorical), X


def apart(kind, model, trees, matrix):
    graph = OnnxGraph([(trees, 0)], WIDTH)
    (part,) = graph.outputs
    own = kind.predict(model, matrix)
    of_values = model.task is TaskKind("regression")
    one_by_one = [part.predict_row(graph.row_sums(row)) for row in matrix.tolist()]
    return max(
        max_difference(part.predict(graph.sums(matrix)), own, of_values=of_values),
        max_difference(one_by_one, own, of_values=of_values),
    )


@pytest.mark.parametrize("task", kinds())
@pytest.mark.parametrize(
    ("name", "categorical"),
    [*((name, ()) for name in (*BOOSTERS, *FORESTS)), ("lightgbm", (0, 1)), ("xgboost", (0, 1))],
)
def test_trees_answer_as_their_library_does(name, categorical, task):
    kind, model, X = fitted(name, task, categorical)
    trees = read_trees(member(name), model)
    assert apart(kind, model, trees, X) <= 1e-6
    gaps = name in BOOSTERS
    assert apart(kind, model, trees, rows_at_splits(X, [trees], with_gaps=gaps)) <= 1e-6


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_codes_that_no_level_has_go_where_the_library_sends_them(name):
    kind, model, X = fitted(name, TaskKind("binary"), (0, 1))
    X[:, 0] = np.resize([np.nan, 40.0, 77.0, 1_000.0, 0.0], len(X))
    assert apart(kind, model, read_trees(member(name), model), X) <= 1e-6


numbers = (
    st.floats(width=32, allow_infinity=False)
    | st.floats(-1e30, 1e30, allow_subnormal=True)
    | st.sampled_from([0.0, -0.0, 1e-35, -1e-35, 1.0000000180025095e-35, 3.4e38, float("nan")])
)


@pytest.fixture(scope="module", params=BOOSTERS)
def booster(request):
    kind, model, _ = fitted(request.param, TaskKind("regression"))
    trees = read_trees(member(request.param), model)
    return kind, model, OnnxGraph([(trees, 0)], WIDTH)


@given(matrix=arrays(np.float64, (8, WIDTH), elements=numbers))
@settings(max_examples=60, deadline=None)
def test_any_numbers_go_where_the_library_sends_them(booster, matrix):
    kind, model, graph = booster
    result = graph.outputs[0].predict(graph.sums(matrix))
    assert max_difference(result, kind.predict(model, matrix), of_values=True) <= 1e-6


def test_models_that_read_numbers_alike_share_a_graph():
    one = fitted("xgboost", TaskKind("multiclass"))
    other = fitted("catboost", TaskKind("binary"))
    matrix = np.hstack([one[2], other[2][::-1]])
    both = OnnxGraph(
        [
            (read_trees(member("xgboost"), one[1]), 0),
            (read_trees(member("catboost"), other[1]), WIDTH),
        ],
        2 * WIDTH,
    )
    sums = both.sums(matrix)
    for (kind, model, _), part, columns in (
        (one, both.outputs[0], slice(0, WIDTH)),
        (other, both.outputs[1], slice(WIDTH, None)),
    ):
        own = kind.predict(model, matrix[:, columns])
        assert max_difference(part.predict(sums), own, of_values=False) <= 1e-6


REFUSED = {
    "linear": ("linear", {}, (), "has no trees"),
    "dart": ("xgboost", {"booster": "dart"}, (), "its booster is dart"),
    "gblinear": ("xgboost", {"booster": "gblinear"}, (), "its booster is gblinear"),
    "linear leaves": ("lightgbm", {"linear_tree": True}, (), "its leaves have linear models"),
    "zeros as gaps": ("lightgbm", {"zero_as_missing": True}, (), "treats zeros as missing"),
    "a forest of LightGBM": (
        "lightgbm",
        {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5},
        (),
        "it averages its trees",
    ),
    "trees by depth": ("catboost", {"grow_policy": "Depthwise"}, (), "aren't symmetric"),
    "categories": ("catboost", {}, (0,), "category statistics"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_common_form_cannot_say_stays_with_its_library(name):
    estimator, params, categorical, why = REFUSED[name]
    if estimator == "linear":
        X, signal = table(with_gaps=False)
        model = member("linear").fit(
            params, X, target(signal, TaskKind("binary")), task=TaskKind("binary"), n_classes=2
        )
    else:
        _, model, _ = fitted(estimator, TaskKind("regression"), categorical, params, rounds=3)
    with pytest.raises(CannotCompile, match=why):
        read_trees(member(estimator), model)


def test_a_model_of_very_many_nodes_stays_with_its_library(monkeypatch):
    _, model, _ = fitted("extra_trees", TaskKind("binary"))
    monkeypatch.setattr(reading, "MAX_NODES", 100)
    with pytest.raises(CannotCompile, match="more than 100 nodes"):
        read_trees(member("extra_trees"), model)
