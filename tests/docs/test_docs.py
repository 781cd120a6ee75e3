"""What exists is documented, and what the documentation says to type can be typed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import shlex
from pathlib import Path

import click
import pytest

import automl_magic
from automl_magic import flow
from automl_magic.cli import automl
from automl_magic.cli.command import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# Modules of the flow that serve the others.
INNER = ("cores", "loading", "replacement", "staging")
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
]


def written() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


def fences(text: str) -> list[str]:
    return re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every call of `automl` or `%automl` in a fenced block, without what explains it."""
    found = []
    for page in PAGES:
        for block in fences(page.read_text("utf-8")):
            lines = re.findall(r"^(?:\$ |%)?automl (\w.*)$", block, re.MULTILINE)
            # Explanations stand apart, after two spaces or more.
            found += [re.split(r" {2,}", line)[0] for line in lines]
    return sorted(set(found))


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_verb_is_shown_at_work(verb):
    assert re.search(rf"automl {verb}\b", written())


def test_commands_are_found_in_the_pages():
    assert len(commands()) > 30


@pytest.mark.parametrize("line", commands())
def test_a_documented_command_is_understood(line):
    verb, *words = shlex.split(line)
    outer = click.Context(automl, info_name="automl")
    command = automl.get_command(outer, verb)
    assert command is not None

    command.make_context(verb, words, parent=outer)


def test_a_public_function_is_in_the_python_reference():
    page = (DOCS / "reference" / "python.md").read_text("utf-8")
    public = {name for name in automl_magic.__all__ if not name.startswith("_")}
    modules = [flow] + [
        importlib.import_module(f"{flow.__name__}.{module.name}")
        for module in pkgutil.iter_modules(flow.__path__)
        if module.name not in INNER
    ]
    verbs = {
        name
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }

    assert [name for name in sorted(public | verbs) if not re.search(rf"\b{name}\b", page)] == []


def test_no_page_names_this_checkout():
    assert str(ROOT) + "/" not in written()
