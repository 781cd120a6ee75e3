"""After `make setup` alone, `automl lab` shows what it promises."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
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


@pytest.fixture
def lab(tmp_path):
    """The address of `automl lab`, of the environment that `make setup` made."""
    note = Path(sys.prefix) / hatch_build.NOTE
    if not note.exists():
        pytest.skip("this environment was not made by make setup")
    if (said := note.read_text("utf-8").strip()) != hatch_build.BUILT_HERE:
        pytest.skip(f"make setup could not build the lab extension: {said}")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("automl"), "lab", "--no-browser", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env={
            **os.environ,
            "AUTOML_MAGIC_HOME": str(tmp_path / "home"),
            "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
            "JUPYTER_DATA_DIR": str(tmp_path / "data"),
            "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        },
        text=True,
        start_new_session=True,
    )
    lines = iter(process.stdout.readline, "}\n")
    yield json.loads("".join(lines) + "}")["url"]
    process.send_signal(signal.SIGINT)
    process.wait(60)
    process.stdout.close()


def test_the_lab_has_the_card_of_the_wizard_after_make_setup_alone(lab, browser):
    page = browser.new_page()
    page.goto(lab)
    page.locator(".jp-LauncherCard").first.wait_for(timeout=60_000)
    labels = page.locator(".jp-LauncherCard-label").all_text_contents()
    page.close()

    assert "AutoML wizard" in [label.strip() for label in labels]


def test_what_was_built_is_old_once_a_source_is_newer(tmp_path):
    extension = tmp_path / "extension"
    for name in ("package.json", "yarn.lock", "tsconfig.json", "src/index.ts"):
        (extension / name).parent.mkdir(parents=True, exist_ok=True)
        (extension / name).write_text("{}")
        os.utime(extension / name, (1_000, 1_000))
    built = tmp_path / hatch_build.BUILT / "package.json"

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
    said = capfd.readouterr().err.splitlines()
    assert [line.split()[0] for line in said] == ["The", "Why:", "Do:"]
    assert not (tmp_path / "env").exists()
