"""The journal of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from automl_magic.execute.journal import EVENTS_NAME, Journal


def test_every_event_is_told_once_in_order(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    path = tmp_path / EVENTS_NAME
    with Journal(tmp_path, events.append) as journal:
        journal.emit("run", state="running")
        with path.open("a") as notebook:
            notebook.write('{"event": "trial", "number": 0}\n{"event": "tri')
            notebook.flush()
            journal.relay()
            notebook.write('al", "number": 1}\n')
        journal.relay()
        journal.relay()

    assert [(event["event"], event.get("number")) for event in events] == [
        ("run", None),
        ("trial", 0),
        ("trial", 1),
    ]
    assert json.loads(path.read_text().splitlines()[0]) == events[0]


def test_a_line_that_is_no_event_is_passed_over(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    lines = [b"\xff\xfe", b"[]", b"{", b"[" * 100_000, b"", b'{"event": "run"}', b'{"event": "x"}']
    with Journal(tmp_path, events.append) as journal:
        (tmp_path / EVENTS_NAME).write_bytes(b"\n".join(lines) + b"\n")
        journal.relay()

    assert events == [{"event": "x"}]


def test_a_notebook_that_cuts_its_journal_is_heard_again(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    path = tmp_path / EVENTS_NAME
    with Journal(tmp_path, events.append) as journal:
        path.write_text('{"event": "x", "number": 1000}\n')
        journal.relay()
        path.write_text("")
        journal.relay()
        path.write_text('{"event": "y"}\n')
        journal.relay()

    assert [event["event"] for event in events] == ["x", "y"]
