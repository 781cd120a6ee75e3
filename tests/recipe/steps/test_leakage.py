"""A target of pure noise cannot be predicted from the features of its own rows."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import cross_val_predict

from automl_magic.recipe import fit_view
from automl_magic.records import StepSpec, TaskKind

N = 800
WORDS = [f"w{i}" for i in range(400)]
LABELS = ("few", "many", "own")
NUMBERS = ("a", "b", "c", "d")

STEPS = {
    "target_mean": StepSpec(kind="target_mean", columns=LABELS),
    "cross": StepSpec(kind="cross", columns=LABELS),
    "interaction": StepSpec(kind="interaction", columns=NUMBERS),
    "group": StepSpec(kind="group", columns=(*LABELS, *NUMBERS), params={"by": list(LABELS)}),
    "text": StepSpec(kind="text", columns=("text",), params={"components": 4, "forecast": True}),
    "pieces": StepSpec(
        kind="text",
        columns=("text",),
        params={"analyzer": "char_wb", "components": 4, "forecast": True, "n_folds": 3},
    ),
}


def noise(seed):
    rng = np.random.default_rng(seed)

    def pick(words, size=N):
        return rng.choice(np.array(words, dtype=object), size)

    table = {
        "few": pick(["a", "b", "c"]),
        "many": pick(WORDS),
        "own": np.array([f"k{i}" for i in range(N)], dtype=object),
        "text": np.array([" ".join(pick(WORDS, 6)) for _ in range(N)], dtype=object),
    }
    return table | {name: rng.normal(size=N) for name in NUMBERS}, rng


def matrix_of(names, seed, target, task):
    table, _ = noise(seed)
    base = StepSpec(kind="number", columns=("a",))
    return fit_view([base, *(STEPS[name] for name in names)], table, target, task)[1]


@pytest.mark.parametrize("names", [["target_mean"], ["text"], list(STEPS)])
def test_a_noisy_target_stays_noise_in_the_training_rows(names):
    aucs, shares = [], []
    for seed in range(2):
        rng = np.random.default_rng(100 + seed)
        y = rng.integers(0, 2, N)
        X = matrix_of(names, seed, y, TaskKind("binary"))
        model = RandomForestClassifier(30, min_samples_leaf=10, random_state=0)
        filled = np.nan_to_num(X, nan=-9.0)
        predicted = cross_val_predict(model, filled, y, cv=4, method="predict_proba")[:, 1]
        aucs.append(roc_auc_score(y, predicted))
        z = rng.normal(size=N)
        X = matrix_of(names, seed, z, TaskKind("regression"))
        X = (X - np.nanmean(X, axis=0)) / (np.nanstd(X, axis=0) + 1e-9)
        predicted = cross_val_predict(Ridge(), np.nan_to_num(X), z, cv=4)
        shares.append(r2_score(z, predicted))

    # Means over the other folds tell the folds apart, and that little is left: a standard error or
    # two of the AUC, which is 0.02 here. Encodings that look at their own row give 0.9.
    assert np.mean(aucs) < 0.58
    assert np.mean(shares) < 0.02


def test_a_pair_of_levels_that_occurs_once_tells_a_training_row_nothing():
    rng = np.random.default_rng(0)
    first, second = (rng.choice(np.array(["u", "v"], dtype=object), 600) for _ in range(2))
    y = (first == second).astype(int)
    own = slice(400, 600)
    first[own], second[own] = ([f"{side}{i}" for i in range(200)] for side in "ab")
    y[own] = rng.integers(0, 2, 200)
    spec = StepSpec(kind="cross", columns=("one", "other"))
    view, matrix = fit_view([spec], {"one": first, "other": second}, y, TaskKind("binary"))

    assert len(view.names) == 2
    np.testing.assert_allclose(matrix[own, 0], y.mean())
