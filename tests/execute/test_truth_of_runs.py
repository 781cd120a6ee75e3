"""Every way of ending, in the first, the middle and the last cell, reported as what it was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from automl_magic.execute import RunLimits
from automl_magic.execute.processes import run_processes
from automl_magic.records import Failure, FailureKind, Run, RunStatus

TOO_MANY = 3 * 10**14  # more bytes than an address space holds

WAYS = {
    "raises": (
        "raise ValueError('two\\nlines')",
        FailureKind.RAISED,
        "ValueError: two lines",
    ),
    "dies": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        FailureKind.DIED,
        "The kernel was killed by signal 9 (Killed).",
    ),
    "times out": (
        "while True: pass",
        FailureKind.TIMED_OUT,
        "The cell took longer than its limit of 1 s.",
    ),
    "exits": ("exit()", FailureKind.EXITED, "The cell called exit()."),
    "out of memory": (
        f"x = bytearray({TOO_MANY})",
        FailureKind.OUT_OF_MEMORY,
        "MemoryError",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_end_is_reported_as_what_it_was_and_where(
    execute: Callable[..., Run],
    states_of: Callable[[Run], dict[str, str]],
    way: str,
    place: str,
) -> None:
    bad, kind, message = WAYS[way]
    cells = {name: bad if name == place else "x = 1" for name in ("first", "middle", "last")}
    limits = RunLimits(cells_s={place: 1.0}, grace_s=2.0, run_s=60.0)

    run = execute(cells, limits=limits)

    position = list(cells).index(place)
    before, after = list(cells)[:position], list(cells)[position + 1 :]
    assert (run.status, run.failure, states_of(run)) == (
        RunStatus.FAILED,
        Failure(kind=kind, message=message, cell_id=place),
        {
            **dict.fromkeys(before, "completed"),
            place: "failed",
            **dict.fromkeys(after, "pending"),
        },
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("import sys; sys.exit(0)", FailureKind.EXITED, "The cell called sys.exit(0)."),
        ("raise SystemExit", FailureKind.EXITED, "The cell called sys.exit()."),
        (
            "import os; os._exit(0)",
            FailureKind.DIED,
            "The kernel exited with code 0.",
        ),
        (
            "import ctypes; ctypes.string_at(0)",
            FailureKind.DIED,
            "The kernel was killed by signal 11 (Segmentation fault).",
        ),
        ("raise KeyboardInterrupt", FailureKind.RAISED, "KeyboardInterrupt"),
        ("input()", FailureKind.RAISED, "StdinNotImplementedError: raw_input was called, but"),
    ],
)
def test_other_ways_out_of_the_last_cell_are_told_apart(
    execute: Callable[..., Run], source: str, kind: FailureKind, message: str
) -> None:
    run = execute({"first": "x = 1", "last": source})

    assert run.failure is not None
    assert (run.status, run.failure.kind, run.failure.cell_id) == (RunStatus.FAILED, kind, "last")
    assert run.failure.message.startswith(message)


def test_a_process_of_the_notebook_that_takes_too_much_memory_ends_the_run(
    execute: Callable[..., Run],
) -> None:
    greedy = "x = bytearray(600_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\n"
    child = greedy + "import time; time.sleep(60)"
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    limits = RunLimits(memory_bytes=400_000_000, run_s=60.0)

    run = execute({"first": "x = 1", "last": source}, limits=limits)

    assert run.failure is not None
    assert (run.status, run.failure.kind, run.failure.cell_id) == (
        RunStatus.FAILED,
        FailureKind.OUT_OF_MEMORY,
        "last",
    )
    assert re.fullmatch(r"The run used \d+ MB. The limit is 400 MB\.", run.failure.message)


IMPATIENT = RunLimits(frozen_after_s=3.0)


def test_a_frozen_kernel_is_noticed_by_its_heart(execute: Callable[..., Run]) -> None:
    source = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"

    run = execute({"first": source, "last": "x = 1"}, limits=IMPATIENT)

    assert (run.status, run.failure) == (
        RunStatus.LOST,
        Failure(
            kind=FailureKind.FROZEN,
            message="The kernel didn't respond for 3 s.",
            cell_id="first",
        ),
    )


@pytest.mark.long
def test_a_frozen_runner_is_noticed_by_its_silence(execute: Callable[..., Run]) -> None:
    source = "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)"

    run = execute({"first": source, "last": "import time; time.sleep(60)"}, limits=IMPATIENT)

    assert run.failure is not None
    assert (run.status, run.failure.kind) == (RunStatus.LOST, FailureKind.FROZEN)
    assert run_processes(run.run_id) == []


@pytest.mark.long
def test_a_busy_kernel_is_not_taken_for_a_frozen_one(execute: Callable[..., Run]) -> None:
    source = "import time\nend = time.time() + 4\nwhile time.time() < end: pass"

    assert execute({"busy": source}, limits=IMPATIENT).status == RunStatus.SUCCEEDED


@pytest.mark.long
def test_a_cell_that_ignores_interrupts_is_killed_after_the_grace(
    execute: Callable[..., Run],
) -> None:
    stubborn = """
    while True:
        try:
            while True:
                pass
        except KeyboardInterrupt:
            pass
    """
    run = execute({"stubborn": stubborn}, limits=RunLimits(cell_s=1.0, grace_s=1.0))

    assert run.failure is not None
    assert (run.failure.kind, run.failure.cell_id) == (FailureKind.TIMED_OUT, "stubborn")


@pytest.mark.long
def test_a_run_has_a_deadline_of_its_own(execute: Callable[..., Run]) -> None:
    run = execute(
        {"first": "import time; time.sleep(60)"}, limits=RunLimits(run_s=8.0, grace_s=1.0)
    )

    assert (run.status, run.failure) == (
        RunStatus.FAILED,
        Failure(
            kind=FailureKind.TIMED_OUT,
            message="The run took longer than its limit of 8 s.",
            cell_id="first",
        ),
    )


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "how",
    [
        pytest.param("never written", marks=LONG),
        pytest.param("deleted", marks=LONG),
        "cut",
        pytest.param("of no kind", marks=LONG),
    ],
)
def test_a_search_without_its_end_marker_has_not_succeeded(
    execute: Callable[..., Run], how: str
) -> None:
    write = {
        "never written": "pass",
        "deleted": "p.write_text('{}'); p.unlink()",
        "cut": """p.write_text('{"kind": "sea')""",
        "of no kind": "p.write_text('[1]')",
    }[how]
    cells = {
        "parameters": "run_dir = 'nowhere'",
        "finish": f"import pathlib; p = pathlib.Path(run_dir) / 'result.json'; {write}",
    }

    run = execute(cells, kind="search")

    assert run.failure is not None
    assert (run.status, run.failure.kind) == (RunStatus.FAILED, FailureKind.NO_END_MARKER)
    assert "result.json" in run.failure.message


def test_a_runner_that_is_killed_takes_nothing_with_it_but_its_run(
    execute: Callable[..., Run], states_of: Callable[[Run], dict[str, str]]
) -> None:
    kill_the_runner = (
        "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)"
    )

    run = execute({"first": "x = 1", "middle": kill_the_runner, "last": "x = 1"})

    assert (run.status, run.failure) == (
        RunStatus.FAILED,
        Failure(
            kind=FailureKind.DIED,
            message="The runner exited with code -9. The log may have the reason.",
            cell_id="middle",
        ),
    )
    assert states_of(run) == {"first": "completed", "middle": "failed", "last": "pending"}
    assert run_processes(run.run_id) == []


def test_the_notebook_cannot_speak_for_the_runner(execute: Callable[..., Run]) -> None:
    forged = """
    import json, pathlib
    with open(pathlib.Path(run_dir) / "events.jsonl", "a") as file:
        for state in ("started", "done"):
            line = {"event": "cell", "cell_id": "last", "state": state}
            file.write(json.dumps(line) + "\\n")
    raise ValueError("no")
    """
    cells = {"parameters": "run_dir = ''", "middle": forged, "last": "x = 1"}
    events: list[dict[str, object]] = []

    run = execute(cells, on_event=events.append)

    assert run.failure == Failure(
        kind=FailureKind.RAISED, message="ValueError: no", cell_id="middle"
    )
    assert not [event for event in events if event.get("cell_id") == "last"]
