"""Promise 1, to the letter: an environment without us, made from the notebook's own list."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from automl_magic import flow


@pytest.mark.long
def test_a_model_notebook_prints_its_score_where_we_are_not_installed(fitted, tmp_path):
    notebook = flow.notebook(fitted.run_id, output=tmp_path / "model.ipynb")
    needs = json.loads(notebook.read_text())["metadata"]["automl"]["requirements"]
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    uv = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python]
    installed = subprocess.run(
        [*uv, *needs, "papermill", "ipykernel"], capture_output=True, text=True, check=False
    )
    if installed.returncode:
        pytest.skip(f"no package index can be reached: {installed.stderr[-200:]}")
    ours = subprocess.run(
        [python, "-I", "-c", "import automl_magic"], check=False, capture_output=True
    )
    assert b"ModuleNotFoundError" in ours.stderr

    subprocess.run(
        [python, "-m", "papermill", "--no-progress-bar", notebook, tmp_path / "out.ipynb"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "JUPYTER_PATH": str(tmp_path / "env" / "share" / "jupyter")},
    )

    cells = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    last = [cell for cell in cells if cell["cell_type"] == "code"][-1]
    printed = json.loads("".join(last["outputs"][0]["text"]))
    assert printed["score"] == pytest.approx(fitted.outcome.holdout.score, abs=1e-6)
