"""Only approved bytes of known formats are read: everything else is refused before any parser."""

import gzip
import io
import json
import os
import pickle
import shutil
import threading
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from automl_magic.errors import ArtifactTampered, ModelRefused, NotApproved
from automl_magic.records import Artifact, Manifest
from automl_magic.store.signing import PrivateKey, TrustedKeys
from automl_magic_serving.runtime import load_model
from automl_magic_serving.runtime.parsing import parse_model
from automl_magic_serving.runtime.verified_files import read_verified_files

FILES = (
    "features.json",
    "features.npz",
    "members/0-0.txt",
    "members/1-0.skops",
    "members/2-0.npz",
    "recipe.json",
    "schema.json",
)
CANARY = Path("/tmp") / f"automl-canary-{os.getpid()}"


class Evil:
    """What leaves a trace when it is unpickled."""

    def __reduce__(self):
        return Path.touch, (CANARY,)


EVIL = pickle.dumps(Evil())


@pytest.fixture(autouse=True)
def no_canary():
    CANARY.unlink(missing_ok=True)
    yield
    assert not CANARY.exists()


def zipped(**entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entry in entries.items():
            archive.writestr(name.replace("__", "."), entry)
    return content.getvalue()


def objects():
    content = io.BytesIO()
    np.savez(content, **{"0.0.scalings": np.array([Evil()], dtype=object)})
    return content.getvalue()


def approved_anyway(vault, folder, path, content, *, listed=None):
    """Put a file into a folder, list it, and approve the manifest: an approver who did not look."""
    document = json.loads((folder / "manifest.json").read_text())
    if content is None:
        document["files"] = [one for one in document["files"] if one["path"] != path]
        (folder / path).unlink()
    else:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        entry = {
            "path": listed or path,
            "size_bytes": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        others = [one for one in document["files"] if one["path"] != path]
        document["files"] = [*others, entry]
    (folder / "manifest.json").write_text(json.dumps(document))
    vault.sign(folder, Manifest.from_json(document))


def changed(folder, name, change):
    document = json.loads((folder / name).read_text())
    change(document)
    (folder / name).write_text(json.dumps(document))


def other_key(tmp_path):
    return PrivateKey.load_or_make(tmp_path / "other" / "governance.pem")


def refused(signed, vault, kind, match):
    with pytest.raises(kind, match=match) as caught:
        read_verified_files(signed, vault.trusted, model="churn", version=1)
    assert caught.value.why
    assert caught.value.fix


def test_an_approved_folder_is_read_as_it_was_written(signed, vault):
    sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
    assert sorted(sealed.contents) == sorted(FILES)
    assert all(sealed.contents[path] == (signed / path).read_bytes() for path in FILES)
    assert sealed.manifest_sha256 == sealed.approval.statement.manifest_sha256


def test_a_folder_that_is_not_there_is_named(vault, tmp_path):
    refused(tmp_path / "nowhere", vault, ModelRefused, "There is no model in")


def test_nobody_is_trusted_where_no_key_is(signed):
    with pytest.raises(NotApproved, match="Trusted keys: 0"):
        read_verified_files(signed, TrustedKeys(Path("/nobody")), model="churn", version=1)


APPROVALS = {
    "missing": lambda path, vault, tmp: path.unlink(),
    "empty": lambda path, vault, tmp: path.write_bytes(b""),
    "no JSON": lambda path, vault, tmp: path.write_bytes(b"approved!"),
    "a pickle": lambda path, vault, tmp: path.write_bytes(EVIL),
    "too deep": lambda path, vault, tmp: path.write_bytes(b"[" * 100_000),
    "a list": lambda path, vault, tmp: path.write_bytes(b"[]"),
    "a field twice": lambda path, vault, tmp: path.write_text(
        path.read_text().replace('"key_id"', '"key_id": "sha256:0", "key_id"')
    ),
    "an unknown field": lambda path, vault, tmp: changed(
        path.parent, path.name, lambda d: d.update(trust=True)
    ),
    "of another model": lambda path, vault, tmp: vault.sign(path.parent, model="fraud"),
    "of another version": lambda path, vault, tmp: vault.sign(path.parent, version=2),
    "by an unknown key": lambda path, vault, tmp: vault.sign(path.parent, key=other_key(tmp)),
    "by another key under a known name": lambda path, vault, tmp: (
        vault.sign(path.parent, key=other_key(tmp)),
        changed(path.parent, path.name, lambda d: d.update(key_id=vault.key.key_id)),
    ),
    "without a signature": lambda path, vault, tmp: changed(
        path.parent, path.name, lambda d: d.update(signature="")
    ),
    "no base64": lambda path, vault, tmp: changed(
        path.parent, path.name, lambda d: d.update(signature="ü" * 88)
    ),
    "changed afterwards": lambda path, vault, tmp: changed(
        path.parent, path.name, lambda d: d["statement"].update(approver="mallory")
    ),
}


@pytest.mark.parametrize("name", APPROVALS)
def test_an_approval_that_is_not_one_is_refused(name, signed, vault, tmp_path):
    APPROVALS[name](signed / "approval.json", vault, tmp_path)
    refused(signed, vault, NotApproved, "churn version 1|fraud version 1|churn version 2")


def as_pipe(path):
    path.unlink()
    os.mkfifo(path)


def as_folder(path):
    path.unlink()
    path.mkdir()


def too_long(path):
    path.write_bytes(path.read_bytes() + b" " * 5_000_000)


@pytest.mark.parametrize("dress", [as_pipe, as_folder, too_long])
@pytest.mark.parametrize("name", ["approval.json", "manifest.json", "members/0-0.txt"])
def test_a_file_that_is_no_plain_file_is_not_read(name, dress, signed, vault):
    dress(signed / name)
    refused(signed, vault, ArtifactTampered, "differs from the approved one")


@pytest.mark.parametrize("name", ["approval.json", "manifest.json", "members/0-0.txt"])
def test_a_link_is_not_followed(name, signed, vault, tmp_path):
    shutil.move(signed / name, tmp_path / "elsewhere")
    (signed / name).symlink_to(tmp_path / "elsewhere")
    refused(signed, vault, ArtifactTampered, "differs from the approved one")


def test_a_folder_of_members_that_is_a_link_is_not_followed(signed, vault, tmp_path):
    shutil.move(signed / "members", tmp_path / "members")
    (signed / "members").symlink_to(tmp_path / "members")
    refused(signed, vault, ModelRefused, "'members'")


def test_a_model_that_is_a_link_is_not_followed(signed, vault, tmp_path):
    (tmp_path / "link").symlink_to(signed)
    refused(tmp_path / "link", vault, ModelRefused, "There is no model in")


MANIFESTS = {
    "missing": lambda path: path.unlink(),
    "no JSON": lambda path: path.write_bytes(b"\xff\xfe"),
    "a pickle": lambda path: path.write_bytes(EVIL),
    "of other bytes": lambda path: changed(
        path.parent, path.name, lambda d: d["files"][0].update(size_bytes=1)
    ),
    "with a file less": lambda path: changed(path.parent, path.name, lambda d: d["files"].pop()),
    "with a file more": lambda path: changed(
        path.parent,
        path.name,
        lambda d: d["files"].append({"path": "a.json", "size_bytes": 1, "sha256": "0"}),
    ),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_was_not_approved_is_refused(name, signed, vault):
    MANIFESTS[name](signed / "manifest.json")
    refused(signed, vault, ArtifactTampered, "'manifest.json' differs from the approved one")


@pytest.mark.parametrize("path", FILES)
def test_a_changed_byte_is_found_in_every_file(path, signed, vault):
    content = bytearray((signed / path).read_bytes())
    content[len(content) // 2] ^= 1
    (signed / path).write_bytes(content)
    refused(signed, vault, ArtifactTampered, "has a SHA-256 that starts with")


@pytest.mark.parametrize("path", FILES)
def test_a_missing_file_is_found(path, signed, vault):
    (signed / path).unlink()
    refused(signed, vault, ArtifactTampered, "is missing")


def test_two_files_that_changed_places_are_found(signed, vault):
    one, other = signed / "members" / "1-0.skops", signed / "members" / "2-0.npz"
    ours, theirs = one.read_bytes(), other.read_bytes()
    one.write_bytes(theirs)
    other.write_bytes(ours)
    refused(signed, vault, ArtifactTampered, "differs from the approved one")


ADDED = (
    "evil.pkl",
    "evil.joblib",
    "members/9-9.pickle",
    "members/0-0.txt.gz",
    "sitecustomize.py",
    "libomp.so",
    ".hidden",
    "conda.yaml",
    "MLmodel",
    "members/9-9.txt",
    "extra.json",
)


@pytest.mark.parametrize("name", ADDED)
def test_a_file_that_somebody_added_is_refused(name, signed, vault):
    (signed / name).write_bytes(EVIL)
    refused(signed, vault, (ModelRefused, ArtifactTampered), "never loaded|added later")


NAMES = (
    "../secret.json",
    "/etc/passwd",
    "members/../../secret.json",
    "members//0-0.txt",
    "members/0-0.pkl",
    "members/0-0.joblib",
    "members/0-0.onnx",
    "members/0-0.pt",
    "members/0-0.TXT",
    "members/0-0.txt\n",
    "members/0-0.txt\x00.pkl",
    "members\\0-0.txt",
    "~/.ssh/config.json",
    "members/0-0.txt/../../x.json",
    "recipe.pkl",
    "RECIPE.JSON",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_no_search_writes_is_refused_although_it_was_approved(name, signed, vault):
    approved_anyway(vault, signed, "members/0-0.txt", EVIL, listed=name)
    refused(signed, vault, ModelRefused, "never loaded")


def test_a_file_that_is_listed_twice_is_refused(signed, vault):
    manifest = Manifest.from_json(json.loads((signed / "manifest.json").read_text()))
    twice = Manifest(files=(*manifest.files, manifest.files[0]))
    (signed / "manifest.json").write_text(json.dumps(twice.to_json()))
    vault.sign(signed, twice)
    refused(signed, vault, ArtifactTampered, "lists a file twice")


def test_a_model_that_is_too_large_is_not_read(signed, vault):
    manifest = Manifest.from_json(json.loads((signed / "manifest.json").read_text()))
    huge = Artifact(path="members/9-9.txt", size_bytes=1 << 40, sha256="0")
    large = Manifest(files=(*manifest.files, huge))
    (signed / "manifest.json").write_text(json.dumps(large.to_json()))
    vault.sign(signed, large)
    refused(signed, vault, ModelRefused, "too large to serve")


DRESSES = {
    "a pickle": EVIL,
    "a pickle in gzip": gzip.compress(EVIL),
    "a pickle in base64": b"gASV" + EVIL.hex().encode(),
    "nothing": b"",
    "a program": b"#!/bin/sh\ntouch /tmp/x\n",
    "an ELF file": b"\x7fELF" + bytes(60),
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("path", FILES)
def test_bytes_of_another_form_are_refused_although_they_were_approved(path, dress, signed, vault):
    approved_anyway(vault, signed, path, DRESSES[dress])
    refused(signed, vault, ModelRefused, "doesn't have the format of its name")


def with_password():
    content = bytearray(zipped(a__npy=b"\x93NUMPY"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ARCHIVES = {
    "with a pickle": zipped(schema__json=b"{}", evil__pkl=EVIL),
    "in an archive": zipped(inner__zip=zipped(evil__pkl=EVIL)),
    "with a way out": zipped(**{"../../evil__npy": EVIL}),
    "with an absolute name": zipped(**{"/tmp/evil__npy": EVIL}),
    "with a program": zipped(evil__py=b"import os"),
    "with a password": with_password(),
}


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("path", ["features.npz", "members/1-0.skops", "members/2-0.npz"])
def test_an_archive_of_more_than_arrays_is_refused_although_it_was_approved(
    path, name, signed, vault
):
    approved_anyway(vault, signed, path, ARCHIVES[name])
    refused(signed, vault, ModelRefused, "never loaded")


def test_an_archive_that_unpacks_to_far_more_is_refused(signed, vault):
    approved_anyway(vault, signed, "features.npz", zipped(a__npy=bytes(200_000_000)))
    refused(signed, vault, ModelRefused, "unpacks to 200,000,000 bytes")


def test_an_archive_without_an_end_is_refused(signed, vault):
    approved_anyway(vault, signed, "features.npz", b"PK\x03\x04" + bytes(100))
    refused(signed, vault, ArtifactTampered, "isn't a valid archive")


def untrusted():
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    return skops.io.dumps(FunctionTransformer(exec))


def caller():
    """Skops has read `operator.methodcaller` with any method (CVE-2025-54412 and its kin)."""
    schema = {
        "__class__": "methodcaller",
        "__module__": "operator",
        "__loader__": "OperatorFuncNode",
        "attrs": {
            "__class__": "tuple",
            "__module__": "builtins",
            "__loader__": "TupleNode",
            "content": [],
        },
        "protocol": 2,
        "_skops_version": "0.13",
    }
    return zipped(schema__json=json.dumps(schema))


def recipe_with(**changes):
    def change(folder):
        document = json.loads((folder / "recipe.json").read_text())
        document["members"][0].update(changes)
        return json.dumps(document).encode()

    return change


def schema_with(change):
    def changed_schema(folder):
        document = json.loads((folder / "schema.json").read_text())
        change(document)
        return json.dumps(document).encode()

    return changed_schema


PARSED = {
    "objects among arrays": ("features.npz", lambda folder: objects()),
    "objects among a member's arrays": ("members/2-0.npz", lambda folder: objects()),
    "types that nobody reviewed": ("members/1-0.skops", lambda folder: untrusted()),
    "a call of a method": ("members/1-0.skops", lambda folder: caller()),
    "another estimator": ("recipe.json", recipe_with(estimator="os.system")),
    "a view that is not there": ("recipe.json", recipe_with(view="none")),
    "features of another kind": ("features.json", lambda folder: b'{"views": {"tree": 1}}'),
    "no schema": ("schema.json", lambda folder: None),
    "a schema of nothing": ("schema.json", lambda folder: b"{}"),
    "a schema of other columns": (
        "schema.json",
        schema_with(lambda d: d["columns"][0].update(name="salary")),
    ),
    "a schema of another task": (
        "schema.json",
        schema_with(lambda d: d.update(classes=["a", "b"])),
    ),
    "text that is no LightGBM": ("members/0-0.txt", lambda folder: b"tree\nversion=v4\n"),
}


@pytest.mark.parametrize("name", PARSED)
def test_what_python_can_tell_apart_is_refused_without_running(name, signed, vault):
    path, content = PARSED[name]
    approved_anyway(vault, signed, path, content(signed))
    sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
    with pytest.raises((ModelRefused, ArtifactTampered)) as caught:
        parse_model(sealed.contents)
    assert caught.value.why
    assert caught.value.fix


@pytest.mark.long
def test_a_swap_between_the_check_and_the_use_is_found_or_has_no_effect(signed, vault, tmp_path):
    """Somebody exchanges files all the time while 500 times the folder is read."""
    good = {path: (signed / path).read_bytes() for path in FILES}
    evil = {path: EVIL + bytes(len(content)) for path, content in good.items()}
    stop = threading.Event()

    def swap():
        turn = 0
        while not stop.is_set():
            path = FILES[turn % len(FILES)]
            fresh = tmp_path / "fresh"
            fresh.write_bytes((evil if turn % 2 else good)[path])
            fresh.replace(signed / path)
            turn += 1

    thread = threading.Thread(target=swap)
    thread.start()
    whole = refused_times = 0
    try:
        for _ in range(500):
            try:
                sealed = read_verified_files(signed, vault.trusted, model="churn", version=1)
            except ArtifactTampered:
                refused_times += 1
                for path, content in good.items():
                    (tmp_path / "back").write_bytes(content)
                    (tmp_path / "back").replace(signed / path)
                continue
            assert dict(sealed.contents) == good
            whole += 1
    finally:
        stop.set()
        thread.join()
    assert whole + refused_times == 500
    assert refused_times > 0


@pytest.mark.long
def test_a_model_that_crashes_its_parser_takes_the_child_and_not_the_server(signed, vault):
    text = (signed / "members/0-0.txt").read_bytes()
    broken = text.replace(b"left_child=", b"left_child=99999 ", 1)
    approved_anyway(vault, signed, "members/0-0.txt", broken)
    with pytest.raises((ModelRefused, ArtifactTampered)) as caught:
        load_model(signed, vault.trusted, model="churn", version=1, home=vault.home)
    assert caught.value.fix


@pytest.mark.long
def test_bytes_at_random_places_never_end_this_process(signed, vault):
    text = (signed / "members/0-0.txt").read_bytes()
    rng, model = np.random.default_rng(0), 0
    for _ in range(12):
        broken = bytearray(text)
        for index in rng.integers(5, len(text), 8):
            broken[index] = rng.integers(32, 127)
        approved_anyway(vault, signed, "members/0-0.txt", bytes(broken))
        try:
            load_model(signed, vault.trusted, model="churn", version=1, home=vault.home)
        except (ModelRefused, ArtifactTampered):
            continue
        model += 1
    assert model < 12
