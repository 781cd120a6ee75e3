"""The extension in a real JupyterLab, in a real browser."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

SIDEBAR, WHY = "#automl-magic-sidebar", "#automl-magic-why"
AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
THEMES = ["JupyterLab Light", "JupyterLab Dark"]


@pytest.fixture
def page(visit):
    return visit("lab?reset", ".jp-LauncherCard")


def open_sidebar(page):
    page.locator('[data-id="automl-magic-sidebar"]').click()
    page.locator(f"{SIDEBAR} .jp-AutoML-item").first.wait_for()


def command(page, name):
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill(name)
    page.locator(".lm-CommandPalette-itemLabel", has_text=name).first.click()


def test_the_launcher_and_the_menu_have_the_commands(page):
    cards = page.locator(".jp-LauncherCard-label").all_text_contents()
    page.locator(".lm-MenuBar-itemLabel", has_text="AutoML").click()
    entries = page.locator(".lm-Menu-itemLabel").all_text_contents()

    assert {"AutoML wizard", "New plan"} <= {card.strip() for card in cards}
    assert {"AutoML wizard", "Show AutoML runs", "Why this cell?"} <= set(entries)


def test_a_click_on_the_card_shows_the_wizard(page, lab):
    page.wait_for_timeout(1000)
    card = page.locator(".jp-LauncherCard", has_text="AutoML wizard")
    card.scroll_into_view_if_needed()
    card.click()
    page.locator(".jp-Notebook h2, .jp-Notebook h3").first.wait_for(timeout=30_000)

    source = page.locator(".jp-Notebook .jp-InputArea").first.inner_text()
    assert "%automl wizard" in source
    assert "Choose a table" in page.locator(".jp-OutputArea").first.inner_text()
    document = json.loads((lab.root / "automl-wizard.ipynb").read_text())
    assert document["metadata"]["kernelspec"]["name"] == "automl-magic"


def test_a_new_plan_is_checked_while_typing(page, lab):
    page.locator(".jp-LauncherCard", has_text="New plan").click()
    editor = page.locator(".jp-FileEditor .cm-content")
    editor.wait_for()
    assert (lab.root / "experiment.automl.yaml").exists()

    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("buget_s: 3\n")
    page.locator(".cm-lint-marker-error").wait_for()
    page.get_by_role("button", name="Check").click()

    message = page.locator(".cm-panel-lint li").inner_text()
    assert message.startswith("Unknown field 'buget_s'.")
    assert message.endswith("Use budget_s.")


def test_fields_and_values_are_completed_from_the_schema(page):
    page.locator(".jp-LauncherCard", has_text="New plan").click()
    page.locator(".jp-FileEditor .cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("imb")
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.keyboard.type("cl")
    page.locator(".cm-tooltip-autocomplete li", has_text="class_weight").wait_for()


def test_a_valid_file_is_planned_in_a_notebook_beside_it(page, lab):
    folder = lab.root / "it's here"
    folder.mkdir()
    spec = "data: sklearn:iris\ntarget: target\nbudget_s: 5\n"
    (folder / "my 'own'.automl.yaml").write_text(spec)
    page.locator(".jp-DirListing-item", has_text="it's here").dblclick()
    page.locator(".jp-DirListing-item", has_text="own").dblclick()
    page.locator(".jp-FileEditor .cm-content").wait_for()
    page.get_by_role("button", name="Plan", exact=True).click()
    page.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for(timeout=60_000)

    assert (folder / "search.ipynb").exists()


def test_the_sidebar_lists_runs_with_their_progress(page, lab):
    open_sidebar(page)

    assert page.locator(f"{SIDEBAR} .jp-AutoML-item").count() >= 3
    running = page.locator(f"{SIDEBAR} [data-status=running]").first
    assert "automl-churn" in running.inner_text()
    assert "cell 6 of 28 · 1 trial · best 0.91" in running.inner_text()
    assert running.locator("progress").get_attribute("value") == "5"


def test_stopping_a_run_asks_for_confirmation(page, lab):
    open_sidebar(page)
    running = page.locator(f"{SIDEBAR} [data-status=running]").first
    running.locator(".jp-AutoML-opener").click()
    running.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop and keep best model").click()

    stop_request = lab.home / "runs" / lab.runs["going"].run_id / "wish"
    for _ in range(50):
        if stop_request.exists():
            break
        page.wait_for_timeout(100)
    assert stop_request.read_text() == "stop"


def test_arrow_keys_select_tabs(page):
    open_sidebar(page)
    page.locator("#jp-AutoML-tab-runs").focus()
    page.keyboard.press("ArrowRight")

    assert page.evaluate("document.activeElement.id") == "jp-AutoML-tab-models"
    assert page.locator("#jp-AutoML-tab-models").get_attribute("aria-selected") == "true"
    assert page.locator("#jp-AutoML-tab-runs").get_attribute("tabindex") == "-1"


def test_two_runs_are_compared_without_a_mouse(page):
    page.keyboard.press("Control+Shift+C")
    page.keyboard.type("Show AutoML runs")
    page.keyboard.press("Enter")
    page.locator(f"{SIDEBAR} .jp-AutoML-item").first.wait_for()
    page.wait_for_function("document.activeElement.id === 'jp-AutoML-tab-runs'")
    n_selected = 0
    while n_selected < 2:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.jp-AutoML input[type=checkbox]')"):
            page.keyboard.press("Space")
            n_selected += 1
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if "Compare two" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")

    page.locator(".jp-AutoML-page article").wait_for()


def test_two_runs_are_compared_with_the_mouse(page):
    open_sidebar(page)
    succeeded = page.locator(f"{SIDEBAR} [data-status=succeeded] input")
    succeeded.nth(0).check()
    succeeded.nth(1).check()
    page.get_by_role("button", name="Compare two (2 selected)").click()
    diff = page.locator(".jp-AutoML-page article")
    diff.wait_for()

    assert "From run" in diff.inner_text()
    assert page.evaluate("window.__xss") is None


def test_the_leaderboard_is_in_a_frame_without_permissions(page, lab):
    open_sidebar(page)
    succeeded = page.locator(f"{SIDEBAR} [data-status=succeeded]").first
    succeeded.locator(".jp-AutoML-opener").click()
    succeeded.get_by_role("button", name="Leaderboard").click()
    frame = page.locator("iframe.jp-AutoML-frame")
    frame.wait_for()

    assert frame.get_attribute("sandbox") == ""
    content = page.frame_locator("iframe.jp-AutoML-frame")
    content.locator("table").first.wait_for()
    assert page.evaluate("window.__xss") is None


def test_why_this_cell_follows_the_active_cell_and_shows_text(page, lab, placed):
    page.goto(f"{lab.url}lab/tree/{placed}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.locator('[data-id="automl-magic-why"]').click()
    page.locator(".jp-Notebook .jp-Cell").first.click()
    panel = page.locator(WHY)
    panel.get_by_text("because").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+End")
    page.locator(".jp-Notebook .jp-Cell").last.click()
    panel.get_by_text("<script>").wait_for()

    assert page.evaluate("window.__xss") is None
    assert panel.locator("script, img").count() == 0


def test_no_other_host_gets_requests(visit, page):
    open_sidebar(page)
    page.wait_for_timeout(1000)

    assert visit.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("name", THEMES)
def test_the_extension_has_no_wcag_violations(visit, theme, violations, lab, placed, name):
    theme(name)
    page = visit("lab?reset", ".jp-LauncherCard")
    assert page.locator("body").get_attribute("data-jp-theme-name") == name
    by_surface = {}

    open_sidebar(page)
    succeeded = page.locator(f"{SIDEBAR} [data-status=succeeded]").first
    succeeded.locator(".jp-AutoML-opener").click()
    page.locator(f"{SIDEBAR} .jp-AutoML-table").first.wait_for()
    by_surface["runs"] = violations(page, SIDEBAR)
    for box in page.locator(f"{SIDEBAR} [data-status=succeeded] input").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare two").click()
    page.locator(".jp-AutoML-page article").wait_for()
    by_surface["difference"] = violations(page, ".jp-AutoML-page")
    page.get_by_role("tab", name="Models", exact=True).click()
    page.get_by_role("button", name="Refresh").wait_for()
    by_surface["models"] = violations(page, SIDEBAR)
    page.goto(f"{lab.url}lab/tree/{placed}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.locator('[data-id="automl-magic-why"]').click()
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.locator(f"{WHY} code").wait_for()
    by_surface["why"] = violations(page, WHY)

    assert by_surface == {surface: {} for surface in by_surface}


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_a_page_in_a_frame_has_no_wcag_violations(browser, lab, violations, theme_name):
    # The page of the frame on its own, because axe can't run in the sandbox.
    text = lab.get(f"pages/leaderboard/{lab.runs['first'].run_id}?theme={theme_name}").text
    page = browser.new_page()
    page.set_content(text)

    assert violations(page, "body") == {}
    page.close()


@pytest.fixture(scope="module")
def real_run(lab):
    """A small search in the home of the lab."""
    process = subprocess.run(
        [*AUTOML, "fit", "sklearn:iris", "--target", "target", "--budget", "6s", "--json"],
        env={**os.environ, "AUTOML_MAGIC_HOME": str(lab.home)},
        cwd=lab.root,
        check=True,
        capture_output=True,
    )
    return json.loads(process.stdout)["run_id"]


def test_a_real_run_is_registered_promoted_exported_rerun_and_explained(
    visit, lab, violations, real_run
):
    page = visit("lab?reset", ".jp-LauncherCard")
    open_sidebar(page)
    item = page.locator(f"{SIDEBAR} .jp-AutoML-item", has_text="automl-iris").last
    item.locator(".jp-AutoML-opener").click()

    item.get_by_role("button", name="Register").click()
    name = page.get_by_label("Model name")
    name.fill("9 lives")
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_text("isn't a valid model name").wait_for(timeout=60_000)
    assert violations(page, SIDEBAR) == {}
    name.fill("flowers")
    page.get_by_role("button", name="Register", exact=True).click()
    version = page.locator(".jp-AutoML-model .jp-AutoML-item")
    version.wait_for(timeout=60_000)
    version.get_by_role("combobox").select_option("champion")
    version.get_by_role("button", name="Promote").click()
    version.locator(".jp-AutoML-alias", has_text="champion").wait_for()
    assert violations(page, SIDEBAR) == {}

    page.get_by_role("tab", name="Runs", exact=True).click()
    item.locator(".jp-AutoML-opener").click()
    item.get_by_role("button", name="Model as notebook").click()
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    assert (lab.root / "automl-runs" / real_run / "model.ipynb").exists()

    item.get_by_role("button", name="Rerun").click()
    running = page.locator(f"{SIDEBAR} [data-status=running]", has_text="automl-iris")
    running.wait_for(timeout=60_000)
    page.locator(f"{SIDEBAR} [data-status=succeeded]", has_text="automl-iris").nth(1).wait_for(
        timeout=120_000
    )
    newest = lab.get("runs?limit=1").json["runs"][0]
    assert newest["rerun_of"] == real_run

    item.get_by_role("button", name="Explain").click()
    running = page.locator(f"{SIDEBAR} [data-status=running]", has_text="explain run")
    running.wait_for(timeout=60_000)
    running.locator(".jp-AutoML-opener").click()
    running.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Cancel run").click()
    page.locator(f"{SIDEBAR} [data-status=cancelled]").wait_for(timeout=60_000)
