import json
import pickle
from pathlib import Path

import pytest

from automl_magic.errors import ArtifactTampered, ModelRefused
from automl_magic.records import Manifest
from automl_magic.register import verified_manifest
from automl_magic.register.verify import FORMATS

FILES = {f"m0{suffix}": suffix.encode() for suffix in FORMATS}


@pytest.fixture
def model(tmp_path, write_model):
    return write_model(tmp_path / "model", {**FILES, "deep/er/m1.npz": b"1"})


def test_a_model_of_allowed_formats_passes(model):
    manifest = verified_manifest(model)

    assert isinstance(manifest, Manifest)
    assert {artifact.path for artifact in manifest.files} == {*FILES, "deep/er/m1.npz"}


def test_every_changed_byte_is_detected(model):
    for name in FILES:
        before = (model / name).read_bytes()
        (model / name).write_bytes(before[:-1] + b"?")
        with pytest.raises(ArtifactTampered, match=f"{name}' has been changed"):
            verified_manifest(model)
        (model / name).write_bytes(before)


def test_a_missing_file_is_named(model):
    (model / "m0.txt").unlink()
    with pytest.raises(ArtifactTampered, match=r"'m0\.txt'") as caught:
        verified_manifest(model)
    assert caught.value.why == "The manifest lists it, but it's missing."


def test_an_added_file_is_named(model):
    (model / "extra.json").write_text("{}")
    with pytest.raises(ArtifactTampered, match=r"'extra\.json'") as caught:
        verified_manifest(model)
    assert caught.value.why == "It was added: the manifest doesn't list it."


@pytest.mark.parametrize(
    "name",
    ["m.pkl", "m.pickle", "m.joblib", "m.PKL", "m", "m.txt.gz", "m.py", ".hidden", "m.json~"],
)
def test_a_format_that_is_not_allowed_is_rejected_even_in_the_manifest(tmp_path, write_model, name):
    model = write_model(tmp_path / "model", {"recipe.json": b"{}", name: pickle.dumps({})})
    with pytest.raises(ModelRefused, match="Can't register a model with the file") as caught:
        verified_manifest(model)
    assert caught.value.why == f"Only these formats are allowed: {', '.join(FORMATS)}."


def test_a_link_is_refused(model, tmp_path):
    (tmp_path / "elsewhere.txt").write_bytes((model / "m0.txt").read_bytes())
    (model / "m0.txt").unlink()
    (model / "m0.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(ArtifactTampered, match=r"'m0\.txt'") as caught:
        verified_manifest(model)
    assert caught.value.why == "It's a link. A model can contain only files."


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/hostname"])
def test_a_manifest_cannot_name_a_file_outside(model, path):
    manifest = verified_manifest(model).to_json()
    manifest["files"][0]["path"] = path
    Path(model / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactTampered):
        verified_manifest(model)


def test_a_folder_without_a_manifest_is_not_a_model(tmp_path):
    with pytest.raises(ModelRefused, match="There's no model") as caught:
        verified_manifest(tmp_path)
    assert caught.value.fix == "Use a run that succeeded: automl leaderboard"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}', '{"files": [], "x": 1}'])
def test_an_unreadable_manifest_counts_as_changed(model, text):
    (model / "manifest.json").write_text(text)
    with pytest.raises(ArtifactTampered, match=r"'manifest\.json' has been changed"):
        verified_manifest(model)
