"""Folders that cannot be written, disks that are full, and two who want the same thing at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest

TABLE = "a,b,y\n" + "".join(f"{i},{i * 7 % 13},{'ny'[i % 3 == 0]}\n" for i in range(80))
PLAN = ["plan", "table.csv", "--target", "y"]


def long(value):
    return pytest.param(value, marks=pytest.mark.long)


def mounted(options, folder, *, content=None):
    """Return what to type before a command for it to see a file system of its own at a folder."""
    fill = f"&& cp -r {content}/. {folder} " if content else ""
    fill += f"&& mount -o remount,{options},ro {folder} " if "ro" in options.split(",") else ""
    options = ",".join(option for option in options.split(",") if option != "ro")
    mount = f"mount -t tmpfs -o {options} none {folder} {fill}"
    return ("unshare", "-m", "sh", "-c", f'{mount}&& exec "$@"', "sh")


def can_mount(tmp_path):
    if not shutil.which("unshare"):
        return False
    words = (*mounted("size=64k", tmp_path), "true")
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def mounts(tmp_path):
    if not can_mount(tmp_path):
        pytest.skip("a file system can be mounted by root alone, and not in every container")
    return mounted


@pytest.fixture
def with_table(place):
    (place.work / "table.csv").write_text(TABLE)
    return place


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/proc/new", "No such file or directory."),
        ("/proc/1/new", None),
        ("/sys/new", None),
        ("table.csv/new", "Not a directory."),
        ("table.csv/new/deeper", "Not a directory."),
        ("n" * 300, "File name too long."),
        ("/".join(["n" * 200] * 30), "File name too long."),
    ],
    ids=["proc", "a process", "sys", "in a file", "below a file", "a long name", "a long path"],
)
def test_a_folder_that_cannot_be_made_is_refused(folder, why, with_table, refused):
    what, found, fix = refused(with_table, *PLAN, "-o", folder)

    assert "Can't write" in what
    assert why in (None, found)
    assert fix == "Use -o with a folder that you can write to."


def test_a_file_in_the_place_of_a_notebook_s_folder_leaves_nothing(with_table, refused):
    folder = with_table.work / "plan"
    (folder / "search.ipynb").mkdir(parents=True)

    what, _, _ = refused(with_table, *PLAN, "-o", "plan")

    assert "search.ipynb' is a folder, not a file." in what


@pytest.mark.parametrize("verb", ["plan", "fit"])
def test_a_read_only_folder_is_refused(verb, with_table, mounts, check_refused):
    folder = with_table.work / "mine"
    folder.mkdir()
    before = with_table.tree()

    output = with_table.type_apart(
        *[verb, *PLAN[1:], "-o", "mine/plan", "--json"], before=mounts("size=1m,ro", folder)
    )

    what, why, _ = check_refused(output)
    assert "Can't write" in what
    assert why == "Read-only file system."
    assert with_table.tree() == before


@pytest.mark.parametrize("size", [long("4k"), "12k", long("28k")])
def test_a_full_disk_holds_no_half_of_a_plan(size, with_table, mounts, check_refused):
    folder = with_table.work / "mine"
    folder.mkdir()
    unshare, *rest = mounts(f"size={size}", folder)
    rest[2] = rest[2].replace('exec "$@"', f'{{ "$@"; code=$?; ls -A {folder} >&2; exit $code; }}')

    output = with_table.type_apart(*PLAN, "-o", "mine/plan", "--json", before=(unshare, *rest))

    # What is left of the folder would be listed after the three parts.
    what, why, fix = check_refused(output)
    assert "Can't write" in what
    assert "mine/plan'" in what
    assert why == "No space left on device."
    assert "Free some space" in fix


def test_a_full_disk_for_temporary_files_is_refused(with_table, mounts, check_refused):
    (with_table.work / "table.csv").write_text(TABLE + TABLE[6:] * 100)
    before = with_table.tree()

    output = with_table.type_apart(*PLAN, "--json", before=mounts("size=4k", with_table.temporary))

    check_refused(output)
    assert with_table.tree() == before


@pytest.mark.parametrize("size", ["8k", long("64k"), long("600k")])
def test_a_full_home_ends_a_run_with_three_lines(size, with_table, mounts, check_refused):
    output = with_table.type_apart(
        *["fit", *PLAN[1:], "--budget", "6s", "--json"],
        before=mounts(f"size={size}", with_table.home),
    )

    what, why, _ = check_refused(output)
    assert "Can't write" in what
    assert "No space left" in why or "full" in why


@pytest.mark.parametrize("words", ["leaderboard last", "fit table.csv --target y"])
@pytest.mark.parametrize("home", ["file", "below a file", "read-only"])
def test_a_home_that_cannot_be_written_is_refused(home, words, with_table, mounts, check_refused):
    with_table.home.rmdir()
    if home == "read-only":
        with_table.home.mkdir()
        before = mounts("size=1m,ro", with_table.home)
    else:
        (with_table.path / "file").write_text("")
        before = (
            "env",
            f"AUTOML_MAGIC_HOME={with_table.path / 'file'}{'/home' * (home != 'file')}",
        )

    check_refused(with_table.type_apart(*words.split(), "--json", before=before))


def write_notebook(path, source):
    cell = {"cell_type": "code", "id": "only", "metadata": {}, "outputs": []}
    path.write_text(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {},
                "cells": [{**cell, "source": source, "execution_count": None}],
            }
        )
    )


def test_a_second_run_in_the_same_folder_is_refused(with_table, check_refused):
    place = with_table
    place.type(*PLAN, "-o", "plan")
    write_notebook(place.work / "plan" / "slow.ipynb", "import time; time.sleep(3)")
    first = place.start("run", "plan/slow.ipynb", "--json")
    lock = place.work / "plan" / ".automl.lock"
    while not (lock.exists() and lock.read_text().endswith("}")):
        time.sleep(0.05)
        assert first.poll() is None, first.communicate()

    second = place.type("run", "plan", "--json")

    what, why, _ = check_refused(second)
    assert what == f"Another run is using {str(place.work / 'plan')!r}."
    assert f"process {first.pid}" in why
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert [run.run_id for run in place.runs()] == [json.loads(out)["run_id"]]
    assert not lock.exists()


def test_two_first_runs_at_once_on_a_fresh_home_both_succeed(place):
    for name in ("one.ipynb", "two.ipynb"):
        write_notebook(place.work / name, "print(1)")
    processes = [place.start("run", name, "--json") for name in ("one.ipynb", "two.ipynb")]

    outputs = [process.communicate(timeout=200) for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs
    assert {run.run_id for run in place.runs()} == {json.loads(out)["run_id"] for out, _ in outputs}
    # On a machine that is busy it may be late, and then says so.
    assert all(run.tracking_id for run in place.runs()) or any(
        "will be tracked later" in err for _, err in outputs
    )
    assert not any("NotTracked" in err for _, err in outputs)


@pytest.mark.long
def test_a_run_without_mlflow_keeps_its_result_and_is_tracked_with_the_next_run(place):
    write_notebook(place.work / "one.ipynb", "print(1)")
    dead = ("env", "MLFLOW_TRACKING_URI=http://ada:s3cret@127.0.0.1:9")

    output = place.type_apart("run", "one.ipynb", "--json", before=dead)
    assert output.code == 0, output.err
    assert output.document["status"] == "succeeded"
    assert "isn't tracked yet. Can't reach the tracking store http://ada:***@" in output.err
    assert "s3cret" not in output.err
    assert [run.tracking_id for run in place.runs()] == [None]
    # Everything that needs no MLflow works meanwhile.
    for line in ("runs", "why last", "deployments", "audit"):
        assert place.type_apart(*line.split(), before=dead).code == 0

    # In this process, which waits for MLflow as long as it takes.
    assert place.type("run", "one.ipynb", "--json").code == 0
    assert all(run.tracking_id for run in place.runs())


@pytest.mark.long
def test_two_first_searches_at_once_on_a_fresh_home_both_succeed(with_table):
    words = ["fit", *PLAN[1:], "--budget", "8s", "--candidates", "linear", "--json", "-o"]
    processes = [with_table.start(*words, folder) for folder in ("one", "two")]

    outputs = [process.communicate(timeout=200) for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs
    documents = [json.loads(out) for out, _ in outputs]
    assert {run.run_id for run in with_table.runs()} == {d["run_id"] for d in documents}
    assert all(document["model_uri"] for document in documents), outputs
    assert all(run.tracking_id for run in with_table.runs())


def test_two_plans_at_once_into_the_same_folder_leave_one_whole_plan(with_table):
    processes = [with_table.start(*PLAN, "-o", "plan", "--json") for _ in range(2)]

    outputs = [process.communicate(timeout=60) for process in processes]

    assert sorted(process.returncode for process in processes) in ([0, 0], [0, 1]), outputs
    assert sorted(path.name for path in (with_table.work / "plan").iterdir()) == [
        ".automl",
        "experiment.automl.yaml",
        "explore.ipynb",
        "search.ipynb",
    ]
