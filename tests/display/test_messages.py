"""The texts to translate can be extracted, and each placeholder has a name."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    target = tmp_path_factory.mktemp("messages") / "automl_magic.pot"
    options = ["-F", str(ROOT / "pyproject.toml"), "--no-location", "--omit-header"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        CommandLineInterface().run(
            ["pybabel", "-q", "extract", *options, "--input-dirs=.", "-o", str(target)]
        )
    with target.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def test_the_texts_of_wizard_pages_and_apps_are_extracted(messages):
    texts = {message.id for message in messages}

    assert "Choose a table" in texts  # the wizard
    assert "All trials" in texts  # a page
    assert "Skip to content" in texts  # a template of an app
    assert any(isinstance(text, tuple) for text in texts)  # a plural


def test_every_placeholder_has_a_name_and_both_forms_have_the_same(messages):
    for message in messages:
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        names = [
            {name for _, name, _, _ in Formatter().parse(form) if name is not None}
            for form in forms
        ]
        assert all(re.fullmatch(r"[a-z_]\w*", name) for name in set().union(*names)), forms
        assert len(forms) == 1 or names[0] <= names[1], forms
