"""A file is what was recorded of it, or its own SHA-256 is told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from automl_magic.files.digests import mismatched_sha256, sha256_of, sha256_of_file

DIGEST = hashlib.sha256(b"model").hexdigest()


@pytest.mark.parametrize("recorded", [DIGEST, f"sha256:{DIGEST}"])
def test_what_was_recorded_has_no_other_digest(recorded: str) -> None:
    assert mismatched_sha256(b"model", recorded) is None


def test_changed_bytes_are_told_by_their_own_digest() -> None:
    assert mismatched_sha256(b"Model", DIGEST) == sha256_of(b"Model") != DIGEST


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"model")

    with (tmp_path / "model").open("rb") as file:
        assert sha256_of_file(file) == DIGEST
