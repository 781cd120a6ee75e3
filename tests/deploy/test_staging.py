import hashlib
import json
import shutil
import threading
from datetime import UTC, datetime

import pytest

from automl_magic.deploy import stage
from automl_magic.errors import ArtifactTampered, DeploymentError
from automl_magic.records import Artifact, Manifest, dumps
from automl_magic.records.models.approval import Approval, Statement
from automl_magic.store.signing import PrivateKey, TrustedKeys, private_key_path, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.workspace import default_workspace

FILES = {"recipe.json": b"{}", "members/0-0.txt": b"tree\n"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def write(folder, files):
    listed = []
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        listed.append(Artifact(path=name, size_bytes=len(content), sha256=f"sha256:{digest}"))
    manifest = Manifest(files=tuple(listed))
    (folder / "manifest.json").write_text(dumps(manifest.to_json()))
    return manifest


@pytest.fixture
def source(tmp_path):
    return tmp_path / "registry"


@pytest.fixture
def approval(home, source):
    return approve(write(source, FILES))


def approve(manifest, **changes):
    fields = {
        "model": "churn",
        "version": 1,
        "manifest_sha256": manifest.digest(),
        "author": "ada",
        "approver": "grace",
        "policy": "local",
        "approved_at": datetime.now(UTC),
    }
    key = PrivateKey.load_or_make(private_key_path(default_workspace().home))
    return key.sign(Statement(**{**fields, **changes}))


def read(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_staged_version_has_its_files_its_manifest_and_its_approval(home, source, approval):
    folder = stage(source, approval, default_workspace().home)

    assert folder == staged_folder(approval.statement, default_workspace().home)
    assert folder.parent == home / "serving" / "models"
    result = read(folder)
    kept = Approval.from_json(json.loads(result.pop("approval.json")))
    assert kept == approval
    TrustedKeys.load(trusted_folder(default_workspace().home)).verify(kept)
    assert result == read(source)


def test_the_same_files_can_be_versions_of_two_models(source, approval):
    manifest = Manifest.from_json(json.loads((source / "manifest.json").read_text()))
    other = approve(manifest, model="loyalty")

    folders = {
        stage(source, approval, default_workspace().home),
        stage(source, other, default_workspace().home),
    }
    assert len(folders) == 2
    for folder, output in (
        (staged_folder(a.statement, default_workspace().home), a) for a in (approval, other)
    ):
        assert Approval.from_json(json.loads((folder / "approval.json").read_text())) == output


def test_a_complete_folder_is_kept_with_the_newest_approval(source, approval):
    folder = stage(source, approval, default_workspace().home)
    inode = (folder / "recipe.json").stat().st_ino
    manifest = Manifest.from_json(json.loads((folder / "manifest.json").read_text()))
    newer = approve(manifest, approver="hopper")
    stage(source, newer, default_workspace().home)

    assert (folder / "recipe.json").stat().st_ino == inode
    assert Approval.from_json(json.loads((folder / "approval.json").read_text())) == newer


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "recipe.json").write_bytes(b"evil"),
        lambda folder: (folder / "recipe.json").unlink(),
        lambda folder: (folder / "more.json").write_bytes(b"{}"),
        lambda folder: (folder / "manifest.json").write_bytes(b"{}"),
        lambda folder: shutil.rmtree(folder / "members"),
    ],
)
def test_a_changed_folder_is_staged_again(source, approval, damage):
    folder = stage(source, approval, default_workspace().home)
    whole = read(folder)
    damage(folder)
    stage(source, approval, default_workspace().home)

    assert read(folder) == whole


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda s: (s / "recipe.json").write_bytes(b"evil"), "'recipe.json' .* SHA-256"),
        (lambda s: (s / "recipe.json").unlink(), "'recipe.json'"),
        (lambda s: (s / "manifest.json").unlink(), "'manifest.json'"),
        (lambda s: (s / "manifest.json").write_text("no"), "can't be read as a manifest"),
        (lambda s: write(s, {**FILES, "recipe.json": b"evil"}), "isn't the approved manifest"),
    ],
)
def test_files_that_differ_from_the_approved_ones_are_not_staged(source, approval, damage, says):
    damage(source)

    with pytest.raises(ArtifactTampered, match=rf"(?s){says}"):
        stage(source, approval, default_workspace().home)
    assert not staged_folder(approval.statement, default_workspace().home).exists()


def test_a_link_is_not_followed(source, approval, tmp_path):
    (tmp_path / "elsewhere").write_bytes(FILES["recipe.json"])
    (source / "recipe.json").unlink()
    (source / "recipe.json").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ArtifactTampered, match="can't be read"):
        stage(source, approval, default_workspace().home)


@pytest.mark.parametrize("name", ["../out.json", "/tmp/out.json", "a/../../out.json", "./a.json"])
def test_a_path_outside_the_folder_is_rejected(home, source, name):
    source.mkdir()
    digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
    manifest = Manifest(files=(Artifact(path=name, size_bytes=2, sha256=digest),))
    (source / "manifest.json").write_text(dumps(manifest.to_json()))

    with pytest.raises(ArtifactTampered, match="outside the model's folder"):
        stage(source, approve(manifest), default_workspace().home)


def test_concurrent_stagings_all_get_a_complete_folder(source, approval):
    result, failed = [], []

    def run():
        try:
            result.append(read(stage(source, approval, default_workspace().home)))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert all(files.keys() == {*FILES, "manifest.json", "approval.json"} for files in result)
    parent = staged_folder(approval.statement, default_workspace().home).parent
    assert [p.name for p in parent.iterdir() if p.is_dir()] == [
        staged_folder(approval.statement, default_workspace().home).name
    ]


def test_a_folder_that_is_not_writable_is_an_error(home, source, approval):
    (home / "serving").write_text("a file in its place")

    with pytest.raises(DeploymentError, match="Can't stage"):
        stage(source, approval, default_workspace().home)
