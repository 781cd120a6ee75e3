"""The tutorial of the endpoint, typed from top to bottom, beside a server that really serves."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "from-model-to-endpoint.md"
AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
# The first time, before anybody has approved the version.
REFUSED = "automl route churn --canary 2 --percent 20"

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


class Reader:
    """Somebody who types what the page says, in a folder and a home of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "AUTOML"))}
        self.environment = {**kept, "AUTOML_MAGIC_HOME": str(folder / "home")}
        self.said: dict[str, list[str]] = {}
        self.server: subprocess.Popen[str] | None = None

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        program, *argv = shlex.split(line)
        command = AUTOML if program == "automl" else [sys.executable]
        completed = subprocess.run(
            [*command, *argv],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        self.said.setdefault(line, []).append(completed.stdout + completed.stderr)
        return completed

    def serve(self, line: str) -> None:
        """Start what the page starts in the second terminal; it is ready when it says so."""
        self.server = subprocess.Popen(
            [*AUTOML, *shlex.split(line)[1:]],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "server.log").open("w"),
            text=True,
        )
        for output in self.server.stdout:
            if output.startswith("Try it:"):
                threading.Thread(target=self.server.stdout.read, daemon=True).start()
                return
        raise AssertionError((self.folder / "server.log").read_text()[-3000:])

    def end(self) -> int:
        self.server.send_signal(signal.SIGINT)
        return self.server.wait(60)


@pytest.fixture
def reader(tmp_path):
    reader = Reader(tmp_path)
    yield reader
    if reader.server is not None and reader.server.poll() is None:
        reader.server.kill()


def test_fit_serve_shift_alert_retrain_approve_canary_promote_roll_back(reader):
    page = PAGE.read_text("utf-8")
    for name, source in re.findall(r":caption: (\S+)\n\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (reader.folder / name).write_text(source, "utf-8")
    (serve,) = re.findall(r"^(automl serve .* --port 8123)$", page, re.MULTILINE)
    for line in re.findall(r"^\$ (.*)$", page, re.MULTILINE):
        done = reader.type(line)
        is_refused = line == REFUSED and len(reader.said[line]) == 1
        assert done.returncode == (1 if is_refused else 0), done.stderr[-3000:]
        if line == "automl register last --name churn":
            reader.serve(serve)
    ended = reader.end()

    said = {line: answers[-1] for line, answers in reader.said.items()}
    asked = reader.said["python send.py autumn.csv 50"]
    history = json.loads(reader.type("automl route churn --json").stdout)
    assert "It hasn't been approved" in reader.said[REFUSED][0]
    assert re.search(r"^age +critical", said["automl monitor churn --window 1h"], re.MULTILINE)
    assert "age" in said["automl alerts churn"]
    assert re.search(r"'2': \d+", said["python send.py autumn.csv 300"])
    assert ("{'2': 50}" in asked[0], "{'1': 50}" in asked[1]) == (True, True)
    assert history["route"]["stable"] == 1
    assert "intact" in said["automl audit verify"]
    assert ended == 0
