"""The live app in a real browser, on a real search: it follows, it escapes, it asks nobody."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from automl_magic.cli.apps.live import live_server
from automl_magic.workspace import default_workspace

HOSTILE = "\"><script>window.__xss=1</script><img src=x onerror='window.__xss=1'>"

pytestmark = pytest.mark.long


def visit(browser, url, **options):
    page = browser.new_page(**options)
    page.hosts, page.problems = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname or "blob"))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(url)
    page.locator("#status", has_text="run").wait_for()
    return page


def hover(page):
    """Move to the middle of the picture's frame, where the dots are, and give what is told."""
    page.wait_for_timeout(1500)
    x, y = page.evaluate(
        """() => {
          const chart = Bokeh.index.roots.flatMap((one) => one.child_views)
            .find((one) => one.model.type === "Figure");
          const at = chart.el.getBoundingClientRect();
          return [at.x + chart.frame.x_scale.compute(1.0), at.y + chart.frame.y_scale.compute(0.5)];
        }"""
    )
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y, steps=5)
    told = page.get_by_text("trial:").first
    told.wait_for(timeout=5000)
    return told.locator("xpath=ancestor::div[last()]").inner_text()


def test_the_page_follows_a_search_from_its_start_to_its_end(store, browser, tmp_path):
    code = "from automl_magic.cli import main; main()"
    words = ["fit", "sklearn:iris", "--target", "target", "--budget", "8s", "-o", "plan"]
    with live_server(None, None, default_workspace()) as server:
        server.start()
        page = visit(browser, server.url)
        said = page.locator("#status")
        before = said.inner_text()
        with subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as search:
            said.filter(has_text="is searching").wait_for(timeout=60_000)
            said.filter(has_text="trials have a score").wait_for(timeout=60_000)
            rows = page.get_by_text("newest first").count()
            said.filter(has_text="succeeded").wait_for(timeout=120_000)
        table = page.locator("#content table tbody tr").count()

    assert before.startswith("There are no runs yet.")
    assert search.returncode == 0
    assert rows == 1
    assert table > 1
    assert page.hosts <= {"127.0.0.1", "blob", ""}
    assert page.problems == []


def test_hostile_names_stay_text_also_in_what_hovers(finished, browser):
    folder = Path(finished.run.folder)
    events = [{"t": 0.0, "event": "search", "budget_s": 9.0, "metric": HOSTILE}]
    events += [
        {
            "t": 1.0 + i,
            "event": "trial",
            "number": i,
            "candidate": HOSTILE,
            "score": 0.5,
            "best": 0.5,
            "elapsed_s": 1.0,
            "left_s": 5.0,
            "state": HOSTILE,
        }
        for i in range(3)
    ]
    events.append({"t": 9.0, "event": "decision", "about": HOSTILE, "choice": HOSTILE, "why": ""})
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    with live_server(finished.run.run_id, None, default_workspace()) as server:
        server.start()
        page = visit(browser, server.url)
        tooltip = hover(page)
        trapped = page.evaluate("window.__xss")
        images = page.locator("#content img").count()

    assert "<script>" in tooltip
    assert (trapped, images) == (None, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(finished, browser, violations, scheme, width):
    folder = Path(finished.run.folder)
    trial = {"event": "trial", "number": 1, "candidate": "linear", "score": 0.5, "best": 0.5}
    events = [{"event": "search", "metric": "r2"}, {**trial, "elapsed_s": 1.0, "state": "complete"}]
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    with live_server(finished.run.run_id, None, default_workspace()) as server:
        server.start()
        size = {"width": width, "height": 900}
        context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)
        page = visit(context, server.url)
        page.get_by_text("newest first").wait_for()
        found = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")

    assert found == {}
    assert wide <= width
