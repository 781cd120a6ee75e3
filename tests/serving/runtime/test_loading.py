"""A signed folder becomes a model that answers, after a child has read it."""

import io
import json
import multiprocessing
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest

from automl_magic.errors import ModelRefused
from automl_magic.records import TaskKind
from automl_magic.records.models.deployment import InputChecks
from automl_magic_serving.runtime import load_model, smoke_test
from automl_magic_serving.runtime.smoke_test import (
    SandboxLimits,
    run_smoke_test,
    run_smoke_test_once,
)
from automl_magic_serving.runtime.verified_files import read_verified_files

CUSTOMER = {"age": 60.0, "visits": 3, "city": "Oslo"}


def test_a_loaded_model_answers_as_the_one_that_was_saved(signed, vault, small):
    fitted, _ = small
    model = load_model(
        signed, vault.trusted, model="churn", version=1, home=vault.home, rehearsal=None
    )
    (row_prediction,) = model.predict([model.parse(CUSTOMER, InputChecks())])
    assert row_prediction.prediction == fitted.predict_row(CUSTOMER)
    assert row_prediction.probabilities == pytest.approx(
        fitted.predict_proba_row(CUSTOMER), abs=1e-6
    )
    assert (model.model, model.version, model.task) == ("churn", 1, TaskKind("binary"))
    assert model.classes == ("no", "yes")
    assert model.personal_columns == frozenset()
    assert model.manifest_sha256.startswith("sha256:")
    assert {backend.member for backend in model.backends()} == {"lgb", "lin", "net"}


def test_serving_a_model_needs_no_pandas_of_ours_and_no_notebook(signed, vault, tmp_path):
    """What the runtime itself imports is what the server's package promises."""
    code = (
        "import sys, automl_magic_serving.runtime; "
        "print([n for n in ('mlflow', 'papermill', 'IPython', 'automl_magic.learn', "
        "'automl_magic.flow', 'pandas') if n in sys.modules])"
    )
    message = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert message.stdout.strip() == "[]"


@pytest.mark.long
def test_a_child_reads_the_model_first(signed, vault, own_home):
    model = load_model(signed, vault.trusted, model="churn", version=1, home=own_home)
    assert len(list((own_home / "serving" / "rehearsed").iterdir())) == 1
    assert model.predict([model.parse(CUSTOMER, InputChecks())])[0].prediction in ("no", "yes")


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_same_bytes_are_read_by_one_child_for_all_workers(signed, vault, own_home):
    sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
    children = []

    def work():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                smoke_test, "run_smoke_test", lambda *_: children.append(1) or time.sleep(0.2)
            )
            run_smoke_test_once(sealed.contents, sealed.manifest_sha256, own_home)

    workers = [multiprocessing.get_context("fork").Process(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work()

    notes = list((own_home / "serving" / "rehearsed").iterdir())
    assert ([one.read_text() for one in notes], children) == (["survived\n"], [])


def test_bytes_that_no_child_survives_are_never_noted(signed, vault, own_home):
    sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
    for _ in range(2):
        with pytest.raises(ModelRefused, match="can't be loaded safely"):
            run_smoke_test_once(
                sealed.contents, sealed.manifest_sha256, own_home, SandboxLimits(wall_s=0.01)
            )

    (note,) = (own_home / "serving" / "rehearsed").iterdir()
    assert note.read_text() == ""


@pytest.mark.long
def test_a_model_that_takes_too_long_is_ended(signed, vault):
    sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
    with pytest.raises(ModelRefused, match="can't be loaded safely") as caught:
        run_smoke_test(sealed.contents, SandboxLimits(wall_s=0.3))
    assert "exceeded 0.3 s" in caught.value.why


def claiming(n_numbers):
    """An archive of an array that says it has so many numbers, and has none."""
    array = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (n_numbers,)}
    np.lib.format.write_array_header_1_0(array, header)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("0.0.scalings.npy", array.getvalue())
    return content.getvalue()


@pytest.mark.long
def test_a_model_that_takes_all_memory_is_refused_and_the_server_has_its_own(signed, vault):
    contents = dict(read_verified_files(signed, vault.trusted, model="churn", version=1).contents)
    with pytest.raises(ModelRefused, match="can't be loaded safely") as caught:
        run_smoke_test({**contents, "features.npz": claiming(2_000_000_000)})
    assert "MemoryError" in caught.value.why


@pytest.mark.long
def test_what_the_child_finds_wrong_is_said_here(signed, vault):
    contents = dict(read_verified_files(signed, vault.trusted, model="churn", version=1).contents)
    document = json.loads(contents["recipe.json"])
    document["members"][0]["estimator"] = "os.system"
    with pytest.raises(Exception, match="expected one of catboost") as caught:
        run_smoke_test({**contents, "recipe.json": json.dumps(document).encode()})
    assert caught.value.fix
