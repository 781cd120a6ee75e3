import contextlib
import io
import json

from automl_magic.cli.frontend import CommandResult
from automl_magic.cli.terminal import Terminal


class Tty(io.StringIO):
    def isatty(self):
        return True


EVENTS = [
    {"event": "cell", "cell_id": "load", "index": 0, "of": 2, "state": "started"},
    {"event": "trial", "best": 0.5, "left_s": 3.0},
    {"event": "trial", "best": 0.5, "left_s": 2.0},
]


def test_a_pipe_gets_a_line_for_each_piece_of_news(capsys):
    with Terminal().show_progress() as on_event:
        for event in EVENTS:
            on_event(event)

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "cell 1/2 · load",
        "cell 1/2 · load · 1 trial · best 0.5 · 3 s left",
    ]


def test_a_terminal_gets_one_line_that_is_gone_at_the_end(monkeypatch):
    tty = Tty()
    monkeypatch.setattr("sys.stderr", tty)

    with Terminal().show_progress() as on_event:
        for event in EVENTS:
            on_event(event)

    assert "\n" not in tty.getvalue()
    assert tty.getvalue().endswith("\r\x1b[K")


def test_the_line_is_gone_after_an_error_too(monkeypatch):
    tty = Tty()
    monkeypatch.setattr("sys.stderr", tty)

    with contextlib.suppress(KeyboardInterrupt), Terminal().show_progress() as on_event:
        on_event(EVENTS[0])
        raise KeyboardInterrupt

    assert tty.getvalue().endswith("\r\x1b[K")


def test_an_answer_as_json_is_utf8_whatever_it_holds(capfdbinary):
    Terminal().show(
        CommandResult(None, {"name": "half \ud800", "city": "Zürich"}, ""), as_json=True
    )

    document = json.loads(capfdbinary.readouterr().out.decode("utf-8"))
    assert document == {"name": "half \ud800", "city": "Zürich"}
