"""`automl lab` of some environment, as a person sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S


@pytest.fixture
def cards(browser, tmp_path):
    """Start the lab of an environment in an empty folder, and return the names of its cards."""

    @contextmanager
    def started(automl: Path):
        process = subprocess.Popen(
            [automl, "lab", "--no-browser", "--json"],
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
        try:
            lines = iter(process.stdout.readline, "}\n")
            yield json.loads("".join(lines) + "}")["url"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
            process.stdout.close()

    def look(automl: Path) -> list[str]:
        with started(automl) as url:
            page = browser.new_page()
            page.goto(url)
            page.locator(".jp-LauncherCard").first.wait_for(timeout=60_000)
            labels = page.locator(".jp-LauncherCard-label").all_text_contents()
            page.close()
        return [label.strip() for label in labels]

    return look
