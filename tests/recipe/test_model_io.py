"""A model on disk is whole, comes back to the last bit, and is believed only byte by byte."""

import io
import json
import pickle
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from automl_magic.errors import ArtifactTampered, FolderNotWritable, FolderTaken
from automl_magic.recipe import load_model, member, save_model
from automl_magic.recipe.model_io import load_recipe
from automl_magic.records import Manifest, TaskKind

FILES = [
    "features.json",
    "features.npz",
    "manifest.json",
    "members/0-0.txt",
    "members/0-1.txt",
    "members/1-0.cbm",
    "members/2-0.ubj",
    "members/3-0.skops",
    "members/4-0.skops",
    "recipe.json",
]


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def saved(tmp_path, fitted_for):
    save_model(fitted_for("binary"), tmp_path / "model")
    return tmp_path / "model"


def sign(folder, path, content, listed=None):
    """Put other bytes in place, and write them into the manifest as an attacker would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["path"] == path:
            file |= {"path": listed or path, "sha256": sha256(content).hexdigest()}
            file["size_bytes"] = len(content)
    (folder / path).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_loaded_model_predicts_the_same_to_the_last_bit(task, fitted_for, new, tmp_path):
    fitted = fitted_for(task)
    manifest = save_model(fitted, tmp_path / "model")
    loaded = load_model(tmp_path / "model", manifest_sha256=manifest.digest())

    assert loaded.recipe == fitted.recipe
    np.testing.assert_array_equal(loaded.predict(new), fitted.predict(new))
    rows = new.head(10).to_dict("records")
    assert [loaded.predict_row(r) for r in rows] == [fitted.predict_row(r) for r in rows]
    if task != "regression":
        np.testing.assert_array_equal(loaded.predict_proba(new), fitted.predict_proba(new))


def test_the_files_and_their_manifest(saved):
    assert names(saved) == FILES
    manifest = Manifest.from_json(json.loads((saved / "manifest.json").read_text()))
    assert sorted(file.path for file in manifest.files) == sorted(set(FILES) - {"manifest.json"})
    for file in manifest.files:
        content = (saved / file.path).read_bytes()
        assert (file.size_bytes, file.sha256) == (len(content), sha256(content).hexdigest())


def test_saving_twice_replaces_the_model_and_leaves_nothing_behind(saved, fitted_for, new):
    (saved / "members" / "9.txt").write_text("of an older model")
    save_model(fitted_for("multiclass"), saved)

    assert names(saved) == FILES
    assert [path.name for path in saved.parent.iterdir()] == ["model"]
    assert load_model(saved).recipe.task is TaskKind("multiclass")


def test_a_folder_with_other_files_is_left_alone(fitted_for, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(FolderTaken) as caught:
        save_model(fitted_for("binary"), tmp_path)
    assert caught.value.fix == "Choose a new folder."
    assert names(tmp_path) == ["thesis.tex"]


def test_a_folder_that_cannot_be_written_is_named(fitted_for, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable) as caught:
        save_model(fitted_for("binary"), tmp_path / "file" / "model")
    assert caught.value.what.startswith("Can't write the model to ")


@pytest.mark.parametrize("path", [name for name in FILES if name != "manifest.json"])
def test_a_changed_byte_is_found_in_every_file(saved, path):
    content = bytearray((saved / path).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / path).write_bytes(content)
    with pytest.raises(ArtifactTampered) as caught:
        load_model(saved)
    assert caught.value.what == f"The model file {path!r} isn't valid."
    assert caught.value.fix == "Refit the recipe, or get the model from the registry again."


def test_the_document_alone_is_read_only_if_it_is_the_one_that_was_written(saved, fitted_for):
    assert load_recipe(saved) == load_model(saved).recipe

    (saved / "recipe.json").write_text("{}")
    with pytest.raises(ArtifactTampered):
        load_recipe(saved)
    sign(saved, "recipe.json", b"[]")
    with pytest.raises(ArtifactTampered):
        load_recipe(saved)


@pytest.mark.parametrize("path", FILES)
def test_a_missing_file_is_found(saved, path):
    (saved / path).unlink()
    with pytest.raises(ArtifactTampered, match="No such file"):
        load_model(saved)


def test_a_changed_manifest_is_found_by_its_digest(saved, fitted_for, tmp_path):
    digest = save_model(fitted_for("binary"), tmp_path / "other").digest()
    sign(saved, "recipe.json", (saved / "recipe.json").read_bytes() + b" ")
    load_model(saved)
    with pytest.raises(ArtifactTampered, match="its digest is"):
        load_model(saved, manifest_sha256=digest)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"files": [{"path": 1}]}'])
def test_a_broken_manifest_is_refused(saved, content):
    (saved / "manifest.json").write_bytes(content)
    with pytest.raises(ArtifactTampered, match="it isn't a manifest"):
        load_model(saved)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "members/../../secret", "a\\b", "\x00"]
)
def test_a_path_out_of_the_folder_is_never_opened(saved, path):
    (saved.parent / "secret").write_text("secret")
    sign(saved, "members/0-0.txt", b"secret", listed=path)
    with pytest.raises(ArtifactTampered, match="leads out of"):
        load_model(saved)


def test_a_link_out_of_the_folder_is_never_opened(saved):
    content = (saved / "members/0-0.txt").read_bytes()
    (saved.parent / "elsewhere.txt").write_bytes(content)
    (saved / "members/0-0.txt").unlink()
    (saved / "members/0-0.txt").symlink_to(saved.parent / "elsewhere.txt")
    with pytest.raises(ArtifactTampered, match="leads out of"):
        load_model(saved)


def test_a_file_that_is_not_listed_is_never_opened(saved, monkeypatch):
    for name in ("members/5-0.txt", "evil.pkl", "features.pkl"):
        (saved / name).write_bytes(pickle.dumps("evil"))
    opened = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: opened.append(self) or read(self))
    load_model(saved)
    assert sorted(p.relative_to(saved).as_posix() for p in opened) == FILES


def test_a_member_that_is_not_listed_is_refused(saved):
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"] = [f for f in manifest["files"] if f["path"] != "members/0-0.txt"]
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactTampered, match="the manifest doesn't list it"):
        load_model(saved)


def test_arrays_in_pickle_are_refused(saved):
    buffer = io.BytesIO()
    np.savez(buffer, **{"0.0.scalings": np.array([object()], dtype=object)})
    sign(saved, "features.npz", buffer.getvalue())
    with pytest.raises(ArtifactTampered, match="can't be read"):
        load_model(saved)


def test_documents_that_are_no_recipe_are_refused(saved):
    recipe = json.loads((saved / "recipe.json").read_text())
    recipe["members"][0]["estimator"] = "os.system"
    sign(saved, "recipe.json", json.dumps(recipe).encode())
    with pytest.raises(ArtifactTampered, match="expected one of catboost"):
        load_model(saved)


def test_a_recipe_of_a_kind_that_is_not_installed_says_which_are(saved):
    recipe = json.loads((saved / "recipe.json").read_text())
    sign(saved, "recipe.json", json.dumps({**recipe, "task": "count"}).encode())
    with pytest.raises(ArtifactTampered, match="one of binary, .* found the text 'count'"):
        load_model(saved)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"views": {}},
        {"views": {"tree": 1}},
        {"views": {"tree": {"prefix": "", "steps": 1}}},
        {"views": {"tree": {"prefix": "", "steps": [{"kind": "os", "learned": {}, "arrays": []}]}}},
    ],
)
def test_features_that_say_other_things_are_refused(saved, document):
    sign(saved, "features.json", json.dumps(document).encode())
    with pytest.raises(ArtifactTampered, match="can't be read"):
        load_model(saved)


def test_skops_types_that_we_did_not_review_are_refused(saved):
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    sign(saved, "members/3-0.skops", skops.io.dumps(FunctionTransformer(exec)))
    with pytest.raises(ArtifactTampered) as caught:
        load_model(saved)
    assert caught.value.what == ("The file of the member 'extra_trees' contains untrusted types.")


def test_another_estimator_in_the_place_of_a_member_is_refused(saved):
    import skops.io
    from sklearn.linear_model import Ridge

    model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    sign(saved, "members/4-0.skops", skops.io.dumps(model))
    with pytest.raises(ArtifactTampered) as caught:
        load_model(saved)
    assert caught.value.why == "It contains Ridge, not LogisticRegression."


def test_a_pickle_in_the_place_of_any_member_is_refused_without_running(saved, tmp_path):
    canary = tmp_path / "canary"

    class Evil:
        def __reduce__(self):
            return Path.touch, (canary,)

    for path in FILES:
        if path.startswith("members/"):
            content = (saved / path).read_bytes()
            sign(saved, path, pickle.dumps(Evil()))
            with pytest.raises(ArtifactTampered):
                load_model(saved)
            sign(saved, path, content)
    assert not canary.exists()


@pytest.mark.parametrize("name", ["extra_trees", "random_forest", "linear", "dummy"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_list_of_types_is_exactly_what_is_needed(name, task):
    import skops.io

    task = TaskKind(task)
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 2
    model = member(name).fit({}, X, y, task=task, n_classes=2)
    content = member(name).to_bytes(model)
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert tuple(skops.io.get_untrusted_types(data=content)) == member(name).trusted_types
