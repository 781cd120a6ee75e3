"""Runs and stores that release 0.1 wrote can be read, whatever words today's code uses.

`0.1/run` is the folder of a search without its model and notebooks, `0.1/store.sql` a dump of the
store after `register`, `approve`, `promote`, `serve` and `key create`. Neither is ever changed.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from automl_magic.cli import formatters
from automl_magic.decision_log import build_decision_log
from automl_magic.records import Run
from automl_magic.store import aliases, approvals, audit, routes
from automl_magic.store.engine import open_engine
from automl_magic.track import read_trials
from automl_magic.workspace import Database

HERE = Path(__file__).parent


@pytest.fixture
def run(tmp_path):
    folder = shutil.copytree(HERE / "0.1" / "run", tmp_path / "run")
    record = Run.from_json(json.loads((folder / "run.json").read_text("utf-8")))
    return replace(record, folder=str(folder))


@pytest.fixture
def engine(tmp_path):
    with sqlite3.connect(tmp_path / "store.db") as database:
        database.executescript((HERE / "0.1" / "store.sql").read_text("utf-8"))
    database.close()
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/store.db"))
    yield engine
    engine.dispose()


def test_the_reasons_of_an_earlier_run_are_complete(run):
    account = build_decision_log(run)

    names = [section.name for section in account.sections]
    assert names == [
        "result", "question", "columns", "order", "trials", "decided", "model", "end",
    ]  # fmt: skip
    assert [reason.name for reason in account.section("columns").reasons] == ["note"]
    assert len(account.section("trials").reasons) == len(read_trials(Path(run.folder)))
    assert account.missing == ()


@pytest.mark.parametrize("about", [{"trial": 0}, {"candidate": "catboost"}, {"column": "note"}])
def test_the_reasons_of_one_thing_in_an_earlier_run_are_found(run, about):
    account = build_decision_log(run, **about)

    assert account.sections
    assert formatters.format_decision_log(account)


def test_the_store_of_an_earlier_release_still_says_what_serves(engine):
    _, route = routes.read_deployment(engine, "churn")

    assert aliases.read_aliases(engine, "churn").versions == {"candidate": 1, "champion": 1}
    assert (route.epoch, route.stable) == (1, 1)
    assert [change.route.epoch for change in routes.history(engine, "churn")] == [1]


def test_an_approval_of_an_earlier_release_is_still_valid(engine):
    approved = approvals.approval_of(engine, "churn", 1)

    assert approved is not None
    assert approved.approval.statement.approver == "root"


def test_the_audit_log_of_an_earlier_release_is_intact(engine):
    verdict = audit.verify(engine)

    assert (verdict.n_entries, verdict.broken_at) == (6, None)
    assert [entry.action for entry in audit.entries(engine)][:2] == ["key.create", "route.create"]
