"""The networks of PyTorch: fitted with it, kept and read without it."""

import io
import subprocess
import sys
import threading

import numpy as np
import pytest

from automl_magic.errors import ArtifactTampered, PlanError
from automl_magic.recipe import Fold, member
from automl_magic.records import TaskKind

torch = pytest.importorskip("torch", reason="the extra `deep` is not installed")

NETWORKS = ("realmlp", "tabm")
PARAMS = {"hidden_sizes": [16, 16], "batch_size": 64, "n_epochs": 6}
N_CLASSES = {"binary": 2, "multiclass": 3, "regression": 0}


def table(n, seed, task):
    X = np.random.default_rng(seed).normal(size=(n, 4))
    X[:, 3] = X[:, 3] > 1
    y = 300 + 40 * np.sin(3 * X[:, 0]) + 10 * X[:, 1]
    if task == "regression":
        return X, y
    return X, np.digitize(y, np.quantile(y, np.arange(1, N_CLASSES[task]) / N_CLASSES[task]))


def settings(task, seed=3):
    return {"task": TaskKind(task), "n_classes": N_CLASSES[task], "seed": seed}


@pytest.mark.parametrize("task", N_CLASSES)
@pytest.mark.parametrize("name", NETWORKS)
def test_after_n_epochs_it_predicts_what_a_fit_of_n_epochs_predicts(name, task):
    (X, y), (X_new, y_new) = table(300, 0, task), table(80, 1, task)
    growth = member(name).grow(PARAMS, Fold(X, y, X_new, y_new), max_rounds=1_000, **settings(task))
    losses = growth.grow(2) + growth.grow(100)

    assert growth.finished
    assert len(losses) == growth.n_rounds == 6
    model = member(name).fit(PARAMS, X, y, n_iterations=2, **settings(task))
    np.testing.assert_array_equal(growth.predict(2), member(name).predict(model, X_new))


@pytest.mark.parametrize("name", NETWORKS)
def test_more_epochs_than_the_schedule_has_are_those_of_the_schedule(name):
    X, y = table(200, 0, "binary")
    full, more = (
        member(name).fit(PARAMS, X, y, n_iterations=n, **settings("binary")) for n in (None, 9)
    )

    np.testing.assert_array_equal(member(name).predict(full, X), member(name).predict(more, X))


@pytest.mark.parametrize("name", NETWORKS)
def test_fits_side_by_side_are_those_made_alone(name):
    X, y = table(300, 0, "regression")
    alone = [
        member(name).fit(PARAMS, X, y, **settings("regression", seed)).native for seed in (1, 2)
    ]
    beside = {}

    def fit(seed):
        beside[seed] = member(name).fit(PARAMS, X, y, **settings("regression", seed)).native

    threads = [threading.Thread(target=fit, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, seed in zip(alone, (1, 2), strict=True):
        assert all(np.array_equal(one[part], beside[seed][part]) for part in one)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_wave_in_the_target_is_learnt(name):
    X, y = table(1_500, 0, "regression")
    X_new, y_new = table(500, 1, "regression")
    params = {"hidden_sizes": [64, 64], "batch_size": 64, "n_epochs": 40}
    model = member(name).fit(params, X, y, **settings("regression"))

    error = np.mean((member(name).predict(model, X_new) - y_new) ** 2)
    assert error < 0.05 * y_new.var()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_is_read_and_used_without_pytorch(name, tmp_path):
    X, y = table(100, 0, "binary")
    model = member(name).fit(PARAMS, X, y, **settings("binary"))
    member(name).save(model, tmp_path, "0")
    expected = member(name).predict_row(model, X[0].tolist())
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from automl_magic.recipe import member\n"
        "from automl_magic.records import TaskKind\n"
        f"model = member({name!r}).load(Path({str(tmp_path / '0.npz')!r}), TaskKind('binary'), 2)\n"
        f"print(member({name!r}).predict_row(model, {X[0].tolist()!r}))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    np.testing.assert_allclose(eval(said.stdout), expected, atol=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pickle_in_the_file_is_refused(name):
    file = io.BytesIO()
    np.savez(file, centre=np.array([{"an": "object"}], dtype=object))

    with pytest.raises(ArtifactTampered, match="isn't a valid model"):
        member(name).from_bytes(file.getvalue(), TaskKind("binary"), 2)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x80\x04."])
def test_bytes_that_are_no_network_are_refused(name, content):
    with pytest.raises(ArtifactTampered, match="isn't a valid model"):
        member(name).from_bytes(content, TaskKind("binary"), 2)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_lacks_a_part_is_refused(name):
    file = io.BytesIO()
    np.savez(file, centre=np.zeros(2))

    with pytest.raises(ArtifactTampered) as refused:
        member(name).from_bytes(file.getvalue(), TaskKind("binary"), 2)
    assert "it has no frequency" in refused.value.why


def test_without_pytorch_a_fit_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    X, y = table(50, 0, "binary")

    with pytest.raises(PlanError) as refused:
        member("tabm").fit(PARAMS, X, y, **settings("binary"))
    assert "pip install 'automl-magic[deep]'" in refused.value.fix
