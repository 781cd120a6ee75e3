"""The explain app and the report on a real run of a hostile table, in a real browser."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from automl_magic.cli.apps.voila import voila_server
from automl_magic.workspace import default_workspace

TRAP = "window.__xss=1"
NUMBER, TOWN = f'age"><script>{TRAP}</script>', f"town'><img src=x onerror='{TRAP}'>"
LEVELS = (f"<svg onload={TRAP}>", f"</style><script>{TRAP}</script>", "${7*7}{{7*7}}")
TARGET = f"bought</title><script>{TRAP}</script>"
CLASSES = (f"no<iframe srcdoc='<script>parent.{TRAP}</script>'>", f'yes" onclick="{TRAP}')

pytestmark = pytest.mark.long


def hostile_table(n=300):
    draw = random.Random(4)
    ages = [draw.randrange(18, 90) for _ in range(n)]
    towns = [draw.choice(LEVELS) for _ in range(n)]
    bought = [
        CLASSES[a + 20 * (t == LEVELS[0]) + draw.gauss(0, 8) > 60]
        for a, t in zip(ages, towns, strict=True)
    ]
    return pd.DataFrame({NUMBER: ages, TOWN: towns, TARGET: bought})


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("explain")


@pytest.fixture(scope="module")
def typed(place):
    def call(*words):
        done = subprocess.run(
            [sys.executable, "-c", "from automl_magic.cli import main; main()", *words],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
            cwd=place,
            env={**os.environ, "AUTOML_MAGIC_HOME": str(place / "home")},
        )
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture(scope="module")
def run_id(typed, place):
    """A search on the hostile table that was explained."""
    hostile_table().to_parquet(place / "table.parquet", index=False)
    words = ("--target", TARGET, "--budget", "6s", "--sensitive", TOWN, "-o", "plan", "--json")
    code, out, err = typed("fit", "table.parquet", "--candidates", "linear,lightgbm", *words)
    assert code == 0, err
    found = json.loads(out)["run_id"]
    code, _, err = typed("explain", found, "--budget", "30s", "--json")
    assert code == 0, err
    return found


@pytest.fixture(scope="module")
def url(run_id, place):
    before = os.environ.get("AUTOML_MAGIC_HOME")
    os.environ["AUTOML_MAGIC_HOME"] = str(place / "home")
    with voila_server("explain", run_id, None, workspace=default_workspace()) as server:
        server.start()
        yield server.url
    if before is not None:
        os.environ["AUTOML_MAGIC_HOME"] = before


def visit(browser, url, wait="article.am", **options):
    page = browser.new_context(**options).new_page()
    page.hosts, page.problems = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(url)
    page.locator(wait).first.wait_for(timeout=90_000)
    return page


def open_all(page):
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def test_the_page_asks_no_other_host_and_runs_no_data(browser, url):
    page = visit(browser, url, ".am-whatif")
    page.locator(".am-halves input[type=number]").first.fill("70")
    page.get_by_text("Effect of your changes").wait_for()
    open_all(page)

    assert page.hosts <= {"127.0.0.1", None}
    assert page.evaluate("window.__xss") is None
    assert page.locator("main img, main iframe").count() == 0
    assert page.problems == []


def test_the_model_answers_to_what_is_changed(browser, url):
    page = visit(browser, url, ".am-whatif")
    said = page.locator(".am-whatif [role=status]")
    form = page.locator(".am-whatif")
    form.get_by_label("Start from").select_option(label="A row of typical values")
    form.locator(".am-halves input[type=number]").first.fill("20")
    said.filter(has_text="Before your changes").wait_for()
    low = said.inner_text()
    form.locator(".am-halves input[type=number]").first.fill("89")
    page.wait_for_timeout(1500)
    high = said.inner_text()
    form.get_by_role("button", name="Undo all changes").click()
    page.wait_for_timeout(1500)

    assert low.split("Before")[0] != high.split("Before")[0]
    assert "no<iframe" in low
    assert 'yes" onclick=' in high
    assert "Before your changes" not in said.inner_text()


def test_any_row_is_taken_by_its_number(browser, url):
    page = visit(browser, url, ".am-whatif")
    listed = page.get_by_label("Start from").evaluate(
        "one => [...one.options].map((o) => Number(o.text.match(/[0-9]+/)))"
    )
    number = next(n for n in range(300) if n not in listed)
    page.get_by_label("Or any row of the table").fill(str(number))
    page.keyboard.press("Enter")
    page.get_by_text("SHAP values and counterfactuals exist only for").wait_for(timeout=20_000)
    chosen = page.get_by_label("Start from").evaluate("one => one.selectedOptions[0].text")
    page.get_by_label("Or any row of the table").fill("100000")
    page.get_by_role("button", name="Use this row").click()
    page.get_by_role("alert").filter(has_text="Row 100,000 doesn't exist.").wait_for()

    assert chosen == f"Row {number}"
    assert page.problems == []


def test_every_threshold_is_a_move_of_a_slider_away(browser, url):
    page = visit(browser, url)
    page.locator(".am-slider input").focus()
    page.keyboard.press("ArrowRight")
    told = page.locator(".am-thresholds output").inner_text()

    assert told.startswith("Threshold 0.")
    assert "false positives" in told
    assert page.locator(".am-marker").get_attribute("visibility") == "visible"


def test_the_report_is_downloaded_as_one_file_that_is_the_report(
    browser, url, typed, run_id, place
):
    code, out, err = typed("report", run_id, "-o", "report.html", "--json")
    assert code == 0, err
    page = visit(browser, url)
    with page.expect_download() as download:
        page.get_by_text("Download the report").click()

    written = (place / "report.html").read_text("utf-8")
    assert Path(download.value.path()).read_text("utf-8") == written
    assert json.loads(out)["of_run"] == run_id


def test_the_file_runs_nothing_and_a_click_opens_a_cell(browser, typed, run_id, place):
    typed("report", run_id, "-o", "report.html")
    written = (place / "report.html").read_text("utf-8")
    # Without its policy, too: what keeps data from running is that it is text.
    bare = place / "bare.html"
    bare.write_text(written.replace("http-equiv", "data-was"), "utf-8")
    page = visit(browser, bare.as_uri())
    open_all(page)
    link = page.locator("section#curves a[data-cell-id=curves]").first
    link.click()

    assert page.evaluate("window.__xss") is None
    assert page.locator("script, img, iframe, link").count() == 0
    assert page.locator(":target").inner_text()
    assert page.hosts <= {None, ""}


def test_every_number_leads_to_a_cell_of_the_notebook_that_ran(browser, url):
    page = visit(browser, url, "#counterfactuals")
    lost = page.locator('main a[href^="#"]').evaluate_all(
        "all => all.map((a) => decodeURIComponent(a.getAttribute('href').slice(1)))"
        ".filter((id) => document.getElementById(id) === null)"
    )

    assert lost == []


def test_a_report_without_an_explanation_says_what_to_type(typed, place):
    _, out, _ = typed("fit", "sklearn:iris", "--target", "target", "--budget", "6s", "--json")
    fresh = json.loads(out)["run_id"]
    code, _, err = typed("report", fresh, "-o", "none.html")

    assert code == 1
    assert f"Do: automl explain {fresh}" in err
    assert not (place / "none.html").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser, url, violations, scheme, width):
    size = {"width": width, "height": 900}
    page = visit(browser, url, ".am-whatif", color_scheme=scheme, viewport=size, bypass_csp=True)
    open_all(page)

    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
