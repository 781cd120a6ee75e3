"""Runs that are not there, files that were changed, and what may not be asked of a run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from automl_magic.execute import RunStore
from automl_magic.records import RunStatus


@pytest.fixture
def run(fitted):
    return next(run for run in fitted.runs() if run.status is RunStatus.SUCCEEDED)


@contextlib.contextmanager
def changed(path, content):
    """Put other content, or None for nothing at all, into the place of a file for a while."""
    kept = path.read_bytes()
    path.unlink()
    try:
        if content is not None:
            path.write_bytes(content(kept))
        yield
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(kept)


BAD_RUNS = [
    ("leaderboard nope", "no run 'nope'", "The newest run is", "automl runs"),
    ("leaderboard=", "no run ''", "The newest run is", "automl runs"),
    ("notebook nope", "no run 'nope'", "The newest run is", "automl runs"),
    ("rerun nope", "no run 'nope'", "The newest run is", "automl runs"),
    ("diff last nope", "no run 'nope'", "The newest run is", "automl runs"),
    ("predict nope table.csv -o p.csv", "no run 'nope'", "The newest run is", "automl runs"),
    ("register nope --name x", "no run 'nope'", "The newest run is", "automl runs"),
    ("notebook last --trial 999", "no complete trial 999", "trials are 0", "automl leaderboard"),
    ("notebook last --trial -1", "no complete trial -1", "trials are 0", "automl leaderboard"),
    ("notebook last -o plan", "is a folder, not a file", "a single file", "-o"),
    ("notebook last -o=", "is a folder, not a file", "a single file", "-o"),
    ("notebook last -o /dev/null", "isn't a regular file", "a device", "another path"),
    ("notebook last -o table.csv/m.ipynb", "Can't write", "", "-o"),
    ("register last --name a/b", "'a/b' isn't a valid model name", "letters", "--name a-b"),
    (
        "register last --name 7",
        "'7' isn't a valid model name",
        "starts with a letter",
        "--name model-7",
    ),
    (
        "register last --name=",
        "'' isn't a valid model name",
        "starts with a letter",
        "--name model",
    ),
    ("predict last less.csv -o p.csv", "no column 'b'", "2 columns: a, y", "all columns"),
    ("predict last empty.csv -o p.csv", "is empty", "0 bytes", "Use a file"),
    ("predict last tabl.csv -o p.csv", "There's no file", "'table.csv'", "table.csv"),
    ("predict last table.csv -o p.xls", "Can't write", "'.xls'", "Use 'p.csv'"),
    ("predict last table.csv -o p", "Can't write", ".parquet", "Use 'p.csv'"),
    ("predict last table.csv -o plan", "is a folder", "single file", "-o"),
    ("predict last table.csv -o /dev/null", "isn't a regular file", "a device", "another path"),
    ("predict last table.csv -o table.csv/p.csv", "Can't write", "Not a directory", "-o"),
    ("predict models:/nope table.csv -o p.csv", "isn't the address", "models:/", "@candidate"),
    ("run nowhere", "Can't run", "isn't a notebook", "automl plan"),
    ("run table.csv", "Can't run", "isn't a notebook", "automl plan"),
    ("run nowhere.ipynb", "no notebook 'nowhere.ipynb'", "doesn't exist", "Check the path"),
    ("run other -p rows=1", "Can't read", "No such file", "automl plan"),
    ("run plan --on mars", "Can't run on 'mars'", "this machine", "--on local"),
    ("run plan -p budget=1", "no parameter 'budget'", "budget_s", "-p budget_s="),
    ("run plan -p __class__=1", "no parameter '__class__'", "budget_s", "-p "),
    ("run plan -p run_dir=/tmp", "no parameter 'run_dir'", "budget_s", "-p "),
]


@pytest.mark.parametrize("case", BAD_RUNS, ids=lambda case: case[0])
def test_what_cannot_be_done_with_a_run_is_refused(case, fitted, refused):
    typed, *expected = case
    (fitted.work / "less.csv").write_text("a,y\n" + "1,n\n2,y\n" * 20)
    (fitted.work / "empty.csv").write_text("")
    (fitted.work / "other").mkdir(exist_ok=True)
    words = [word.removesuffix("=") for word in typed.split()]
    words = [part for word in words for part in ([word, ""] if f"{word}=" in typed else [word])]

    parts = refused(fitted, *words)

    assert [part for part, found in zip(expected, parts, strict=True) if part not in found] == [], (
        parts
    )


def test_the_beginning_of_several_ids_is_no_id(fitted, refused):
    store = RunStore(fitted.home / "runs.sqlite")
    other = store.create(kind="notebook", notebook="/gone/my.ipynb")
    store.advance(other.run_id, other.token, RunStatus.FAILED)
    ids = [run.run_id for run in fitted.runs()]

    what, why, fix = refused(fitted, "leaderboard", ids[0][:1])

    assert what == f"{len(ids)} run IDs start with '2'."
    assert ids[0] in why
    assert ids[0] in fix


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[1]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"nbformat": 4, "cells": ["x", 1], "metadata": []}',
        b'{"nbformat": 4, "cells": [], "metadata": {"automl": 5}}',
        b'{"nbformat": 4, "cells": [{"metadata": {"tags": 5}}], "metadata": {}}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}], "metadata": {}}',
        b'{"nbformat": 4, "cells": [], "metadata": {"kernelspec": 5}}',
        b'{"nbformat": 2, "cells": [], "metadata": {}}',
    ],
    ids=range(10),
)
def test_a_file_that_is_no_notebook_is_refused(content, place, refused):
    (place.work / "my.ipynb").write_bytes(content)

    what, why, _ = refused(place, "run", "my.ipynb")

    assert "my.ipynb' isn't a notebook." in what
    assert "Error" not in why


VERBS = {
    "recipe.json": ["notebook last -o m.ipynb", "rerun last"],
    "leaderboard.json": ["leaderboard last"],
    "trials.jsonl": ["notebook last --trial 1 -o m.ipynb", "rerun last"],
    "plan.json": ["notebook last -o m.ipynb", "rerun last"],
    "input.ipynb": ["rerun last"],
    "model/manifest.json": ["predict last table.csv -o p.csv", "register last --name x"],
    "model/features.npz": ["predict last table.csv -o p.csv", "register last --name x"],
}


@pytest.mark.parametrize(
    ("name", "typed"), [(name, typed) for name, verbs in VERBS.items() for typed in verbs]
)
def test_a_file_that_was_changed_or_lost_is_not_used(name, typed, fitted, run, refused):
    for content in (lambda kept: kept.replace(b"0", b"1", 1) + b" ", lambda kept: b"", None):
        with changed(Path(run.folder) / name, content):
            what, _, _ = refused(fitted, *typed.replace("last", run.run_id).split())

        assert name.rpartition("/")[2] in what


def test_a_model_that_was_swapped_together_with_its_manifest_is_not_used(fitted, run, refused):
    model = Path(run.folder) / "model"
    member = next((model / "members").iterdir())

    def listing_it(kept):
        document = json.loads(kept)
        for file in document["files"]:
            if file["path"] == f"members/{member.name}":
                file["sha256"] = f"sha256:{hashlib.sha256(b'other').hexdigest()}"
        return json.dumps(document).encode()

    with (
        changed(member, lambda kept: b"other"),
        changed(model / "manifest.json", listing_it),
    ):
        what, _, _ = refused(fitted, "predict", run.run_id, "table.csv", "-o", "p.csv")

    assert "manifest.json" in what


def test_a_folder_in_the_place_of_a_file_is_not_read(fitted, run, refused):
    path = Path(run.folder) / "leaderboard.json"
    with changed(path, None):
        path.mkdir()
        _, why, _ = refused(fitted, "leaderboard", run.run_id)
        path.rmdir()

    assert why == "The file can't be read: Is a directory."


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"plan": {}, "code": {}}', b"\xff"])
@pytest.mark.parametrize("verb", ["run plan", "run plan/search.ipynb", "plan plan/SPEC"])
def test_a_plan_that_was_changed_by_hand_is_not_guessed_at(content, verb, fitted, refused):
    path = fitted.work / "plan" / ".automl" / "plan.json"
    with changed(path, lambda kept: content):
        what, _, fix = refused(fitted, *verb.replace("SPEC", "experiment.automl.yaml").split())

    assert what.startswith("The plan ")
    assert what.endswith("has been modified.")
    assert "--overwrite" in fix


def test_a_store_of_runs_that_is_no_database_is_refused(place, check_refused):
    (place.home / "runs.sqlite").write_bytes(b"no database" * 100)

    for words in ("leaderboard last", "runs", "fit sklearn:iris --target target"):
        check_refused(place.type(*words.split(), "--json"))


def test_a_store_of_runs_of_a_later_version_is_refused(fitted, place, check_refused):
    with contextlib.closing(sqlite3.connect(place.home / "runs.sqlite")) as connection:
        connection.execute("CREATE TABLE runs (something_else TEXT)")
        connection.commit()

    check_refused(place.type("runs", "--json"))


def test_runs_that_cannot_be_tracked_do_not_fail_the_next_one(place):
    store = RunStore(place.home / "runs.sqlite")
    for trials in (None, b"{nonsense", b"\xff\xfe\n{}\n", b"[1]\n"):
        left = store.create(kind="search", notebook="/gone/search.ipynb")
        store.advance(left.run_id, left.token, RunStatus.FAILED)
        if trials is not None:
            Path(left.folder).mkdir(parents=True)
            (Path(left.folder) / "trials.jsonl").write_bytes(trials)
    cell = {"cell_type": "code", "id": "only", "metadata": {}, "outputs": [], "source": "1"}
    (place.work / "my.ipynb").write_text(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {},
                "cells": [{**cell, "execution_count": None}],
            }
        )
    )

    output = place.type("run", "my.ipynb", "--json")

    assert output.code == 0, output.err
    assert output.document["status"] == "succeeded"
    assert place.runs()[0].tracking_id
