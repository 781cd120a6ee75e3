"""The monitor board in a real browser, on a day of rows: it refreshes, escapes, asks nobody."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest

from automl_magic.cli.apps.monitor import monitor_server
from automl_magic.monitor.dashboard import DashboardReader
from automl_magic.store.engine import open_engine, write_transaction
from automl_magic.store.tables import predictions
from automl_magic.workspace import default_workspace

from .monitored import HOSTILE, NAME, ask, deploy, judge

COLUMNS = ["age", "city", HOSTILE, "a very long name of a column that goes on and on"]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(folder))
        for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="module")
def served(home):
    deploy()
    ask(20_000)
    judge(COLUMNS)
    with monitor_server(NAME, None, default_workspace()) as server:
        server.start()
        yield server


def visit(browser, url, **options):
    page = browser.new_page(**options)
    page.hosts, page.problems = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname or "blob"))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(url)
    page.locator("#status:not(:empty)").wait_for()
    return page


def test_it_says_what_serves_and_what_is_wrong(served, browser):
    page = visit(browser, served.url)

    assert page.locator("#status").inner_text() == "churn serves version 1. 5 active alerts."
    assert page.get_by_text("performance: roc_auc").is_visible()
    assert page.get_by_text("automl-serving").is_visible()
    assert page.hosts <= {"127.0.0.1", "blob", ""}
    assert page.problems == []


def test_what_came_from_data_is_text(served, browser):
    page = visit(browser, served.url)
    page.wait_for_timeout(1000)

    assert page.evaluate("window.__xss") is None
    assert page.locator("#content img").count() == 0
    assert page.get_by_text("<script>window.__xss=1</script>").count() > 0


def test_each_chart_has_its_numbers_one_key_away(served, browser):
    page = visit(browser, served.url)
    for name in ("traffic", "drift", "predictions", "performance"):
        summary = page.locator("summary", has_text=f"Table: {name}")
        summary.focus()
        page.keyboard.press("Enter")
        table = page.locator("details[open]", has=summary).locator("table tbody tr")
        table.first.wait_for()
        assert table.count() > 2


def test_it_takes_in_what_happens_without_closing_what_is_open(served, browser):
    page = visit(browser, served.url)
    page.locator("summary", has_text="Table: traffic").click()
    engine = open_engine(default_workspace().predictions)
    rows = [
        {
            "id": f"new{i}",
            "deployment": NAME,
            "model": "people",
            "version": 1,
            "role": "stable",
            "epoch": 1,
            "at": time.time(),
            "latency_ms": 5.0,
            "sample_rate": 0.001,
        }
        for i in range(50)
    ]
    with write_transaction(engine) as connection:
        connection.execute(predictions.insert(), rows)
    engine.dispose()

    page.get_by_text("69,9", exact=False).first.wait_for(timeout=20_000)

    assert page.locator("details[open]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(served, browser, violations, scheme, width):
    size = {"width": width, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)
    page = visit(context, served.url)
    for summary in page.locator("summary").all():
        summary.click()
    page.wait_for_timeout(500)

    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_where_nothing_is_deployed_it_says_what_to_do(home, browser, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path))
    with monitor_server(None, None, default_workspace()) as server:
        server.start()
        page = visit(browser, server.url)

        assert page.locator("#status").inner_text() == "There are no deployments yet."
        assert page.get_by_text("automl serve NAME").is_visible()
        assert page.locator("section:visible").count() == 1


def test_a_part_of_the_time_that_is_over_is_not_read_again(served):
    reader = DashboardReader(
        open_engine(default_workspace().store), open_engine(default_workspace().predictions), NAME
    )
    first = reader.read(now=time.time())
    again = reader.read(now=time.time())
    fresh = DashboardReader(reader.store_engine, reader.predictions_engine, NAME).read(
        now=again.timestamp
    )

    old, new = first.buckets[5:90], again.buckets[5:90]
    assert sum(sum(bucket.requests.values()) for bucket in first.buckets) > 19_000
    assert again.buckets == fresh.buckets
    assert [a is b for a, b in zip(old, new, strict=True)] == [True] * 85
