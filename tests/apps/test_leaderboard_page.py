"""The leaderboard app in a real browser: its links lead somewhere, and data stays data."""

from urllib.parse import urlsplit

import pytest

from automl_magic.cli.apps.voila import voila_server
from automl_magic.workspace import default_workspace

pytestmark = pytest.mark.long


@pytest.fixture
def url(finished):
    with voila_server(
        "leaderboard", finished.run.run_id, None, workspace=default_workspace()
    ) as server:
        server.start()
        yield server.url


@pytest.fixture
def visit(browser, url):
    """Open the page; give it with the hosts it asked and the errors it met."""

    def open_page(**options):
        page = browser.new_page(**options)
        page.hosts, page.problems = set(), []
        page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(url)
        page.wait_for_selector("article.am table")
        return page

    return open_page


def test_the_page_asks_no_other_host_and_runs_no_data(visit):
    page = visit()

    assert page.hosts == {"127.0.0.1"}
    assert page.problems == []
    assert page.evaluate("window.__xss") is None
    assert page.locator("article.am img, article.am script").count() == 0


def test_every_number_leads_to_a_cell_on_the_page(visit, finished):
    page = visit()

    links = page.locator("a[data-run-id]")
    cells = links.evaluate_all(
        "all => all.map(a => [a.dataset.runId, a.dataset.notebook, a.dataset.cellId,"
        " document.getElementById(decodeURIComponent(a.getAttribute('href').slice(1))) !== null])"
    )

    assert len(cells) > 30
    assert {tuple(cell) for cell in cells} == {
        (finished.run.run_id, "output.ipynb", cell_id, True) for cell_id in finished.cell_ids
    }


def test_a_click_on_a_number_opens_its_cell(visit):
    page = visit()
    page.locator("#trials tbody tr").nth(1).locator("a").first.click()
    page.locator("svg a").nth(2).click()

    opened = page.locator("details[open]").all_inner_texts()
    assert [f"candidates['candidate-{i}']" in text for i, text in enumerate(opened, 1)] == [
        True
    ] * 2
    assert page.problems == []


def test_the_table_sorts_by_a_column_with_missing_values_last(visit):
    page = visit()
    names = lambda: page.locator("#trials tbody th").all_inner_texts()  # noqa: E731
    ranked = names()
    score = page.get_by_role("button", name="Score")

    score.click()
    ascending = names()
    score.click()

    assert ascending == [*reversed(ranked[:-1]), ranked[-1]]
    assert names() == ranked
    assert page.locator('th[aria-sort="descending"]').count() == 1


def test_the_filter_shows_what_was_asked_for_and_says_how_many(visit):
    page = visit()
    names = lambda: page.locator("#trials tbody tr:visible th").all_inner_texts()  # noqa: E731
    said = page.locator(".am-filter [role=status]")

    page.get_by_role("button", name="On the Pareto front").press("Enter")
    on_front = [name.split("\n")[0] for name in names()]
    page.get_by_role("button", name="All").click()
    page.get_by_label("Filter trials").fill("BOOST")

    assert on_front == ["ensemble", "lightgbm", "xgboost"]
    assert [name.split("\n")[0] for name in names()] == ["catboost", "xgboost"]
    assert said.inner_text() == "2 of 9 trials shown."
    assert page.locator('button[aria-pressed="true"]').all_inner_texts() == ["All"]


def test_without_a_script_the_page_is_complete_and_offers_no_filter(visit, browser, url):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(url)

    assert page.locator("#trials tbody tr").count() == 9
    assert not page.locator(".am-filter").is_visible()
    assert page.locator("#trials button").count() == 0


def test_a_keyboard_alone_is_enough(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    page.get_by_role("button", name="Fit").focus()
    page.keyboard.press("Enter")

    assert page.locator('th[aria-sort="ascending"]').inner_text().startswith("Fit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_both_schemes(visit, scheme):
    page = visit(color_scheme=scheme)

    ratios = page.evaluate(
        """() => {
          const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const back = lum(getComputedStyle(document.body).backgroundColor);
          const ratio = e => { const l = lum(getComputedStyle(e).color);
            return (Math.max(l, back) + 0.05) / (Math.min(l, back) + 0.05); };
          return ["h1", ".am-lead", ".am-soft", "td a", ".am-winner th", "dt", "th", ".am-why"]
            .map(s => ratio(document.querySelector("article.am " + s)));
        }"""
    )

    assert min(ratios) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, violations, scheme):
    page = visit(color_scheme=scheme, bypass_csp=True)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    assert violations(page) == {}


def test_a_narrow_page_does_not_scroll_sideways(visit):
    page = visit(viewport={"width": 320, "height": 700})

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
