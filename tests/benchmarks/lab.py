"""How long until something is seen: the wizard after a click, the leaderboard of a search.

Beside a click on JupyterLab's own card for a notebook, and beside MLflow's page of the same run, in
the same browser and the same sitting. Needs Chromium and the built extension; a small search runs
first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REPEATS = 5
KERNEL = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
VIEW = {"width": 1400, "height": 1000}


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


def until(page: Any, act: Callable[[], object], seen: str) -> float:
    """Return the seconds from an act to the sight of something."""
    started = time.perf_counter()
    act()
    page.locator(seen).first.wait_for(timeout=60_000)
    return time.perf_counter() - started


def after_a_click(opened: Any, url: str, card: str, seen: str) -> float:
    """Return the seconds from a click on a card of the launcher."""
    page = opened.new_page(viewport=VIEW)
    page.goto(url)
    found = page.locator(".jp-LauncherCard", has_text=card).first
    found.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    found.scroll_into_view_if_needed()
    took_s = until(page, found.click, seen)
    page.close()
    return took_s


def after_opening(opened: Any, url: str, seen: str) -> float:
    """Return the seconds from typing an address into a fresh browser profile."""
    context = opened.new_context(viewport=VIEW)
    page = context.new_page()
    took_s = until(page, lambda: page.goto(url), seen)
    context.close()
    return took_s


def told(name: str, times: list[float], baseline: list[float]) -> None:
    median = statistics.median(times)
    ratio = median / statistics.median(baseline)
    print(f"{name:44} {median:6.2f} s ({min(times):.2f} to {max(times):.2f})   {ratio:5.2f} x")


def main(folder: Path) -> None:
    from automl_magic import flow
    from automl_magic.cli.apps.lab import lab_server
    from automl_magic.cli.apps.mlflow import mlflow_server
    from automl_magic.cli.apps.voila import voila_server
    from automl_magic.workspace import default_workspace

    run = flow.fit("sklearn:breast_cancer", "target", budget_s=10, folder=folder / "plan").run
    with browser() as opened:
        with lab_server(folder, None, default_workspace()) as lab:
            lab.start()
            url = f"{lab.url.replace('lab?', 'lab/workspaces/bench?reset&')}"
            plain, wizard = [], []
            for _ in range(REPEATS):
                plain.append(
                    after_a_click(
                        opened, url, "Python 3", "[data-status=idle].jp-Notebook-ExecutionIndicator"
                    )
                )
                wizard.append(after_a_click(opened, url, "AutoML wizard", ".am-wizard h2"))
        told("a notebook of JupyterLab, kernel idle", plain, plain)
        told("the wizard after a click", wizard, plain)
        theirs, ours = [], []
        with (
            mlflow_server(None, default_workspace()) as mlflow,
            voila_server(
                "leaderboard", run.run_id, None, workspace=default_workspace(), is_over=True
            ) as app,
        ):
            mlflow.start()
            app.start()
            for _ in range(REPEATS):
                theirs.append(
                    after_opening(opened, f"{mlflow.url}#/experiments", "text=breast_cancer")
                )
                ours.append(after_opening(opened, app.url, "article.am table tbody tr"))
        told("MLflow's list of experiments", theirs, theirs)
        told("automl app leaderboard", ours, theirs)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="automl-bench-") as place:
        os.environ["AUTOML_MAGIC_HOME"] = str(Path(place) / "home")
        os.chdir(place)
        main(Path(place))
