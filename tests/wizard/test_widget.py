"""The widget: what it sends is JSON without a surprise, and it says when it has done something."""

import json
import re

import pytest

from automl_magic.wizard import Wizard


@pytest.fixture
def widget(tmp_path, monkeypatch, names):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    wizard = Wizard(names=lambda: names)
    wizard.sent = []
    wizard.send = lambda content, buffers=None: wizard.sent.append(content)
    yield wizard
    wizard.close()


def test_what_is_shown_is_strict_json(widget, names, people):
    names["people"] = people
    widget._receive(
        widget, {"do": "set", "name": "source", "value": "frame:people", "ticket": 1}, []
    )
    widget.session.wait()
    widget._receive(widget, {"do": "go", "step": "goal", "ticket": 2}, [])

    json.dumps([widget.view, widget.plan], allow_nan=False)
    assert widget.view["step"] == "goal"
    assert widget.plan["target"] == "loan"


def test_each_message_is_answered_with_its_ticket(widget):
    widget._receive(widget, {"do": "browse", "folder": "", "ticket": 7}, [])
    widget._receive(widget, {"do": "browse", "folder": "..", "ticket": 8}, [])

    assert widget.sent == [{"ticket": 7, "accepted": True}, {"ticket": 8, "accepted": False}]


def test_a_wizard_may_begin_with_a_table_and_a_target(tmp_path, monkeypatch, names, people):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    names["people"] = people

    wizard = Wizard("people", "town", names=lambda: names)
    wizard.session.wait()

    assert (wizard.session.answers.source, wizard.session.answers.target) == (
        "frame:people",
        "town",
    )
    assert wizard.session.plan.task == "multiclass"


def test_the_script_reads_no_text_as_markup():
    source = Wizard._esm

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source)


def test_the_script_and_the_style_ask_no_other_host():
    addresses = re.findall(r"https?://[^\s\"')]+", Wizard._esm + Wizard._css)

    assert set(addresses) == {"http://www.w3.org/2000/svg"}
