"""Every process of a run can be found and killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil

from automl_magic.execute.processes import (
    RUN_VARIABLE,
    is_alive,
    kill_run,
    run_processes,
    this_machine,
    this_process,
)

TREE = """
import subprocess, sys, time
depth = int(sys.argv[1])
if depth:
    subprocess.Popen([sys.executable, "-c", sys.argv[2], str(depth - 1), sys.argv[2]],
                     start_new_session=True)
print("up", flush=True)
if depth == 2:
    time.sleep(0.3)  # and it is gone: its children are orphans
else:
    time.sleep(300)
"""


def test_orphans_in_sessions_of_their_own_are_found_and_killed() -> None:
    run_id = f"test-{os.getpid()}"
    root = subprocess.Popen(
        [sys.executable, "-c", TREE, "3", TREE],
        env={**os.environ, RUN_VARIABLE: run_id},
        stdout=subprocess.PIPE,
    )
    assert root.stdout is not None
    for _ in range(4):
        root.stdout.readline()
    time.sleep(0.5)

    assert len(run_processes(run_id)) >= 3
    assert kill_run(run_id) >= 3

    assert run_processes(run_id) == []
    root.communicate()


def test_a_process_is_known_by_its_start_not_by_its_number_alone() -> None:
    pid, started_at = this_process()

    assert is_alive(pid, started_at)
    assert not is_alive(pid, started_at - 100)


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    started_at = psutil.Process(process.pid).create_time()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    assert not is_alive(process.pid, started_at)
    process.wait()


def test_this_machine_has_one_name() -> None:
    assert this_machine() == this_machine()
