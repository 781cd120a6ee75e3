"""A run from its first event to its last artifact."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl_magic.errors import FolderBusy, FolderNotWritable, RunError, RunFailed
from automl_magic.execute import RunLimits, RunStore, execute_notebook, raise_for_status
from automl_magic.execute.lock import LOCK_NAME, folder_lock
from automl_magic.execute.processes import run_processes
from automl_magic.records import Artifact, Failure, FailureKind, Run, RunStatus

WHOLE = {
    "parameters": "seed = 0\nname = ''\nrun_dir = 'nowhere'",
    "look": """
import json, os, sys
{
    "seed": seed,
    "name": name,
    "here": os.getcwd(),
    "hash_seed": os.environ["PYTHONHASHSEED"],
    "python": sys.executable,
}
""",
    "finish": """
import pathlib
pathlib.Path(run_dir, "model").mkdir()
pathlib.Path(run_dir, "model", "weights.bin").write_bytes(b"12345")
with open(pathlib.Path(run_dir) / "events.jsonl", "a") as file:
    file.write('{"event": "trial", "number": 0}\\nno json\\n[]\\n')
pathlib.Path(run_dir, "result.json").write_text('{"kind": "search", "best": "dummy"}')
""",
}


def test_a_search_is_executed_with_everything_it_was_given(
    execute: Callable[..., Run],
    store: RunStore,
    output_of: Callable[[Run], dict[str, Any]],
    tmp_path: Path,
) -> None:
    name = 'it\'s \ud800 "quoted"\n{brace} 🙂'
    events: list[dict[str, Any]] = []
    work = tmp_path / "work"
    work.mkdir()
    plan = work / "any.json"
    plan.write_text("{}")

    run = execute(
        WHOLE,
        kind="search",
        parameters={"seed": 7, "name": name},
        inputs={"data": "sha256:0"},
        files={"plan.json": plan},
        on_event=events.append,
        lock_folder=work,
    )

    folder = Path(run.folder)
    look = next(cell for cell in output_of(run)["cells"] if cell["id"] == "look")
    output = look["outputs"][0]["data"]["text/plain"]
    digest = hashlib.sha256(b"12345").hexdigest()
    stable_events = [
        {k: v for k, v in event.items() if k not in ("t", "run_id")} for event in events
    ]
    cells = ["parameters", "injected-parameters", "look", "finish"]
    steps = [
        {"event": "cell", "cell_id": cell, "index": index, "of": 4, "state": state}
        for index, cell in enumerate(cells)
        for state in ("started", "done")
    ]
    assert store.get(run.run_id) == run
    assert (run.status, run.failure, run.result) == (
        RunStatus.SUCCEEDED,
        None,
        {"kind": "search", "best": "dummy"},
    )
    assert (run.parameters, run.inputs) == (
        {"seed": 7, "name": name},
        {"data": "sha256:0"},
    )
    assert eval("".join(output)) == {
        "seed": 7,
        "name": name,
        "here": str(work),
        "hash_seed": "0",
        "python": sys.executable,
    }
    assert [artifact.path for artifact in run.artifacts] == [
        "input.ipynb",
        "model/weights.bin",
        "output.ipynb",
        "plan.json",
        "result.json",
    ]
    assert run.artifacts[1] == Artifact(path="model/weights.bin", size_bytes=5, sha256=digest)
    assert output_of(run)["metadata"]["automl"] == {"kind": "search", "run_id": run.run_id}
    assert [event for event in stable_events if event["event"] == "cell"] == steps
    assert [event["state"] for event in stable_events if event["event"] == "run"] == [
        "staging",
        "running",
        "committing",
        "published",
        "digested",
        "succeeded",
    ]
    assert {"event": "trial", "number": 0} in stable_events
    assert (folder / "input.ipynb").read_bytes() == Path(run.notebook).read_bytes()
    assert not (work / LOCK_NAME).exists()
    assert run_processes(run.run_id) == []
    assert not list(Path(tempfile.gettempdir()).glob(f"automl-{run.run_id}-*"))


def test_a_folder_with_a_hostile_name_is_no_obstacle(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    hostile = 'it\'s {0} {name} "x" 🙂 ; rm -rf $HOME %s' + "/long" * 30
    store = RunStore(tmp_path / hostile / "runs.sqlite")
    notebook = write({"first": "x = 1"}, folder="{run} it's")

    run = execute_notebook(notebook, store=store)

    assert (run.status, run.failure) == (RunStatus.SUCCEEDED, None)


def test_a_kernel_that_is_not_installed_is_replaced_by_ours(
    write: Callable[..., Path], store: RunStore
) -> None:
    elsewhere = {"name": "conda-env-elsewhere", "display_name": "E", "language": "python"}
    notebook = write({"first": "x = 1"}, kernelspec=elsewhere)

    assert execute_notebook(notebook, store=store).status == RunStatus.SUCCEEDED


def test_a_kernel_of_another_language_that_is_not_installed_fails_the_run(
    write: Callable[..., Path], store: RunStore
) -> None:
    notebook = write({"first": "x"}, kernelspec={"name": "r", "display_name": "R", "language": "R"})

    run = execute_notebook(notebook, store=store)

    assert run.failure is not None
    assert (run.status, run.failure.kind) == (RunStatus.FAILED, FailureKind.NOT_STARTED)
    with pytest.raises(RunFailed, match="didn't start"):
        raise_for_status(run)


def test_a_document_that_papermill_breaks_on_fails_the_run_and_is_explained_in_the_log(
    write: Callable[..., Path], store: RunStore
) -> None:
    notebook = write({"first": "x = 1"})
    document = json.loads(notebook.read_text())
    del document["cells"][0]["cell_type"]
    notebook.write_text(json.dumps(document))

    run = execute_notebook(notebook, store=store)

    assert run.failure is not None
    assert (run.status, run.failure.kind) == (RunStatus.FAILED, FailureKind.NOT_STARTED)
    assert "Traceback" in (Path(run.folder) / "log.txt").read_text()


def test_cells_without_code_are_not_waited_for(
    write: Callable[..., Path], store: RunStore, states_of: Callable[[Run], dict[str, str]]
) -> None:
    notebook = write({"blank": " \n", "first": "x = 1", "skipped": "1 / 0", "allowed": "1 / 0"})
    document = json.loads(notebook.read_text())
    document["cells"][2]["metadata"]["tags"] = ["skip-execution"]
    document["cells"][3]["metadata"]["tags"] = ["raises-exception"]
    notebook.write_text(json.dumps(document))

    run = execute_notebook(notebook, store=store)

    assert (run.status, run.failure) == (RunStatus.SUCCEEDED, None)
    assert states_of(run) == {"first": "completed", "allowed": "completed"}


def test_what_a_notebook_leaves_running_ends_with_it(execute: Callable[..., Run]) -> None:
    hiding = """
import subprocess, sys
sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
subprocess.Popen(sleep, start_new_session=True)
orphan = subprocess.Popen(sleep, start_new_session=True, env={})
print(orphan.pid)
"""
    run = execute({"first": hiding})

    output = json.loads((Path(run.folder) / "output.ipynb").read_text("utf-8"))
    orphan = int(output["cells"][0]["outputs"][0]["text"][0])
    assert run.status == RunStatus.SUCCEEDED
    assert run_processes(run.run_id) == []
    assert not Path(f"/proc/{orphan}").exists()


def test_two_runs_in_one_folder_are_one_too_many(
    write: Callable[..., Path], store: RunStore
) -> None:
    notebook = write({"first": "import time; time.sleep(3)"})
    is_started = threading.Event()
    ended_runs: list[Run] = []

    def first() -> None:
        run = execute_notebook(
            notebook, store=store, lock_folder=notebook.parent, on_event=lambda _: is_started.set()
        )
        ended_runs.append(run)

    thread = threading.Thread(target=first)
    thread.start()
    is_started.wait(10)
    with pytest.raises(FolderBusy) as caught:
        execute_notebook(notebook, store=store, lock_folder=notebook.parent)
    thread.join()

    [run] = store.list()
    assert run.run_id in caught.value.why
    assert caught.value.fix.startswith("Wait for it, stop it with kill ")
    assert ended_runs == [run]
    assert run.status == RunStatus.SUCCEEDED
    with folder_lock(notebook.parent):
        pass


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "System error: No such file or directory."),
        ("not json", "Parsing it failed: Expecting value"),
        ("[]", "Parsing it failed: it has no list of cells."),
        ('{"nbformat": 3, "cells": []}', "Parsing it failed: its nbformat is 3, not 4."),
        ('{"nbformat": 4, "cells": [1]}', "Parsing it failed: a cell or its metadata"),
    ],
)
def test_what_is_no_notebook_makes_no_run(
    store: RunStore, tmp_path: Path, content: str | None, why: str
) -> None:
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_text(content)

    with pytest.raises(RunError) as caught:
        execute_notebook(path, store=store)

    assert caught.value.why.startswith(why)
    assert not store.path.exists()


@pytest.mark.parametrize(
    ("failure", "what", "fix"),
    [
        (
            Failure(kind=FailureKind.RAISED, message="ValueError: no", cell_id="task"),
            "Cell 'task' of search.ipynb raised an error.",
            "Check the cell in /r/output.ipynb, fix it in search.ipynb, and run it again.",
        ),
        (
            Failure(kind=FailureKind.OUT_OF_MEMORY, message="The run used 5 GB."),
            "The notebook search.ipynb ran out of memory.",
            "Use fewer rows or columns, or a machine with more memory.",
        ),
        (
            Failure(kind=FailureKind.FROZEN, message="No sign of life.", cell_id="search"),
            "Cell 'search' of search.ipynb stopped responding.",
            "Check the log: less /r/log.txt",
        ),
    ],
)
def test_a_failed_run_becomes_an_error_with_three_lines(
    store: RunStore, failure: Failure, what: str, fix: str
) -> None:
    run = Run.from_json(
        store.create(kind="search", notebook="search.ipynb").to_json()
        | {"folder": "/r", "status": "failed", "failure": failure.to_json()}
    )

    with pytest.raises(RunFailed) as caught:
        raise_for_status(run)

    assert (caught.value.what, caught.value.why, caught.value.fix) == (what, failure.message, fix)
    assert (caught.value.kind, caught.value.cell_id) == (failure.kind.value, failure.cell_id)


NAMESPACE = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
SMALL_DISK = """
import json, sys
from automl_magic.execute import RunStore, execute_notebook, raise_for_status
store = RunStore(sys.argv[2])
try:
    run = execute_notebook(sys.argv[1], store=store)
    raise_for_status(run)
except Exception as error:
    print(type(error).__name__, error, sep="\\n")
    if "--quiet" in sys.argv:
        sys.exit()
print([run.status.value for run in store.list()])
"""


def on_a_disk(
    options: str, folder: Path, notebook: Path, prepare: str = "true", last: str = ""
) -> str:
    """Execute a notebook with its home on a disk of its own; return what that prints."""
    folder.mkdir()
    script = folder.parent / "small_disk.py"
    script.write_text(SMALL_DISK)
    mount = f"mount -t tmpfs -o size=8m tmpfs {folder} && cd / && {prepare}"
    run = f"{sys.executable} {script} {notebook} {folder}/home/runs.sqlite {last}"
    command = f"{mount} && mount -o remount,{options} {folder} && {run}"
    result = subprocess.run([*NAMESPACE, command], capture_output=True, text=True, check=False)
    if "unshare" in result.stderr or "mount:" in result.stderr:
        pytest.skip("this machine does not let us mount")
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_disk_that_fills_up_fails_the_run_with_a_clear_error(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    notebook = write(
        {
            "parameters": "run_dir = ''",
            "write": "open(run_dir + '/x', 'wb').write(bytes(9_000_000))",
        }
    )

    output = on_a_disk("size=8m", tmp_path / "disk", notebook)

    assert output.startswith("FolderNotWritable\nCan't write to the folder ")
    assert "  Why: System error: No space left on device.\n" in output
    assert "  Do:  Free some space: df -h " in output
    assert output.endswith("['failed']\n")


def test_a_full_disk_is_found_out_before_anything_runs(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    fill = f"mkdir {tmp_path}/disk/home; head -c 9000000 /dev/zero > {tmp_path}/disk/home/x; true"

    output = on_a_disk("size=8m", tmp_path / "disk", write({"first": "x = 1"}), fill, "--quiet")

    assert output.startswith("FolderNotWritable\nCan't write to the folder ")
    assert "Do:  Free some space: df -h " in output


def test_a_read_only_home_is_found_out_before_anything_runs(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    output = on_a_disk("ro", tmp_path / "disk", write({"first": "x = 1"}))

    assert output.startswith("FolderNotWritable\nCan't write to the folder ")
    assert "  Why: System error: Read-only file system.\n" in output
    assert output.endswith("[]\n")


def test_a_lock_folder_that_is_a_file_cannot_be_locked(
    write: Callable[..., Path], store: RunStore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(FolderNotWritable):
        execute_notebook(write({"first": "x = 1"}), store=store, lock_folder=tmp_path / "file")

    assert not store.path.exists()


def test_what_cells_show_is_kept_as_a_reader_would_see_it(
    execute: Callable[..., Run], output_of: Callable[[Run], dict[str, Any]]
) -> None:
    show = """
import sys
from IPython.display import display
for i in range(3):
    print("step", i, end="\\r", flush=True)
print("step done", flush=True)
print("x" * 800_000, flush=True)
print("a warning", file=sys.stderr, flush=True)
handle = display({"text/plain": "old"}, raw=True, display_id=True)
"""
    run = execute({"show": show, "update": "handle.update({'text/plain': 'new'}, raw=True)"})

    outputs = output_of(run)["cells"][0]["outputs"]
    assert run.status == RunStatus.SUCCEEDED
    assert [output.get("name") for output in outputs] == ["stdout", "stderr", None]
    assert outputs[0]["text"] == ["step done\n", "x" * 800_000 + "\n"]
    assert outputs[2]["data"] == {"text/plain": ["new"]}


def test_a_flood_of_output_goes_to_the_log(
    execute: Callable[..., Run], output_of: Callable[[Run], dict[str, Any]]
) -> None:
    flood = "for i in range(200_000): print('line', i, 'x' * 80)"

    run = execute(
        {"flood": flood, "after": "print('after')"}, limits=RunLimits(log_bytes=5_000_000)
    )

    flooded, after = output_of(run)["cells"]
    size = sum(len("".join(output["text"])) for output in flooded["outputs"])
    log = (Path(run.folder) / "log.txt").read_text()
    assert run.status == RunStatus.SUCCEEDED
    assert 990_000 < size < 1_010_000
    assert (
        flooded["outputs"][-1]["text"][-1]
        == "[The rest of the output is in log.txt of this run.]\n"
    )
    assert after["outputs"][0]["text"] == ["after\n"]
    assert log.endswith("[The log is full. Later output is discarded.]\n")
    assert len(log) < 5_100_000
