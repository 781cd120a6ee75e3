"""Every member: fitted, saved, in one row and as code, with the same numbers."""

import numpy as np
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe import MemberSpec, member
from automl_magic.recipe.members import catboost as catboost_member
from automl_magic.recipe.members import xgboost as xgboost_member
from automl_magic.recipe.registry import builtin_estimators
from automl_magic.records import TaskKind

TASKS = ("binary", "multiclass", "regression")
BOOSTERS = ("lightgbm", "xgboost", "catboost")
CATEGORICAL = (0, 1)
PARAMS = {
    "lightgbm": {
        "learning_rate": 0.1,
        "num_leaves": 7,
        "feature_fraction": 0.7,
        "extra_trees": True,
    }
    | {"bagging_fraction": 0.8, "bagging_freq": 1, "min_data_in_leaf": 5},
    "xgboost": {"learning_rate": 0.1, "max_depth": 4, "subsample": 0.7, "colsample_bylevel": 0.8},
    "catboost": {
        "depth": 4,
        "bootstrap_type": "Bernoulli",
        "subsample": 0.8,
        "one_hot_max_size": 3,
    },
    "extra_trees": {"n_estimators": 25, "max_features": 0.75},
    "random_forest": {"n_estimators": 25, "min_samples_leaf": 2},
    "linear": {},
    "kernel": {"n_components": 60},
    "mlp": {"hidden_layer_sizes": [16], "batch_size": 32, "max_iter": 12},
    "realmlp": {"hidden_sizes": [32, 32], "batch_size": 64, "n_epochs": 12},
    "tabm": {"n_networks": 3, "hidden_sizes": [32], "batch_size": 16, "lr": 0.01, "n_epochs": 12},
    "dummy": {},
}
NEED_TORCH = ("realmlp", "tabm")
# BLAS adds up one row in another order than many; what some members keep is in another form.
ROUNDING = {"linear": 1e-12, "kernel": 1e-9, "mlp": 1e-12, "realmlp": 1e-9, "tabm": 1e-9}


def matrix(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    X[:, 0] = rng.integers(0, 12, n)
    X[:, 1] = rng.integers(0, 3, n)
    return X


def with_gaps(X):
    X = X.copy()
    X[::7, 0] = X[::5, 3] = np.nan
    return X


def target(X, task, seed=0):
    values = (
        X[:, 2] + (np.nan_to_num(X[:, 0]) % 3) + np.random.default_rng(seed).normal(size=len(X))
    )
    if task is TaskKind("regression"):
        return values
    n_classes = 2 if task is TaskKind("binary") else 3
    return np.digitize(values, np.quantile(values, np.arange(1, n_classes) / n_classes))


def n_classes_of(task):
    return {TaskKind("binary"): 2, TaskKind("multiclass"): 3, TaskKind("regression"): 0}[task]


def inputs(name, task):
    if name in NEED_TORCH:
        pytest.importorskip("torch", reason="the extra `deep` is not installed")
    gaps = with_gaps if name in BOOSTERS else np.copy
    X, X_new = gaps(matrix(400, 0)), gaps(matrix(150, 1))
    return X, target(X, task), X_new


def fit(name, task, X, y, **options):
    settings = {"categorical": CATEGORICAL, "n_iterations": 30, "seed": 3, "threads": 1} | options
    if name not in BOOSTERS:
        settings["n_iterations"] = None
    return member(name).fit(PARAMS[name], X, y, task=task, n_classes=n_classes_of(task), **settings)


@pytest.mark.parametrize("class_weight", [False, True])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", builtin_estimators())
def test_fitted_saved_row_and_code_agree(name, task, class_weight, piece, tmp_path):
    task = TaskKind(task)
    X, y, X_new = inputs(name, task)
    model = fit(name, task, X, y, class_weight=class_weight)
    expected = member(name).predict(model, X_new)

    assert expected.dtype == np.float64
    if task.has_classes:
        assert expected.shape == (150, n_classes_of(task))
        np.testing.assert_allclose(expected.sum(axis=1), 1.0, atol=1e-6)
    else:
        assert expected.shape == (150,)

    path = member(name).save(model, tmp_path, "0")
    assert path.name == "0" + member(name).suffix
    loaded = member(name).load(path, task, n_classes_of(task), CATEGORICAL)
    np.testing.assert_array_equal(member(name).predict(loaded, X_new), expected)

    by_row = [member(name).predict_row(loaded, row) for row in X_new[:20].tolist()]
    np.testing.assert_allclose(by_row, expected[:20], rtol=0, atol=ROUNDING.get(name, 0))

    spec = MemberSpec(
        name="a 'name'",
        estimator=name,
        view="tree",
        params=PARAMS[name],
        n_iterations=30 if name in BOOSTERS else None,
        weight=0.25,
        seeds=(3,),
    )
    slots = member(name).slots(
        spec, task, n_classes_of(task), 1, class_weight=class_weight, categorical=CATEGORICAL
    )
    notebook = {"members": {}, "member_views": {}, "weights": {}, "seeds": {}}
    piece(f"members/{member(name).template_piece(task)}", notebook, slots)
    assert notebook["member_views"] == {"a 'name'": "tree"}
    assert notebook["weights"] == {"a 'name'": 0.25}
    assert notebook["seeds"] == {"a 'name'": [3]}
    np.testing.assert_allclose(
        notebook["members"]["a 'name'"](X, y, 3)(X_new),
        expected,
        rtol=0,
        atol=ROUNDING.get(name, 0),
    )


@pytest.mark.parametrize("most", [150, 250])
@pytest.mark.parametrize("grow_policy", ["SymmetricTree", "Depthwise", "Lossguide"])
def test_catboost_chooses_nothing_by_the_number_of_rounds(grow_policy, most):
    X, y, X_new = inputs("catboost", TaskKind("binary"))
    params = {"learning_rate": 0.05, "depth": 4, "grow_policy": grow_policy}
    common = {"task": TaskKind("binary"), "n_classes": 2, "categorical": CATEGORICAL}
    catboost = member("catboost")
    many = catboost.fit(params, X, y, n_iterations=most, **common)
    few = catboost.fit(params, X, y, n_iterations=100, **common)

    pool = catboost_member.pool(X_new, CATEGORICAL)
    first = many.native.predict(pool, prediction_type="Probability", ntree_end=100)
    np.testing.assert_array_equal(catboost.predict(few, X_new), first)


@pytest.mark.parametrize("name", [name for name in builtin_estimators() if member(name).is_random])
def test_another_seed_is_another_model(name):
    X, y, X_new = inputs(name, TaskKind("regression"))
    first, second = (
        member(name).predict(fit(name, TaskKind("regression"), X, y, seed=seed), X_new)
        for seed in (3, 4)
    )
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", builtin_estimators())
def test_a_class_that_a_fold_has_not_seen_keeps_its_column(name):
    task = TaskKind("multiclass")
    X, y, X_new = inputs(name, task)
    model = fit(name, task, X[y != 1], y[y != 1])
    probabilities = member(name).predict(model, X_new)

    assert probabilities.shape == (150, 3)
    assert probabilities[:, 1].max() < 0.05


@pytest.mark.parametrize("name", BOOSTERS)
def test_codes_that_training_has_not_seen_are_no_error(name):
    task = TaskKind("binary")
    X, y, X_new = inputs(name, task)
    model = fit(name, task, X[X[:, 0] < 8], y[X[:, 0] < 8])
    X_new = X_new.copy()
    X_new[:, :2] = np.nan

    assert np.isfinite(member(name).predict(model, X_new)).all()


@pytest.mark.parametrize("name", BOOSTERS)
@pytest.mark.parametrize("columns", [slice(0, 2), slice(2, 6)])
def test_a_matrix_may_hold_only_codes_or_only_numbers(name, columns):
    task = TaskKind("binary")
    X, y, X_new = inputs(name, task)
    categorical = CATEGORICAL if columns.start == 0 else ()
    model = fit(name, task, X[:, columns], y, categorical=categorical)

    assert np.isfinite(member(name).predict(model, X_new[:, columns])).all()


@pytest.mark.parametrize("name", builtin_estimators())
def test_two_fits_are_the_same(name):
    task = TaskKind("multiclass")
    X, y, X_new = inputs(name, task)
    first, second = (
        member(name).predict(fit(name, task, X, y, threads=2), X_new) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_class_weights_count_a_rare_class_as_much_as_a_common_one():
    task = TaskKind("binary")
    X, _, X_new = inputs("dummy", task)
    y = (np.arange(400) % 10 == 0).astype(int)
    model = fit("dummy", task, X, y, class_weight=True)

    np.testing.assert_allclose(member("dummy").predict(model, X_new), 0.5)


def test_xgboost_reads_codes_as_categories():
    X, y, _ = inputs("xgboost", TaskKind("binary"))
    model = fit("xgboost", TaskKind("binary"), X, y)
    assert model.native.feature_types == ["c", "c", "q", "q", "q", "q"]
    assert xgboost_member.MEMBER is member("xgboost")


def test_an_unknown_estimator_is_refused_with_its_near_miss():
    with pytest.raises(PlanError) as caught:
        member("lightgmb")
    assert caught.value.what == "There is no estimator 'lightgmb'."
    assert caught.value.fix == "Use 'lightgbm'."
