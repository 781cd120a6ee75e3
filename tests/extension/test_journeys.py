"""Journeys through the lab: from a card to the registry, and from a magic to a diff."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

SIDEBAR = "#automl-magic-sidebar"
AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]


@pytest.fixture
def customers_file(lab, customers):
    folder = lab.root / "scientist"
    folder.mkdir(exist_ok=True)
    rows = customers.loc[customers.index.repeat(8)].reset_index(drop=True)
    rows.to_csv(folder / "customers.csv", index=False)
    return folder


def notebook_of(folder, *sources):
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
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": cells,
    }
    (folder / "work.ipynb").write_text(json.dumps(document), "utf-8")


def run_cell(page, number, timeout_s=120):
    """Run a cell of the visible notebook, and return the text of its output."""
    cell = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    prompt = cell.locator(".jp-InputArea-prompt")
    page.wait_for_function(
        "prompt => /\\[\\d+\\]/.test(prompt.textContent)",
        arg=prompt.element_handle(),
        timeout=timeout_s * 1000,
    )
    return cell.locator(".jp-OutputArea").first.inner_text()


def test_an_analyst_goes_from_the_card_to_the_registry(visit, lab):
    page = visit("lab/workspaces/analyst?reset", ".jp-LauncherCard")
    card = page.locator(".jp-LauncherCard", has_text="AutoML wizard")
    card.scroll_into_view_if_needed()
    card.click()
    wizard = page.locator(".am-wizard")
    wizard.wait_for(timeout=30_000)
    wizard.get_by_text("breast_cancer").click()
    for step in ("Target", "Goal", "Limits"):
        wizard.get_by_role("button", name=f"Next: {step}").click()
        wizard.locator("h2").wait_for()
        page.wait_for_timeout(1000)
    wizard.get_by_label("Other search time").fill("8")
    wizard.get_by_label("Other search time").press("Tab")
    page.wait_for_timeout(1000)
    wizard.get_by_role("button", name="Next: Review").click()
    wizard.get_by_role("button", name="Start the search").click()
    wizard.locator("h2", has_text="Your model").wait_for(timeout=120_000)
    wizard.get_by_role("button", name="Register the model").click()
    wizard.get_by_text("Registered as breast-cancer").wait_for(timeout=60_000)

    page.locator('[data-id="automl-magic-sidebar"]').click()
    page.get_by_role("tab", name="Models", exact=True).click()
    page.locator(".jp-AutoML-model", has_text="breast-cancer").wait_for(timeout=60_000)

    wizard.get_by_role("link", name="Open the model's own notebook").click()
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabLabel", has_text="model.ipynb")
    tab.wait_for(timeout=30_000)
    assert len(page.context.pages) == 1


def test_a_scientist_edits_the_notebook_reruns_and_reads_the_diff(visit, customers_file):
    notebook_of(
        customers_file,
        "%automl plan customers.csv --target churn --budget 6s -o churn",
        "%automl run churn",
        "%automl rerun last",
        "%automl run churn",
        "%automl runs",
    )
    page = visit("lab/workspaces/scientist/tree/scientist/work.ipynb", ".jp-Notebook-cell")
    page.wait_for_timeout(3000)
    assert "Nothing has run yet" in run_cell(page, 0)
    assert "Best model:" in run_cell(page, 1)
    repeated = run_cell(page, 2)
    assert "Equal: every metric is the same to the last digit." in repeated

    # Open the plan's notebook in the lab, and edit a cell.
    page.locator(".jp-DirListing-item", has_text="churn").first.dblclick()
    page.locator(".jp-DirListing-item", has_text="search.ipynb").dblclick()
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    cell = notebook.locator(".jp-CodeCell", has_text='candidates["linear"]').first
    cell.wait_for(timeout=30_000)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("pass")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.locator(".lm-TabBar-tabLabel", has_text="work.ipynb").first.click()

    assert "Best model:" in run_cell(page, 3)
    runs = run_cell(page, 4)
    edited, _, first, *_ = [line.split()[0] for line in runs.splitlines() if "roc_auc" in line]
    page.keyboard.type(f"%automl diff {first} {edited}")
    diff = run_cell(page, 5)

    assert "linear" in diff
    assert first in diff
    assert edited in diff


def test_a_reviewer_goes_from_the_leaderboard_to_the_explanation(visit, lab):
    process = subprocess.run(
        [*AUTOML, "fit", "sklearn:wine", "--target", "target", "--budget", "6s", "--json"],
        env={**os.environ, "AUTOML_MAGIC_HOME": str(lab.home)},
        cwd=lab.root,
        check=True,
        capture_output=True,
    )
    run_id = json.loads(process.stdout)["run_id"]
    page = visit("lab/workspaces/reviewer?reset", ".jp-LauncherCard")
    page.locator('[data-id="automl-magic-sidebar"]').click()
    item = page.locator(f"{SIDEBAR} .jp-AutoML-item", has_text="automl-wine").first
    item.wait_for(timeout=60_000)
    item.locator(".jp-AutoML-opener").click()
    # From now on, find it by its ID, which its details show.
    item = page.locator(f"{SIDEBAR} .jp-AutoML-item", has_text=run_id)

    item.get_by_role("button", name="Leaderboard").click()
    leaderboard = page.frame_locator("iframe.jp-AutoML-frame").first
    leaderboard.locator(f"a[data-run-id='{run_id}']").first.wait_for(timeout=60_000)

    item.get_by_role("button", name="Explain", exact=False).first.click()
    report_button = item.get_by_role("button", name="Report")
    report_button.wait_for(timeout=180_000)
    report_button.click()
    report = page.frame_locator("iframe.jp-AutoML-frame").last
    report.locator("h1", has_text="Model report for").wait_for(timeout=60_000)
    assert report.locator("section").count() >= 6
    assert report.locator("script").count() == 0
    assert page.evaluate("window.__xss") is None
