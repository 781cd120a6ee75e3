"""A view keeps the outputs that say something, in all three readers."""

import json

import numpy as np
import pytest
from sklearn.feature_selection import mutual_info_classif

from automl_magic.errors import PlanError
from automl_magic.recipe import code_params, fit_view, select_columns
from automl_magic.recipe.steps import code_pieces
from automl_magic.recipe.steps.select import bin_values, boruta_hits, min_hits, mutual_information
from automl_magic.recipe.view import FittedView, separate_selection
from automl_magic.records import StepSpec, TaskKind

TASKS = ("binary", "multiclass", "regression")
STEPS = (
    StepSpec(kind="number", columns=("age", "wind", "gust", "empty"), params={"indicator": True}),
    StepSpec(kind="one_hot", columns=("answer", "level")),
    StepSpec(kind="category", columns=("city", "left")),
    StepSpec(kind="target_mean", columns=("code",)),
)


def selection(**params):
    return StepSpec(kind="select", columns=(), params=params)


@pytest.mark.parametrize(
    ("task", "method"),
    [*((task, "mutual_information") for task in TASKS), ("multiclass", "boruta")],
)
def test_table_row_code_and_state_agree(task, method, train, new, found_together, piece, readers):
    columns = list(dict.fromkeys(name for spec in STEPS for name in spec.columns))
    spec = selection(method=method, most=5 if method == "mutual_information" else None)
    kind, y = TaskKind(task), found_together[task]
    n_classes = {"binary": 2, "multiclass": 3, "regression": 0}[task]
    view, matrix = fit_view([spec, *STEPS], select_columns(train, columns), y, kind, n_classes)
    expected = view.transform(select_columns(new, columns))

    assert view.categorical == (0, 1)
    assert view.names[:2] == ("city", "left")
    whole, full = fit_view(STEPS, select_columns(train, columns), y, kind, n_classes)
    np.testing.assert_array_equal(matrix, full[:, [whole.names.index(name) for name in view.names]])
    if method == "mutual_information":
        assert len(view.names) == 7

    by_row = [view.transform_row(row) for row in new.to_dict("records")]
    np.testing.assert_allclose(by_row, expected, rtol=0, atol=1e-9)

    names = dict(readers)
    for name in code_pieces([one.kind for one in (*separate_selection(STEPS)[0], spec)]):
        piece(f"steps/{name}.py", names)

    def side_by_side(frame):
        return np.hstack(
            [
                names[f"{one.kind}_features"](
                    train, frame, list(one.columns), y, **code_params(one, kind, n_classes)
                )
                for one in separate_selection(STEPS)[0]
            ]
        )

    keywords = code_params(spec, kind, n_classes)
    known = side_by_side(train)
    by_code = names["select_features"](known, side_by_side(new), y, 2, **keywords)
    np.testing.assert_allclose(by_code, expected, rtol=0, atol=1e-9)
    own = names["select_features"](known, known, y, 2, **keywords)
    np.testing.assert_allclose(own, matrix, rtol=0, atol=1e-9)

    document, arrays = view.to_state()
    again = FittedView.from_state(json.loads(json.dumps(document, allow_nan=False)), arrays)
    np.testing.assert_array_equal(again.transform(select_columns(new, columns)), expected)
    assert (again.names, again.categorical) == (view.names, view.categorical)


def a_signal(n=600, n_noise=20):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, n_noise + 3))
    value = X[:, 0] + np.abs(X[:, 1]) + (X[:, 2] > 1)
    X[::11, 0] = np.nan
    return X, value


@pytest.mark.parametrize("task", [TaskKind("binary"), TaskKind("regression")])
def test_what_says_something_stays_and_noise_goes(task):
    X, value = a_signal()
    y = value if task is TaskKind("regression") else (value > np.median(value)).astype(int)
    table = {f"x{i:02}": X[:, i] for i in range(X.shape[1])}
    numbers = StepSpec(kind="number", columns=tuple(table))

    by_shared, _ = fit_view([numbers, selection(most=2)], table, y, task)
    by_boruta, _ = fit_view([numbers, selection(method="boruta", most=None)], table, y, task)

    assert by_shared.names == ("x00", "x01")
    assert {"x00", "x01"} <= set(by_boruta.names)
    assert len(by_boruta.names) < 12


def test_boruta_keeps_at_most_so_many():
    X, value = a_signal()
    table = {f"x{i:02}": X[:, i] for i in range(X.shape[1])}
    numbers = StepSpec(kind="number", columns=tuple(table))
    view, _ = fit_view(
        [numbers, selection(method="boruta", most=1)], table, value, TaskKind("regression")
    )

    assert len(view.names) == 1


def test_codes_of_categories_always_stay():
    rng = np.random.default_rng(0)
    table = {
        "noise": rng.choice(np.array(["a", "b"], dtype=object), 300),
        "x": rng.normal(size=300),
        "z": rng.normal(size=300),
    }
    specs = [
        StepSpec(kind="number", columns=("x", "z")),
        StepSpec(kind="category", columns=("noise",)),
        selection(most=1),
    ]
    view, _ = fit_view(specs, table, table["z"], TaskKind("regression"))

    assert view.names == ("noise", "z")
    assert view.categorical == (0,)


def test_a_model_is_never_left_without_columns():
    table = {"a": np.ones(60), "b": np.full(60, np.nan)}
    y = np.arange(60) % 2
    for method in ("mutual_information", "boruta"):
        numbers = StepSpec(kind="number", columns=("a", "b"))
        view, matrix = fit_view([numbers, selection(method=method)], table, y, TaskKind("binary"))
        assert view.names == ("a", "b")
        assert matrix.shape == (60, 2)


def test_mutual_information_is_the_same_whatever_the_scale():
    X, value = a_signal()
    with np.errstate(invalid="ignore"):
        stretched = np.exp(X)
    np.testing.assert_array_equal(
        mutual_information(X, value, TaskKind("regression")),
        mutual_information(stretched, value, TaskKind("regression")),
    )


def test_few_hits_are_too_few_only_where_chance_would_rarely_give_them():
    # 20 coin flips: P(3 heads or fewer) = 0.0013, P(4 or fewer) = 0.0059, P(5 or fewer) = 0.021.
    assert min_hits(1) == 5
    assert min_hits(5) == 4
    assert min_hits(10_000_000) == 0


def test_boruta_is_the_same_every_time():
    X, value = a_signal(200, 5)
    first, second = (boruta_hits(X, value, TaskKind("regression"), seed=3) for _ in range(2))

    np.testing.assert_array_equal(first, second)


def test_a_second_selection_is_refused():
    with pytest.raises(PlanError) as caught:
        separate_selection([selection(), selection()])
    assert caught.value.what == "A view has 2 'select' steps."


def test_a_method_that_does_not_exist_is_refused():
    with pytest.raises(PlanError) as caught:
        fit_view(
            [StepSpec(kind="number", columns=("a",)), selection(method="lasso")],
            {"a": np.ones(3)},
            np.array([0, 1, 0]),
            TaskKind("binary"),
        )
    assert caught.value.fix == "Use method='mutual_information'."


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("n_rows", [30, 1_000])
def test_mutual_information_is_that_of_scikit_learn(task, n_rows):
    rng = np.random.default_rng(n_rows)
    X = rng.normal(size=(n_rows, 7))
    X[:, 1] = X[:, 1].round()
    X[rng.random(n_rows) < 0.3, 2] = np.nan
    X[:, 3] = np.nan
    X[:, 4] = 1.0
    y = {"binary": X[:, 0] > 0, "multiclass": rng.integers(0, 5, n_rows), "regression": X[:, 5]}
    codes = bin_values(X[:, [5]])[:, 0] if task == "regression" else y[task].astype(int)

    expected = [
        mutual_info_classif(column[:, None], codes, discrete_features=True)[0]
        for column in bin_values(X).T
    ]

    actual = mutual_information(X, np.asarray(y[task]), TaskKind(task))
    np.testing.assert_allclose(actual, expected, atol=1e-8)
