import base64
import dataclasses
import os
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.errors import NotApproved, StoreError
from automl_magic.records.models.approval import Approval, Statement
from automl_magic.store.signing import PrivateKey, TrustedKeys, canonical_json

WHEN = datetime(2026, 11, 21, 12, tzinfo=UTC)


def statement(**changes):
    fields = {
        "model": "churn",
        "version": 3,
        "manifest_sha256": "sha256:" + "ab" * 32,
        "author": "ada",
        "approver": "grace",
        "policy": "local",
        "approved_at": WHEN,
    }
    return Statement(**{**fields, **changes})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "governance.pem"


@pytest.fixture
def key(path):
    return PrivateKey.load_or_make(path)


@pytest.fixture
def trusted(path, key):
    return TrustedKeys.load(path.parent / "trusted")


def test_a_trusted_signature_is_believed(key, trusted):
    trusted.verify(key.sign(statement()))


def test_an_approval_is_the_same_after_a_journey_as_json(key, trusted):
    approval = key.sign(statement())

    trusted.verify(Approval.from_json(approval.to_json()))


def test_the_canonical_form_does_not_depend_on_the_order_of_fields():
    assert canonical_json(statement()).startswith(b'{"approved_at":"2026-11-21T12:00:00+00:00",')
    assert canonical_json(statement(author="Ærø")).decode().count("Ærø") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"model": "churm"},
        {"version": 4},
        {"manifest_sha256": "sha256:" + "ac" * 32},
        {"author": "eve"},
        {"approver": "eve"},
        {"policy": "any"},
        {"approved_at": WHEN + timedelta(microseconds=1)},
        {"approved_at": WHEN.astimezone(timezone(timedelta(hours=1)))},
        {"schema_version": 2},
    ],
)
def test_a_changed_statement_is_refused(key, trusted, change):
    approval = dataclasses.replace(key.sign(statement()), statement=statement(**change))

    with pytest.raises(NotApproved, match="doesn't match the statement"):
        trusted.verify(approval)


@given(bit=st.integers(0, 511))
def test_a_signature_with_one_wrong_bit_is_refused(bit, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "one-key" / "governance.pem"
    approval = PrivateKey.load_or_make(path).sign(statement())
    flipped = bytearray(base64.b64decode(approval.signature))
    flipped[bit // 8] ^= 1 << bit % 8
    wrong = dataclasses.replace(approval, signature=base64.b64encode(flipped).decode())

    with pytest.raises(NotApproved, match="doesn't match the statement"):
        TrustedKeys.load(path.parent / "trusted").verify(wrong)


@pytest.mark.parametrize("text", ["", "?", "AAAA", "é", "A" * 88])
def test_what_is_no_signature_is_refused(key, trusted, text):
    with pytest.raises(NotApproved, match="doesn't match the statement"):
        trusted.verify(dataclasses.replace(key.sign(statement()), signature=text))


def test_a_key_that_is_not_trusted_is_refused(tmp_path, trusted):
    stranger = PrivateKey.load_or_make(tmp_path / "other" / "governance.pem")

    with pytest.raises(NotApproved, match="isn't trusted"):
        trusted.verify(stranger.sign(statement()))


def test_a_stranger_cannot_sign_in_the_name_of_a_trusted_key(tmp_path, key, trusted):
    stranger = PrivateKey.load_or_make(tmp_path / "other" / "governance.pem")
    approval = dataclasses.replace(stranger.sign(statement()), key_id=key.key_id)

    with pytest.raises(NotApproved, match="doesn't match the statement"):
        trusted.verify(approval)


def test_nobody_is_trusted_where_there_is_no_folder(tmp_path, key):
    with pytest.raises(NotApproved, match="Trusted keys: 0"):
        TrustedKeys.load(tmp_path / "nothing").verify(key.sign(statement()))


def test_the_key_is_made_once_and_is_its_owners_alone(path):
    old = os.umask(0)
    try:
        first = PrivateKey.load_or_make(path)
    finally:
        os.umask(old)

    assert PrivateKey.load_or_make(path).key_id == first.key_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    (public,) = (path.parent / "trusted").iterdir()
    assert isinstance(load_pem_public_key(public.read_bytes()), Ed25519PublicKey)
    assert public.stat().st_mode & 0o022 == 0
    assert sorted(p.name for p in path.parent.iterdir()) == ["governance.pem", "trusted"]


def test_many_who_come_first_together_get_one_key(path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(PrivateKey.load_or_make(path).key_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert TrustedKeys.load(path.parent / "trusted").keys.keys() == set(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_key_that_others_can_read_or_write_is_refused(path, key, mode):
    path.chmod(mode)

    with pytest.raises(StoreError, match="Others can read or write it"):
        PrivateKey.load_or_make(path)


def test_a_link_in_the_place_of_the_key_is_refused(path, key):
    elsewhere = path.with_name("elsewhere.pem")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)

    with pytest.raises(StoreError):
        PrivateKey.load_or_make(path)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_is_not_replaced(path, key, content):
    path.write_bytes(content)

    with pytest.raises(StoreError):
        PrivateKey.load_or_make(path)
    assert path.read_bytes() == content


def test_a_key_of_another_kind_is_refused(path, key):
    rsa = generate_private_key(65537, 2048)
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(StoreError, match="isn't an Ed25519 key"):
        PrivateKey.load_or_make(path)

    public = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (path.parent / "trusted" / "rsa.pem").write_bytes(public)
    with pytest.raises(NotApproved, match="isn't a trusted key"):
        TrustedKeys.load(path.parent / "trusted")


@pytest.mark.parametrize("what", ["the folder", "a key"])
def test_keys_that_others_can_write_are_not_believed(path, key, what):
    trusted = path.parent / "trusted"
    target = trusted if what == "the folder" else next(trusted.iterdir())
    target.chmod(target.stat().st_mode | 0o020)

    with pytest.raises(NotApproved, match="others can write"):
        TrustedKeys.load(trusted)


def test_trust_that_was_taken_away_stays_away(path, key):
    (public,) = (path.parent / "trusted").iterdir()
    public.unlink()
    approval = PrivateKey.load_or_make(path).sign(statement())

    with pytest.raises(NotApproved):
        TrustedKeys.load(path.parent / "trusted").verify(approval)


def test_the_secret_is_not_in_the_text_of_a_key(key):
    assert repr(key) == f"PrivateKey({key.key_id})"
