"""A live run is read from its folder, whatever else is there."""

import json
from html.parser import HTMLParser

import pytest

from automl_magic.pages.live import log_block, progress_block, status_sentence, trials_block
from automl_magic.pages.live_run import LiveRun, Tail
from automl_magic.records import Run, RunStatus

HOSTILE = '"><script>window.__xss=1</script><img src=x onerror=window.__xss=1>\x1b\ud800\u202e'


def event(name, **fields):
    return {"t": 1795277089.2, "event": name, **fields}


def ended(number, score, best, candidate="linear", state="complete"):
    left = {"elapsed_s": 2.0 * number, "left_s": 30.0 - 2 * number}
    return event(
        "trial", number=number, candidate=candidate, score=score, best=best, state=state, **left
    )


def trial(number, candidate="linear", state="complete"):
    return {
        "number": number,
        "candidate": candidate,
        "estimator": "linear",
        "view": "dense",
        "params": {},
        "state": state,
        "reason": candidate,
        "fit_s": 0.5,
        "fold_scores": [0.8, 0.9],
    }


def write(folder, name, *documents):
    with (folder / name).open("a") as file:
        file.writelines(json.dumps(document) + "\n" for document in documents)


def run_of(folder, status=RunStatus.RUNNING):
    return Run.from_json(
        {
            "run_id": "r1",
            "kind": "search",
            "notebook": "search.ipynb",
            "folder": str(folder),
            "status": status.value,
            "created_at": "2026-11-21T16:00:00+00:00",
        }
    )


def test_only_what_is_new_is_read(tmp_path):
    course = LiveRun(tmp_path)
    assert not course.read()
    write(tmp_path, "events.jsonl", event("search", budget_s=30.0, metric="r2"))
    write(tmp_path, "events.jsonl", ended(0, 0.5, 0.5))

    assert course.read()
    assert not course.read()
    write(tmp_path, "events.jsonl", ended(1, 0.9, 0.9), ended(2, 0.7, 0.9))
    assert course.read()

    assert list(course.trial_events) == [0, 1, 2]
    assert (course.best.number, course.best.best, course.metric) == (1, 0.9, "r2")
    assert course.remaining_now_s(now=1795277089.2 + 6) == pytest.approx(20.0)


def test_an_incomplete_line_is_read_when_it_is_complete(tmp_path):
    path = tmp_path / "a.jsonl"
    tail = Tail(path)
    path.write_bytes(b'{"a": 1}\n{"a":')
    first = tail.read()
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n')

    assert (first, tail.read()) == ([{"a": 1}], [{"a": 2}])


def test_a_rewritten_file_is_read_from_the_start(tmp_path):
    path = tmp_path / "a.jsonl"
    tail = Tail(path)
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    tail.read()
    path.write_bytes(b'{"a": 3}\n')

    assert tail.read() == [{"a": 3}]


@pytest.mark.parametrize(
    "line",
    [
        b"[1, 2]",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"event": "trial", "number": "x"}',
        b'{"event": "trial", "number": true}',
        b'{"event": ["trial"]}',
        b'{"event": "cell", "index": null, "of": "many"}',
        b'{"event": "search", "budget_s": "soon", "t": {}}',
        b'{"event": "run", "t": "yesterday"}',
        b'{"event": "trial", "number": 1e400, "score": NaN}',
    ],
)
def test_invalid_lines_are_skipped(tmp_path, line):
    (tmp_path / "events.jsonl").write_bytes(line + b"\n")
    (tmp_path / "trials.jsonl").write_bytes(line + b"\n")
    course = LiveRun(tmp_path)
    course.read()

    shown = progress_block(course, run_of(tmp_path), is_selected=True)
    assert "<article" in shown + trials_block(course, run_of(tmp_path)) + log_block(course)


def test_the_status_sentence_has_the_progress(tmp_path):
    write(tmp_path, "events.jsonl", event("search", budget_s=30.0, metric="r2"))
    write(tmp_path, "events.jsonl", ended(0, 0.5, 0.5), ended(1, None, 0.5, state="fail"))
    course = LiveRun(tmp_path)
    course.read()

    assert status_sentence(course, run_of(tmp_path)) == (
        "Run r1 is searching. 1 trial has a score. 1 trial has no score. "
        "The best r2 is 0.50000, by linear."
    )
    assert status_sentence(None, None) == (
        "There are no runs yet. To start one, run automl fit DATA --target COLUMN"
    )


def test_the_page_tells_that_no_search_is_running(tmp_path):
    over = run_of(tmp_path, RunStatus.SUCCEEDED)

    assert "No search is running." in progress_block(LiveRun(tmp_path), over, is_selected=False)
    assert "No search is running." not in progress_block(LiveRun(tmp_path), over, is_selected=True)
    assert "There are no runs yet." in progress_block(None, None, is_selected=False)


def test_hostile_candidates_bring_no_element(tmp_path):
    def elements(name):
        folder = tmp_path / str(len(name))
        folder.mkdir()
        about = event("decision", about=name, choice=name, why=name)
        write(folder, "events.jsonl", event("search", budget_s=3.0, metric=name))
        write(folder, "events.jsonl", ended(0, 0.5, 0.5, candidate=name), about)
        write(folder, "events.jsonl", ended(1, None, 0.5, candidate=name, state=name))
        write(folder, "trials.jsonl", trial(0, candidate=name))
        course = LiveRun(folder)
        course.read()
        found = []

        class Elements(HTMLParser):
            def handle_starttag(self, tag, attrs):
                found.append((tag, sorted(key for key, _ in attrs)))

        page = progress_block(course, run_of(folder), is_selected=True)
        Elements().feed(page + trials_block(course, run_of(folder)) + log_block(course))
        return found

    assert elements(HOSTILE) == elements("plain")
