"""The tutorials, typed from top to bottom by somebody who has just arrived."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.long

DOCS = Path(__file__).resolve().parents[2] / "docs"
# The commands that the page shows refused.
REFUSED = {"automl plan tumours.csv --target diagnosys"}


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def test_the_terminal_tutorial_can_be_typed(shell):
    page = (DOCS / "tutorial" / "first-model.md").read_text("utf-8")
    captioned = re.findall(r":caption: (\S+)\n\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for name, source in captioned:
        (shell / name).write_text(source, "utf-8")
    commands = re.findall(r"^\$ (.*)$", page, re.MULTILINE)

    codes = {
        command: subprocess.run(
            command, shell=True, cwd=shell, capture_output=True, check=False
        ).returncode
        for command in commands
    }

    assert len(commands) > 10
    assert codes == {command: int(command in REFUSED) for command in commands}
    documented = (DOCS / "reference" / "files.md").read_text("utf-8")
    kept = {path.name for run in (shell / "home" / "runs").iterdir() for path in run.iterdir()}
    assert [name for name in sorted(kept) if f"`{name}" not in documented] == []


def test_the_notebook_tutorial_can_be_run(shell):
    page = (DOCS / "tutorial" / "in-a-notebook.md").read_text("utf-8")
    blocks = re.findall(r"^```(?:python|text)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shorter = [re.sub(r"(--budget |budget_s(?:: |=))30", r"\g<1>8", block) for block in blocks]
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in shorter]
    notebook = nbformat.v4.new_notebook(cells=cells)

    NotebookClient(
        notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": str(shell)}}
    ).execute()

    assert len(cells) == 8
    assert (shell / "wine-model.ipynb").exists()
    assert (shell / "scores.csv").exists()
