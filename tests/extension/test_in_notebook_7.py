"""The same extension in Notebook 7, where each document has its own browser tab."""

import nbformat
import pytest

pytestmark = pytest.mark.long

SIDEBAR = "#automl-magic-sidebar"
FIRST_RUN = "/\\[1\\]/.test(document.querySelector('.jp-Notebook .jp-InputPrompt')?.textContent)"


def choose(page, label):
    page.locator(".lm-MenuBar-itemLabel", has_text="AutoML").click()
    page.locator(".lm-Menu-itemLabel", has_text=label).first.click()


def test_the_wizard_opens_in_its_own_tab_and_runs_once(visit, lab):
    tree = visit("tree", ".jp-DirListing")
    with visit.context.expect_page() as opened:
        choose(tree, "AutoML wizard")
    notebook = opened.value
    notebook.wait_for_function(FIRST_RUN, timeout=60_000)
    assert "/notebooks/automl-wizard" in notebook.url
    assert notebook.evaluate("Object.keys(localStorage).filter(k => k.includes('run-once'))") == []

    # Open the same address again: the request is gone, so nothing runs.
    notebook.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for(timeout=30_000)
    reopened = visit(notebook.url.removeprefix(lab.url), ".jp-Notebook .jp-Cell")
    reopened.wait_for_timeout(3000)
    assert "[2]" not in reopened.locator(".jp-Notebook .jp-InputPrompt").first.inner_text()


def test_a_request_for_other_cells_runs_nothing(visit, lab):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.root / "foreign.ipynb")
    tree = visit("tree", ".jp-DirListing")
    key = f"automl-magic:run-once:{lab.url}foreign.ipynb"
    tree.evaluate(
        "key => localStorage.setItem(key,"
        " JSON.stringify({sources: ['%automl wizard'], until: Date.now() + 60000}))",
        key,
    )
    page = visit("notebooks/foreign.ipynb", ".jp-Notebook .jp-Cell")
    page.wait_for_timeout(4000)

    assert "[1]" not in page.locator(".jp-Notebook .jp-InputPrompt").first.inner_text()
    assert page.evaluate("key => localStorage.getItem(key)", key) is None


def test_the_sidebar_the_diff_and_the_reasons_work(visit, placed, violations):
    page = visit(f"notebooks/{placed}", ".jp-Notebook .jp-Cell")
    page.wait_for_timeout(1000)
    choose(page, "Show AutoML runs")
    succeeded = page.locator(f"{SIDEBAR} [data-status=succeeded]")
    succeeded.first.wait_for()
    choose(page, "Why this cell?")
    page.get_by_role("heading", name="Why this cell?").wait_for()
    assert violations(page, SIDEBAR) == {}
    assert violations(page, "#automl-magic-why") == {}

    succeeded.nth(0).locator("input").check()
    succeeded.nth(1).locator("input").check()
    page.get_by_role("button", name="Compare two").click()
    page.locator(".jp-Dialog .jp-AutoML-page article").wait_for()
    page.keyboard.press("Escape")

    succeeded.first.locator(".jp-AutoML-opener").click()
    with visit.context.expect_page() as opened:
        succeeded.first.get_by_role("button", name="Leaderboard").click()
    opened.value.locator("h1").wait_for()
    assert "/pages/leaderboard/" in opened.value.url
    assert visit.hosts == {"127.0.0.1"}


def test_an_experiment_file_opens_in_its_editor(visit, lab):
    (lab.root / "other.automl.yaml").write_text("data: a.csv\ntarget: y\nfold: 3\n")
    page = visit("edit/other.automl.yaml", ".jp-FileEditor .cm-content")
    page.get_by_role("button", name="Check").click()
    page.locator(".cm-panel-lint li").wait_for()

    assert "fold" in page.locator(".cm-panel-lint li").inner_text()
