"""The network of scikit-learn learns epoch by epoch, and keeps only what predicts."""

import numpy as np
import pytest
import skops.io

from automl_magic.recipe import Fold, member
from automl_magic.records import TaskKind

PARAMS = {"hidden_layer_sizes": [16], "batch_size": 32, "max_iter": 12}


def table(n, seed, task="regression"):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    y = 1_000 + 50 * (X[:, 0] + X[:, 1] ** 2) + rng.normal(size=n)
    return X, y if task == "regression" else (y > 1_040).astype(int)


@pytest.mark.parametrize(("task", "n_classes"), [("binary", 2), ("regression", 0)])
def test_after_n_epochs_it_predicts_what_a_fit_of_n_epochs_predicts(task, n_classes):
    task = TaskKind(task)
    X, y = table(300, 0, task)
    X_new, y_new = table(80, 1, task)
    common = {"task": task, "n_classes": n_classes, "seed": 4}
    growth = member("mlp").grow(PARAMS, Fold(X, y, X_new, y_new), max_rounds=100, **common)
    losses = growth.grow(5) + growth.grow(100)

    assert growth.finished
    assert len(losses) == growth.n_rounds == 12
    assert losses[-1] < losses[0]
    model = member("mlp").fit(PARAMS, X, y, n_iterations=5, **common)
    np.testing.assert_allclose(growth.predict(5), member("mlp").predict(model, X_new), rtol=1e-12)


def test_it_ends_where_no_more_rounds_are_wanted():
    X, y = table(100, 0)
    fold = Fold(X, y, X, y)
    growth = member("mlp").grow(
        PARAMS, fold, max_rounds=3, task=TaskKind("regression"), n_classes=0
    )

    assert len(growth.grow(100)) == 3
    assert growth.finished


def test_the_loss_of_an_epoch_is_that_of_its_predictions():
    X, y = table(200, 0)
    growth = member("mlp").grow(
        PARAMS, Fold(X, y, X, y), max_rounds=1, task=TaskKind("regression"), n_classes=0
    )

    assert growth.grow(1) == [pytest.approx(np.mean((growth.predict(1) - y) ** 2))]


def test_a_target_in_thousands_is_learnt_as_well_as_one_near_zero():
    X, y = table(400, 0)
    settings = {"task": TaskKind("regression"), "n_classes": 0, "seed": 0}
    large = member("mlp").fit(PARAMS, X, y, **settings)
    small = member("mlp").fit(PARAMS, X, (y - y.mean()) / y.std(), **settings)

    predicted = (member("mlp").predict(large, X) - y.mean()) / y.std()
    np.testing.assert_allclose(predicted, member("mlp").predict(small, X), atol=1e-6)


def test_a_value_far_away_counts_as_one_at_five():
    X, y = table(200, 0)
    model = member("mlp").fit(PARAMS, X, y, task=TaskKind("regression"), n_classes=0)
    near, far = np.full((1, 4), 5.0), np.full((1, 4), 1e9)

    assert member("mlp").predict(model, near) == member("mlp").predict(model, far)
    assert member("mlp").predict_row(model, [1e9] * 4) == pytest.approx(
        member("mlp").predict(model, near)[0]
    )


def test_its_file_holds_no_type_beyond_those_of_skops():
    X, y = table(100, 0)
    model = member("mlp").fit(PARAMS, X, y, task=TaskKind("regression"), n_classes=0)

    assert skops.io.get_untrusted_types(data=member("mlp").to_bytes(model)) == []
