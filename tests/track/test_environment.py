import re
from pathlib import Path

from automl_magic.track import code_digest, describe_environment


def test_the_environment_is_described_and_digested():
    described = describe_environment()

    assert described.keys() == {
        "python",
        "platform",
        "packages",
        "sha256",
        "automl_magic",
        "installed",
        "lock_sha256",
    }
    assert {"numpy", "pandas", "scikit-learn", "lightgbm"} <= described["packages"].keys()
    assert described["packages"].items() <= described["installed"].items()
    assert describe_environment() == described


def test_changing_a_description_does_not_change_the_next():
    describe_environment()["installed"]["numpy"] = "0"

    assert describe_environment()["installed"]["numpy"] != "0"


def test_our_own_code_has_a_digest_that_stays(monkeypatch):
    digest = code_digest()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)

    def read_again(path):
        raise AssertionError(f"{path} was read again.")

    monkeypatch.setattr(Path, "read_bytes", read_again)
    assert code_digest() == digest
