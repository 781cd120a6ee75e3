"""The magics in a real kernel, as a notebook would run them."""

import contextlib

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.long

CELLS = [
    "%load_ext automl_magic",
    "from sklearn.datasets import load_diabetes\nsugar = load_diabetes(as_frame=True).frame",
    "%automl fit sugar --target target --budget 8s -o plan",
    "%automl leaderboard",
]


def execute(sources, folder):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    client = NotebookClient(
        notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with contextlib.suppress(CellExecutionError):
        client.execute()
    return notebook


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_dataframe_becomes_a_leaderboard_with_progress_on_the_way(folder):
    notebook = execute(CELLS, folder)

    fit, leaderboard = notebook.cells[2].outputs, notebook.cells[3].outputs
    assert [output.output_type for output in fit] == ["display_data"] * 3
    progress, course, outcome = (output.data for output in fit)
    assert "cells · " in progress["text/plain"]
    assert " trials over time: from " in course["text/plain"]
    assert outcome["text/plain"].startswith("Run ")
    assert set(outcome) == {"text/plain", "text/html"}
    assert "<svg" in leaderboard[0].data["text/html"]
    assert (
        "higher is better" in leaderboard[0].data["text/plain"]
        or "lower" in leaderboard[0].data["text/plain"]
    )


def test_an_error_stops_the_notebook_with_three_lines(folder):
    notebook = execute([CELLS[0], "%automl leaderboard nope", "print('on')"], folder)

    [output] = notebook.cells[1].outputs
    assert (output.output_type, output.ename) == ("error", "RunNotFound")
    assert [line.split(" ")[0] for line in output.traceback] == ["There's", "Why:", "Do:"]
    assert notebook.cells[2].outputs == []
