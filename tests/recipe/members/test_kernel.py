"""Similarities to some rows follow what neither a line nor few splits can."""

import numpy as np
import pytest

from automl_magic.errors import ArtifactTampered
from automl_magic.recipe import member
from automl_magic.records import TaskKind

BINARY = {"task": TaskKind("binary"), "n_classes": 2}


def rings(n, seed):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, ((X**2).sum(axis=1) > 1.4).astype(int)


def test_a_boundary_that_is_a_circle_is_found():
    X, y = rings(400, 0)
    X_new, y_new = rings(400, 1)
    model = member("kernel").fit({}, X, y, **BINARY)

    right = member("kernel").predict(model, X_new).argmax(axis=1) == y_new
    assert right.mean() > 0.95


def test_fewer_rows_than_components_are_all_taken():
    X, y = rings(40, 0)
    model = member("kernel").fit({"n_components": 500}, X, y, **BINARY)

    assert len(model.native["rows"]) == 40


def test_a_matrix_of_one_value_is_no_error():
    X, y = np.zeros((30, 2)), np.arange(30) % 2
    model = member("kernel").fit({}, X, y, **BINARY)

    np.testing.assert_allclose(member("kernel").predict(model, X), 0.5, atol=0.01)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x80\x04."])
def test_bytes_that_are_no_model_are_refused(content):
    with pytest.raises(ArtifactTampered, match="isn't a valid model"):
        member("kernel").from_bytes(content, TaskKind("binary"), 2)


def test_its_file_grows_with_the_rows_it_compares_with_alone():
    X, y = rings(2_000, 0)
    model = member("kernel").fit({"n_components": 100}, X, y, **BINARY)

    assert len(member("kernel").to_bytes(model)) < 8 * 100 * 3 + 2_000
