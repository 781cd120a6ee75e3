"""The TypeScript types of the responses are generated from the records."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from automl_magic.records.codec import Record

ROOT = Path(__file__).resolve().parents[2]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Leaf(Record):
    """A leaf
    of a tree.

    This paragraph is only for Python.
    """

    colour: Colour
    size: float | None


@dataclass(frozen=True, kw_only=True)
class Tree(Leaf):
    """A tree."""

    leaves: tuple[Leaf, ...]
    names: tuple[str | None, ...]
    planted: datetime
    notes: Mapping[str, Any]


def test_a_record_becomes_an_interface_after_the_records_in_its_fields():
    path = ROOT / "extension" / "typescript.py"
    spec = importlib.util.spec_from_file_location("typescript", path)
    typescript = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(typescript)

    lines = typescript.typescript([Tree]).splitlines()

    assert "python extension/typescript.py" in lines[0]
    assert lines[2:] == [
        "/** A leaf of a tree. */",
        "export interface ILeaf {",
        "  colour: 'red' | 'blue';",
        "  size: number | null;",
        "}",
        "",
        "/** A tree. */",
        "export interface ITree extends ILeaf {",
        "  leaves: ILeaf[];",
        "  names: (string | null)[];",
        "  planted: string;",
        "  notes: Record<string, unknown>;",
        "}",
    ]


def test_the_types_are_generated_without_installed_packages(tmp_path):
    for name in ("automl_magic/records", "extension/automl_magic_lab"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("labextension"))
    for name in ("automl_magic/__init__.py", "automl_magic/errors.py", "extension/typescript.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "extension" / "src").mkdir()

    subprocess.run(
        [sys.executable, "-S", "-E", "extension/typescript.py"], cwd=tmp_path, check=True
    )

    text = (tmp_path / "extension" / "src" / "records.ts").read_text("utf-8")
    assert "export interface IRunDetail extends IRunSummary {" in text
    assert "export interface ISpecProblems {" in text
