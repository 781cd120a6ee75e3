"""The widget handles actions, and its script contains no data."""

import json
import re
import subprocess
import sys

import pytest

from automl_magic.errors import RunError, RunNotFound
from automl_magic.runs.backends import run_store
from automl_magic.what_if.widget import WhatIf
from automl_magic.workspace import default_workspace


def test_an_action_updates_the_view(told, model):
    widget = WhatIf(told, model)
    before = widget.view["said"]

    widget._on_message(widget, {"do": "set", "column": 0, "value": 80}, [])

    assert before.startswith("The model predicts no")
    assert widget.view["said"].startswith("The model predicts yes")
    json.dumps(widget.view, allow_nan=False)


def test_the_script_makes_no_markup_of_text(told, model):
    script = WhatIf(told, model)._esm

    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b", script) == []
    assert "__xss" not in script


def test_an_unexplained_run_is_an_error_with_the_command(tmp_path, monkeypatch):
    from automl_magic import whatif

    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path))
    with pytest.raises(RunNotFound):
        whatif("nope")
    run = run_store(default_workspace()).create(kind="search", notebook="search.ipynb")
    with pytest.raises(RunError) as refused:
        whatif(run.run_id)

    assert refused.value.fix == f"Explain it: automl explain {run.run_id}"


def test_the_name_stays_the_function_after_its_package_was_imported():
    code = (
        "import automl_magic, automl_magic.what_if.widget as w; "
        "assert automl_magic.whatif is w.whatif; print('ok')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "ok"
