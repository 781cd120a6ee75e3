"""Small notebooks, and a store of runs that ends with the test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from automl_magic.execute import RunLimits, RunStore, execute_notebook
from automl_magic.execute.reconcile import reconcile
from automl_magic.records import Run

QUICK = RunLimits(grace_s=2.0, start_s=60.0, run_s=120.0)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "home" / "runs.sqlite")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of code cells, given as id=source, and return its path."""

    def write_notebook(
        cells: dict[str, str], *, kind: str | None = None, folder: str = "work", **metadata: Any
    ) -> Path:
        path = tmp_path / folder / "notebook.ipynb"
        path.parent.mkdir(exist_ok=True)
        document = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                **({"automl": {"kind": kind}} if kind else {}),
                **metadata,
            },
            "cells": [
                {
                    "cell_type": "code",
                    "id": name,
                    "source": source,
                    "metadata": {"tags": ["parameters"] if name == "parameters" else []},
                    "outputs": [],
                    "execution_count": None,
                }
                for name, source in cells.items()
            ],
        }
        path.write_text(json.dumps(document), "utf-8")
        return path

    return write_notebook


@pytest.fixture
def execute(store: RunStore, write: Callable[..., Path]) -> Callable[..., Run]:
    """Write and execute a notebook, with limits that suit a test."""

    def execute_cells(
        cells: dict[str, str], *, kind: str = "notebook", limits: RunLimits = QUICK, **options: Any
    ) -> Run:
        notebook = write(cells, kind=kind)
        return execute_notebook(notebook, store=store, kind=kind, limits=limits, **options)

    return execute_cells


@pytest.fixture
def output_of() -> Callable[[Run], dict[str, Any]]:
    """Return a function that reads the executed notebook of a run."""
    return _output_of


@pytest.fixture
def states_of() -> Callable[[Run], dict[str, str]]:
    """Return a function that reads what the executed notebook says of each cell."""

    def read(run: Run) -> dict[str, str]:
        return {
            cell["id"]: cell["metadata"]["papermill"]["status"]
            for cell in _output_of(run)["cells"]
            if "papermill" in cell["metadata"]
        }

    return read


def _output_of(run: Run) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(run.folder) / "output.ipynb").read_text("utf-8"))
    return document


@pytest.fixture
def driver(tmp_path: Path, store: RunStore) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Supervise a notebook in another process, which a test may then kill or interrupt.

    Each event is a line of JSON on its standard output; the last line is the run.
    """
    started: list[subprocess.Popen[str]] = []

    def start(notebook: Path, kind: str, before: str = "pass") -> subprocess.Popen[str]:
        script = tmp_path / "driver.py"
        script.write_text(DRIVER.format(before=before), "utf-8")
        command = [sys.executable, str(script), str(notebook), str(store.path), kind]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    reconcile(store)


DRIVER = """
import json, os, signal, sys
from automl_magic.execute import RunLimits, RunStore, execute_notebook

def on_event(event):
    print(json.dumps(event), flush=True)
    {before}

if __name__ == "__main__":
    notebook, store, kind = sys.argv[1:]
    limits = RunLimits(grace_s=3.0, run_s=100.0)
    run = execute_notebook(
        notebook, store=RunStore(store), kind=kind, limits=limits, on_event=on_event
    )
    print(json.dumps(run.to_json()), flush=True)
"""
