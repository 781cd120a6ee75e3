"""The wizard in a real JupyterLab and a real Notebook 7, with a real kernel."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from tests.clipping import clipped

ROOT = Path(__file__).resolve().parents[2]
# Not before the kernel has answered: what is sent while the server greets it can be lost.
RUN_ALL = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
TRAP = '"><img src=x onerror="window.__xss=1"><script>window.__xss=1</script>'

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Jupyter server with an empty root and a home of its own: (address, root)."""
    folder = tmp_path_factory.mktemp("jupyter")
    root = folder / "root"
    root.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "AUTOML_MAGIC_HOME": str(folder / "home"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
            *(f"--ServerApp.root_dir={root}", "--IdentityProvider.token="),
            "--LabApp.news_url=None",
            *(
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
            ),
        ],
        env=environment,
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait_until_it_answers(f"{url}api")
        yield url, root
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_it_answers(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            opener.open(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(params=["lab/tree", "notebooks"])
def where(request):
    """JupyterLab and Notebook 7, by the beginning of their addresses."""
    return request.param


@pytest.fixture
def open_wizard(server, browser, tmp_path):
    """Write a notebook, run its cells, and give the page with the wizard under the last one."""
    url, root = server
    pages = []

    def open_it(where: str, *cells: str, files=None, **options):
        name = f"{tmp_path.name}-{len(pages)}"
        folder = root / name
        folder.mkdir()
        for file, text in (files or {}).items():
            (folder / file).write_text(text, "utf-8")
        sources = [*cells, "%automl wizard"]
        (folder / "w.ipynb").write_text(json.dumps(_notebook(sources)), "utf-8")
        page = browser.new_page(viewport={"width": 1300, "height": 1600}, **options)
        pages.append(page)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(_of_ours(error)))
        # A workspace of its own, or the lab would open the notebooks of other tests too.
        page.place = where.replace("lab/tree", f"lab/workspaces/{name}/tree")
        page.goto(f"{url}{page.place}/{name}/w.ipynb")
        page.wait_for_selector(".jp-Notebook-cell")
        page.evaluate(RUN_ALL)
        page.wait_for_selector(".am-wizard", timeout=30_000)
        page.folder = folder
        return page

    yield open_it
    for page in pages:
        page.close()


def _notebook(sources):
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "automl-magic", "display_name": "automl-magic", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": cells,
    }


def _of_ours(error):
    """Return an error of the wizard's script, which is loaded as a blob; None for other errors."""
    return str(error) if "blob:" in (error.stack or "") else None


def ready(page):
    """Wait until the kernel has done what it was asked for."""
    page.wait_for_timeout(300)
    page.wait_for_selector(".am-wizard .am-busy", state="hidden", timeout=60_000)
    page.wait_for_timeout(200)


def test_an_analyst_finds_and_registers_a_model(open_wizard, where):
    page = open_wizard(where)
    wizard = page.locator(".am-wizard")
    wizard.get_by_text("breast_cancer").click()
    ready(page)
    for step in ("Target", "Goal", "Limits"):
        wizard.get_by_role("button", name=f"Next: {step}").click()
        ready(page)
    wizard.get_by_label("Other search time").fill("8")
    wizard.get_by_label("Other search time").press("Tab")
    ready(page)
    wizard.get_by_role("button", name="Next: Review").click()
    ready(page)
    wizard.get_by_role("button", name="Start the search").click()

    page.wait_for_selector(".am-wizard h2:has-text('Your model')", timeout=120_000)
    ready(page)
    links = wizard.locator("a").evaluate_all("all => all.map(a => new URL(a.href).pathname)")
    wizard.get_by_role("button", name="Register the model").click()
    wizard.get_by_text("Registered as breast-cancer, version").wait_for()

    assert links == [
        f"/{page.place}/{page.folder.name}/automl-breast-cancer/{name}.ipynb"
        for name in ("executed", "model")
    ]
    assert (page.folder / "automl-breast-cancer" / "model.ipynb").exists()
    assert [problem for problem in page.problems if problem] == []


def test_the_whole_wizard_works_by_keyboard_alone(open_wizard):
    page = open_wizard("notebooks")

    def focus(role, name):
        page.locator(".am-wizard").get_by_role(role, name=name).first.focus()

    focus("radio", "wine")
    page.keyboard.press("Space")
    ready(page)
    for step, title in (
        ("Target", "What do you want to predict?"),
        ("Goal", "Set the goal"),
        ("Limits", "Set time and latency limits"),
    ):
        _tab_to(page, f"Next: {step}")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "title => document.activeElement.textContent.trim() === title", arg=title
        )
        ready(page)
    page.locator(".am-wizard").get_by_label("Other search time").focus()
    page.keyboard.type("6")
    page.keyboard.press("Tab")
    ready(page)
    _tab_to(page, "Next: Review")
    page.keyboard.press("Enter")
    ready(page)
    _tab_to(page, "Start the search")
    page.keyboard.press("Enter")
    page.wait_for_selector(".am-wizard h2:has-text('Your model')", timeout=120_000)
    ready(page)

    _tab_to(page, "Register the model")
    page.keyboard.press("Enter")

    page.locator(".am-wizard").get_by_text("Registered as wine").wait_for()


def _tab_to(page, name, most=120):
    """Press Tab until a button of this name has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"Tab never reached {name!r}")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_step_breaks_a_rule_of_accessibility(violations, open_wizard, theme):
    page = open_wizard("lab/tree")
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
    wizard = page.locator(".am-wizard")
    found = {"data": violations(page, ".am-wizard")}
    wizard.get_by_text("breast_cancer").click()
    ready(page)
    found["chosen"] = violations(page, ".am-wizard")
    for step in ("Target", "Goal", "Limits", "Review"):
        wizard.get_by_role("button", name=f"Next: {step}").click()
        ready(page)
        for folded in wizard.locator("summary").all():
            folded.click()
        found[step] = violations(page, ".am-wizard")
    page.locator(".am-wizard").get_by_role("button", name="Limits").click()
    ready(page)
    wizard.get_by_label("Other search time").fill("1")
    wizard.get_by_label("Other search time").press("Tab")
    wizard.get_by_role("alert").wait_for()
    found["problem"] = violations(page, ".am-wizard")

    assert found == {step: {} for step in found}


def test_a_reload_finds_the_run_that_goes_on(open_wizard):
    page = open_wizard("lab/tree")
    wizard = page.locator(".am-wizard")
    wizard.get_by_text("breast_cancer").click()
    ready(page)
    wizard.get_by_role("button", name="Review", exact=False).last.click()
    ready(page)
    wizard.get_by_role("button", name="Start the search").click()
    wizard.get_by_role("button", name="Stop and keep the best").wait_for(timeout=60_000)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)

    page.reload()
    page.wait_for_selector(".am-wizard h2:has-text('Searching')", timeout=60_000)
    page.wait_for_selector(".am-wizard .am-course", timeout=60_000)
    wizard.get_by_role("button", name="Stop and keep the best").click()

    page.wait_for_selector(".am-wizard h2:has-text('Your model')", timeout=120_000)


def test_the_page_holds_at_320_pixels(open_wizard):
    page = open_wizard("notebooks")
    wizard = page.locator(".am-wizard")
    wizard.get_by_text("breast_cancer").click()
    ready(page)
    page.set_viewport_size({"width": 320, "height": 900})
    lost = {}
    for step in ("Target", "Goal", "Limits", "Review"):
        wizard.get_by_role("button", name=f"Next: {step}").click()
        ready(page)
        lost[step] = wizard.evaluate(
            "root => [...root.querySelectorAll('*')].filter(one => !one.closest('.am-scroll, pre, "
            "details:not([open]), .am-live') && one.getBoundingClientRect().right > "
            "root.getBoundingClientRect().right + 1).map(one => one.className || one.nodeName)"
        )

    assert lost == {step: [] for step in lost}


def test_three_hundred_hostile_names_and_values_stay_text(open_wizard):
    frame = pd.DataFrame({f"c{i} {TRAP}": [f"v{i} {TRAP}", "other"] * 30 for i in range(150)})
    frame[f"target {TRAP}"] = [f"yes {TRAP}", "no"] * 30
    page = open_wizard(
        "lab/tree",
        f"import pandas as pd; t = pd.read_csv('t.csv'); t.index.name = {TRAP!r}; d = t",
        files={"t.csv": frame.to_csv(index=False), "x'\"<b onclick=alert(1)>.csv": "a,b\n1,2\n"},
    )
    wizard = page.locator(".am-wizard")
    wizard.get_by_text("150").first.wait_for(state="attached")
    wizard.get_by_text("60 rows, 151 columns").first.click()
    ready(page)
    for step in ("Target", "Goal", "Limits", "Review"):
        wizard.get_by_role("button", name=f"Next: {step}").click()
        ready(page)
        for folded in wizard.locator("summary").all():
            folded.click()

    assert page.evaluate("window.__xss") is None
    assert wizard.locator("img, script, b[onclick]").count() == 0
    assert TRAP in wizard.inner_text()


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_cut_off_in_a_longer_language(open_wizard, width):
    page = open_wizard(
        "notebooks",
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.pseudo import Pseudo\n"
        "from automl_magic.display.translation import set_translations\n"
        "set_translations(Pseudo())",
    )
    wizard = page.locator(".am-wizard")
    page.set_viewport_size({"width": width, "height": 900})
    cut = {"Data": clipped(wizard)}
    wizard.get_by_text("breast_cancer").click()
    ready(page)
    for step in ("Target", "Goal", "Limits", "Review"):
        wizard.locator(".am-feet .am-main").click()
        ready(page)
        wizard.evaluate("root => root.querySelectorAll('details').forEach(d => { d.open = true })")
        cut[step] = clipped(wizard)

    assert cut == {step: [] for step in cut}
