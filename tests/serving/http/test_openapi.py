"""The OpenAPI document holds: schemathesis asks the running server what the document promises."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from automl_magic.store.keys import create_key


@pytest.fixture(scope="module")
def secret(keyed_plane):
    return create_key(keyed_plane.engine, "schemathesis", actor="ada")[1]


def fuzz(live, secret, folder, *options):
    """Run schemathesis with every check, and return how many requests it made and what it found."""
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--no-color",
            "run",
            f"{live.url}/openapi.json",
            "--checks=all",
            "--continue-on-failure",
            "--suppress-health-check=all",
            "--generation-database=none",
            "--request-timeout=30",
            f"--header=Authorization: Bearer {secret}",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    short = "\n".join(line[:300] for line in run.stdout.splitlines())
    result = re.search(r"(\d[\d,]*) generated", run.stdout)
    assert result, short[-3_000:] + run.stderr[-2_000:]
    # It has no way to make a Parquet file or lines of JSON, and says so as an error of its own.
    assert "FAILURES" not in run.stdout, short[-12_000:]
    errors = re.findall(r"^\s+🚫 (.+): \d+$", run.stdout, re.MULTILINE)
    assert set(errors) <= {"Serialization not possible"}, short[-12_000:]
    return int(result[1].replace(",", ""))


def test_hundreds_of_requests_find_nothing(keyed, secret, tmp_path):
    short = ("--phases=examples,fuzzing", "--max-examples=12", "--seed=1")
    assert fuzz(keyed, secret, tmp_path, *short) >= 200


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_twenty_thousand_requests_find_nothing(keyed, secret, tmp_path):
    whole = ("--phases=examples,coverage,fuzzing", "--max-examples=1100", "--seed=2")
    assert fuzz(keyed, secret, tmp_path, *whole) >= 20_000


def test_every_example_is_answered(live):
    document = live.client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        operation = operations.get("post")
        content = operation and operation["requestBody"]["content"].get("application/json", {})
        if not content or "example" not in content or "{" in path:
            continue
        response = live.client.post(path, json=content["example"])
        assert response.is_success, (path, response.text, json.dumps(content["example"]))
