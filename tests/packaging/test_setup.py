"""After `make setup` alone, `automl lab` shows what it promises."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hatch_build = load(ROOT / "extension" / "hatch_build.py")


def test_the_lab_has_the_card_of_the_wizard_after_make_setup_alone(cards):
    stamp = Path(sys.prefix) / hatch_build.STAMP
    if not stamp.exists():
        pytest.skip("this environment was not made by make setup")
    if (status := stamp.read_text("utf-8").strip()) != hatch_build.SUCCESS:
        pytest.skip(f"make setup could not build the lab extension: {status}")

    assert "AutoML wizard" in cards(Path(sys.executable).with_name("automl"))


def test_what_was_built_is_old_once_a_source_is_newer(tmp_path):
    extension = tmp_path / "extension"
    for name in ("package.json", "yarn.lock", "tsconfig.json", "src/index.ts"):
        (extension / name).parent.mkdir(parents=True, exist_ok=True)
        (extension / name).write_text("{}")
        os.utime(extension / name, (1_000, 1_000))
    built = tmp_path / hatch_build.OUTPUT / "package.json"

    assert not hatch_build.is_fresh(tmp_path)
    built.parent.mkdir(parents=True)
    built.write_text("{}")
    assert hatch_build.is_fresh(tmp_path)
    os.utime(built, (999, 999))
    assert not hatch_build.is_fresh(tmp_path)


def test_setup_goes_on_where_the_extension_cannot_be_built(tmp_path, capfd, monkeypatch):
    def without_a_network(*_, **__):
        raise RuntimeError("jlpm install ended with status 1.")

    monkeypatch.setattr(hatch_build, "build", without_a_network)
    (tmp_path / "extension").mkdir()

    assert hatch_build.set_up(tmp_path, tmp_path / "env") == "jlpm install ended with status 1."
    lines = capfd.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["Can't", "Why:", "Do:"]
    assert not (tmp_path / "env").exists()
