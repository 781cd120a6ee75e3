"""How much memory a run may use."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from automl_magic.execute import memory
from automl_magic.execute.memory import (
    MemoryWatch,
    format_bytes,
    free_bytes,
    memory_limit_bytes,
    oom_kills,
    used_bytes,
)


def test_the_limit_leaves_something_for_the_system() -> None:
    assert 0 < memory_limit_bytes() < free_bytes() * 0.95
    assert free_bytes() <= psutil.virtual_memory().available * 1.05


def test_the_memory_of_a_family_is_counted_together() -> None:
    child = "x = bytearray(150_000_000)\nprint('ready', flush=True)\nimport time; time.sleep(60)"
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()

    assert MemoryWatch(process.pid, 10**12).excess() is None
    excess = MemoryWatch(process.pid, 100_000_000).excess()
    for member in [*psutil.Process(process.pid).children(), psutil.Process(process.pid)]:
        member.kill()
    process.communicate()

    assert excess is not None
    assert 150_000_000 < excess < 400_000_000


def test_a_watch_over_a_process_that_is_gone_sees_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = MemoryWatch(process.pid, 1)
    process.communicate()

    assert watch.excess() is None


def test_looking_takes_little_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = 0.0, 0

    def look(family: object, *, exact: bool = False) -> int:
        nonlocal now, looks
        now, looks = now + 0.1, looks + 1  # a tenth of a second each
        return 0

    monkeypatch.setattr(memory, "used_bytes", look)
    watch = MemoryWatch(os.getpid(), 10**12, clock=lambda: now)
    while now < 100:
        watch.excess()
        now += 0.01

    assert 15 < looks <= 20


def test_shared_pages_are_not_counted_twice_when_it_matters() -> None:
    itself = [psutil.Process()]

    assert used_bytes(itself, exact=True) <= used_bytes(itself) * 1.05


@pytest.mark.parametrize(
    ("size", "words"), [(512_000_000, "512 MB"), (3_400_000_000, "3.4 GB"), (999, "0 MB")]
)
def test_sizes_are_written_as_people_do(size: int, words: str) -> None:
    assert format_bytes(size) == words


def test_kills_by_the_system_are_counted() -> None:
    assert oom_kills() >= 0
