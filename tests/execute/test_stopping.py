"""Ctrl-C, SIGTERM, and a supervisor that is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl_magic.errors import RunFailed
from automl_magic.execute import RunStore, raise_for_status
from automl_magic.execute.processes import run_processes
from automl_magic.execute.reconcile import reconcile
from automl_magic.execute.stop_request import StopRequest, take_stop_request, write_stop_request
from automl_magic.records import FailureKind, Run, RunStatus
from tests.waiting import wait_for

Start = Callable[..., subprocess.Popen[str]]
Write = Callable[..., Path]

SEARCH = {
    "parameters": "run_dir = 'nowhere'",
    "load": "import json, pathlib, time; best = None",
    "search": """
for trial in range(10_000):
    try:
        best = trial
        time.sleep(0.05)
    except KeyboardInterrupt:
        break
""",
    "finish": """
path = pathlib.Path(run_dir) / "result.json"
path.write_text(json.dumps({"kind": "search", "best": best, "stopped": "interrupt"}))
""",
}
SLEEP = {"first": "print('begun')", "sleep": "import time; time.sleep(100)", "last": "x = 1"}


def read_until(process: subprocess.Popen[str], **wanted: object) -> dict[str, Any]:
    """Read events until one has these values."""
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if wanted.items() <= event.items():
            return event
    raise AssertionError(f"no event with {wanted}")


def end_of(process: subprocess.Popen[str]) -> Run:
    """Return the run that the other process ends up with."""
    assert process.stdout is not None
    last = list(process.stdout)[-1]
    return Run.from_json(json.loads(last))


def test_ctrl_c_lets_a_search_keep_what_it_has(driver: Start, write: Write) -> None:
    process = driver(write(SEARCH, kind="search"), "search")
    read_until(process, cell_id="search", state="started")
    time.sleep(0.5)

    process.send_signal(signal.SIGINT)
    run = end_of(process)

    assert (run.status, run.failure) == (RunStatus.SUCCEEDED, None)
    assert run.result["best"] > 0
    assert (Path(run.folder) / "stop").exists()


def test_ctrl_c_after_the_search_lets_the_model_be_finished(driver: Start, write: Write) -> None:
    slow = SEARCH | {
        "search": "best = 3",
        "refit": "time.sleep(1.5)",
        "finish": SEARCH["finish"],
    }
    order = {name: slow[name] for name in ("parameters", "load", "search", "refit", "finish")}
    process = driver(write(order, kind="search"), "search")
    read_until(process, cell_id="refit", state="started")

    process.send_signal(signal.SIGINT)
    run = end_of(process)

    assert (run.status, run.result["best"]) == (RunStatus.SUCCEEDED, 3)


def test_ctrl_c_twice_cancels_a_search(driver: Start, write: Write) -> None:
    stubborn = SEARCH | {"search": SEARCH["search"].replace("break", "continue")}
    process = driver(write(stubborn, kind="search"), "search")
    read_until(process, cell_id="search", state="started")
    process.send_signal(signal.SIGINT)
    read_until(process, event="run", state="stopping")

    process.send_signal(signal.SIGINT)
    run = end_of(process)

    assert (run.status, run.result) == (RunStatus.CANCELLED, {})
    assert run_processes(run.run_id) == []


def test_a_wish_from_another_process_means_ctrl_c(
    driver: Start, write: Write, store: RunStore
) -> None:
    process = driver(write(SEARCH, kind="search"), "search")
    read_until(process, cell_id="search", state="started")
    time.sleep(0.5)

    write_stop_request(store.folder(store.list(limit=1)[0].run_id), StopRequest.STOP)
    run = end_of(process)

    assert (run.status, run.result["best"] > 0) == (RunStatus.SUCCEEDED, True)
    assert not (Path(run.folder) / "wish").exists()


def test_a_wish_can_cancel_a_search(driver: Start, write: Write, store: RunStore) -> None:
    process = driver(write(SEARCH, kind="search"), "search")
    read_until(process, cell_id="search", state="started")

    write_stop_request(store.folder(store.list(limit=1)[0].run_id), StopRequest.CANCEL)

    assert end_of(process).status == RunStatus.CANCELLED


def test_a_wish_that_is_no_word_of_the_list_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "wish").write_text("rm -rf /")

    assert take_stop_request(tmp_path) is None
    assert take_stop_request(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_ctrl_c_before_a_search_has_begun_cancels_it(driver: Start, write: Write) -> None:
    slow = SEARCH | {"load": "import time; time.sleep(100)"}
    process = driver(write(slow, kind="search"), "search")
    read_until(process, cell_id="load", state="started")

    process.send_signal(signal.SIGINT)

    assert end_of(process).status == RunStatus.CANCELLED


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_any_other_notebook_and_keeps_its_outputs(
    driver: Start,
    write: Write,
    output_of: Callable[[Run], dict[str, Any]],
    states_of: Callable[[Run], dict[str, str]],
    number: signal.Signals,
) -> None:
    process = driver(write(SLEEP), "notebook")
    read_until(process, cell_id="sleep", state="started")
    time.sleep(0.2)

    process.send_signal(number)
    run = end_of(process)

    assert (run.status, run.failure) == (RunStatus.CANCELLED, None)
    assert states_of(run) == {"first": "completed", "sleep": "failed", "last": "pending"}
    assert output_of(run)["cells"][0]["outputs"][0]["text"] == ["begun\n"]
    with pytest.raises(RunFailed) as caught:
        raise_for_status(run)
    assert (caught.value.what, caught.value.fix) == (
        f"Run {run.run_id} is cancelled.",
        f"Run it again: automl run {run.notebook}",
    )


def test_keyboard_interrupt_in_the_calling_thread_means_ctrl_c(
    execute: Callable[..., Run],
) -> None:
    def interrupt(event: dict[str, Any]) -> None:
        if event.get("cell_id") == "sleep" and event["state"] == "started":
            raise KeyboardInterrupt

    assert execute(SLEEP, on_event=interrupt).status == RunStatus.CANCELLED


def test_an_error_of_the_listener_ends_the_run_and_is_seen(
    execute: Callable[..., Run], store: RunStore
) -> None:
    def fail(event: dict[str, Any]) -> None:
        if event.get("cell_id") == "sleep":
            raise LookupError("no such widget")

    with pytest.raises(LookupError, match="no such widget"):
        execute(SLEEP, on_event=fail)

    run = store.list()[0]
    assert run.failure is not None
    assert (run.status, run.failure.message) == (
        RunStatus.FAILED,
        "LookupError: no such widget",
    )
    assert run_processes(run.run_id) == []


def test_the_handlers_of_signals_are_given_back(execute: Callable[..., Run]) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    execute({"first": "x = 1"})

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_killed_supervisor_leaves_no_process_and_a_lost_run(
    driver: Start, write: Write, store: RunStore, states_of: Callable[[Run], dict[str, str]]
) -> None:
    hiding = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
time.sleep(300)
"""
    process = driver(write(SLEEP | {"sleep": hiding}), "notebook")
    read_until(process, cell_id="sleep", state="started")
    time.sleep(0.5)
    run_id = store.list()[0].run_id
    assert len(run_processes(run_id)) == 3

    process.kill()
    process.wait()
    wait_for(lambda: run_processes(run_id) == [])
    [lost] = reconcile(store)

    assert lost.failure is not None
    assert (lost.run_id, lost.status, lost.failure.kind, lost.failure.cell_id) == (
        run_id,
        RunStatus.LOST,
        FailureKind.DIED,
        "sleep",
    )
    assert states_of(lost) == {"first": "completed", "sleep": "failed", "last": "pending"}
    assert reconcile(store) == []
    assert store.get(run_id) == lost


STEPS = [
    "staging",
    "running",
    "started",
    "done",
    "committing",
    "published",
    "digested",
    "succeeded",
]


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_a_run_that_ends(
    driver: Start, write: Write, store: RunStore, step: str
) -> None:
    kill = f"if event.get('state') == {step!r}: os.kill(os.getpid(), signal.SIGKILL)"
    process = driver(write({"first": "x = 1"}), "notebook", kill)
    assert process.wait() == -signal.SIGKILL
    run_id = store.list()[0].run_id

    reconcile(store)

    run = store.get(run_id)
    assert run.status == (RunStatus.SUCCEEDED if step == "succeeded" else RunStatus.LOST)
    assert run_processes(run_id) == []
    assert list(Path("/tmp").glob(f"automl-{run_id}-*")) == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_storm_of_kills_loses_no_committed_run(
    driver: Start, write: Write, store: RunStore
) -> None:
    import hashlib
    import random

    chance = random.Random(20261121)
    notebook = write(
        {
            "parameters": "run_dir = ''",
            "write": "open(run_dir + '/model.bin', 'wb').write(bytes(3_000_000))",
            "print": "print('x' * 500_000)",
        }
    )
    for _ in range(50):
        process = driver(notebook, "notebook")
        time.sleep(chance.uniform(0.05, 3.0))
        process.kill()
        process.wait()
        reconcile(store)

    reference_run = end_of(driver(notebook, "notebook"))
    runs = store.list()
    assert reference_run.status == RunStatus.SUCCEEDED
    assert {run.status for run in runs} <= {RunStatus.SUCCEEDED, RunStatus.LOST}
    for run in runs:
        output = Path(run.folder) / "output.ipynb"
        if output.exists():
            json.loads(output.read_text("utf-8"))
        for artifact in run.artifacts:
            data = (Path(run.folder) / artifact.path).read_bytes()
            assert hashlib.sha256(data).hexdigest() == artifact.sha256
        assert run_processes(run.run_id) == []
        assert not list(Path(run.folder).glob(".*"))
