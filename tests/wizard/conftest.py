"""A session in a folder of its own, on real data."""

import pandas as pd
import pytest

from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.steps import build_view
from automl_magic.workspace import default_workspace


class Person:
    """Somebody at the wizard: does things, waits for what takes time, looks at the page."""

    def __init__(self, session):
        self.session = session

    def do(self, action, **message):
        self.session.handle({"do": action, **message}, message.pop("buffers", ()))
        self.session.wait()
        return build_view(self.session)

    def set(self, name, value):
        return self.do("set", name=name, value=value)

    def go(self, step):
        return self.do("go", step=step)

    @property
    def view(self):
        return build_view(self.session)


@pytest.fixture
def names():
    return {}


@pytest.fixture
def open_wizard(tmp_path, monkeypatch, names):
    """Open a wizard in the test's folder, where the last one was left."""
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    def make(folder=None):
        where = folder or tmp_path / "work"
        here = default_workspace()
        drafts = Drafts(where, here.home)
        session = WizardSession(
            folder=where,
            names=lambda: names,
            changed=lambda: None,
            drafts=drafts,
            workspace=here,
            answers=drafts.load(),
        )
        session.wait()
        return Person(session)

    return make


@pytest.fixture
def person(open_wizard):
    return open_wizard()


@pytest.fixture
def people(tmp_path):
    """Two hundred people with a sex, an age, an income, and whether they were given a loan."""
    rows = range(200)
    return pd.DataFrame(
        {
            "sex": ["f", "m"] * 100,
            "age": [20 + (i * 7) % 50 for i in rows],
            "income": [1000 + (i * 137) % 4000 for i in rows],
            "town": [f"T{i % 6}" for i in rows],
            "loan": ["yes" if (i * 137) % 4000 + (i % 3) * 400 > 2300 else "no" for i in rows],
        }
    )


def block(view, kind, **fields):
    """Return the first block of a kind, also folded ones, with these values."""
    for item in every(view["blocks"]):
        if item["type"] == kind and fields.items() <= item.items():
            return item
    raise AssertionError(f"no block {kind} with {fields}")


def every(blocks):
    for item in blocks:
        yield item
        yield from every(item.get("blocks", []))
