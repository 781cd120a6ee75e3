"""Three hundred hostile values on every page run nothing in a browser."""

import random
from dataclasses import replace

import pytest

from automl_magic.decision_log import DecisionLog, LogSection, Reason
from automl_magic.errors import AutomlMagicError
from automl_magic.pages import LeaderboardView, decision_log_page, error_page, leaderboard_page
from automl_magic.pages.cells import Cell
from automl_magic.pages.live import log_block, progress_block, trials_block
from automl_magic.pages.live_run import LiveRun, TrialEvent
from automl_magic.pages.report import report_document, report_page
from automl_magic.records import CellLink, Leaderboard, LeaderboardRow, Run, Score, TrialState

TRAP = "window.__runs=(window.__runs||0)+1"

pytestmark = pytest.mark.long

SHAPES = (
    "<script>{t}</script>",
    '"><script>{t}</script>',
    '\'><img src=x onerror="{t}">',
    "<svg onload={t}>",
    "<svg><script>{t}</script></svg>",
    "</style><script>{t}</script>",
    "</title><script>{t}</script>",
    "</desc></svg><img src=x onerror={t}>",
    '" autofocus onfocus="{t}',
    "' onmouseover='{t}' x='",
    '" style="animation-name:x" onanimationstart="{t}',
    '<iframe srcdoc="<script>parent.{t}</script>">',
    "<details open ontoggle={t}>",
    '<a href="javascript:{t}">x</a>',
    "javascript:{t}",
    "data:text/html,<script>{t}</script>",
    "--><script>{t}</script><!--",
    "]]><script>{t}</script>",
    "\x00<scr\x00ipt>{t}</script>",
    "&lt;script&gt;{t}&lt;/script&gt;",
    "\u2028<script>{t}</script>",
    "\ud800<img src=x onerror={t}>",
    '<math><mi//xlink:href="data:x,<script>{t}</script>">',
    "<template><script>{t}</script></template>",
    "`${{{t}}}`{{{{{t}}}}}<%={t}%>",
)
VALUES = [f"{shape.format(t=TRAP)}{i}" for i in range(12) for shape in SHAPES]


def board(names):
    link = CellLink(run_id=names[0], notebook=names[1], cell_id=names[2])
    rows = tuple(
        LeaderboardRow(
            rank=i + 1,
            name=name,
            score=Score(metric=names[3], score=1 - i / 999, rows=9, low=0.1, high=1.0),
            link=replace(link, cell_id=name),
            state=TrialState.COMPLETE,
            reason=name,
            trial=i,
            row_latency_ms=1.0 + i,
            size_bytes=i + 1,
            on_front=not i % 3,
        )
        for i, name in enumerate(names)
    )
    found = Leaderboard(run_id=names[0], metric=names[3], higher_is_better=True, rows=rows)
    cells = tuple(Cell(name, is_code=True, source=name, why=name) for name in names)
    return LeaderboardView(
        found, target=names[4], data=names[5], cells=cells, decision_log=account(names)
    )


def account(names):
    reasons = tuple(
        Reason(
            about="trial",
            name=str(i),
            candidate=name,
            choice=name,
            why=name,
            evidence={name: name},
            rejected=(name,),
            link=CellLink(run_id=name, notebook=name, cell_id=name),
        )
        for i, name in enumerate(names)
    )
    return DecisionLog(
        run_id=names[0],
        status=names[1],
        folder=names[2],
        notebook=names[3],
        limited_to=names[4],
        advice=tuple(names),
        missing=tuple(names),
        sections=tuple(
            LogSection(name=name, title=names[5], reasons=reasons)
            for name in ("trials", "columns", "decided", "order")
        ),
    )


def live(names, folder):
    course = LiveRun(folder, metric=names[0], cell_id=names[1], n_cells=3)
    course.trial_events = {
        i: TrialEvent(i, name, name, 1.0, None if i % 2 else 0.5, 0.5)
        for i, name in enumerate(names)
    }
    kinds = ("run", "search", "decision", "trial")
    for i, name in enumerate(names):
        words = {"state": name, "about": name, "choice": name, "why": name, "candidate": name}
        course.events.append({"t": 0.0, "event": kinds[i % 4], "budget_s": name, **words})
    run = Run.from_json(
        {
            "run_id": names[2],
            "kind": "search",
            "notebook": names[3],
            "folder": "/x",
            "status": "running",
            "created_at": "2026-11-21T16:00:00+00:00",
        }
    )
    return (
        progress_block(course, run, is_selected=True)
        + trials_block(course, run)
        + log_block(course)
    )


def surfaces(explained, folder):
    draw = random.Random(1)
    left = list(VALUES)

    def name(plain):
        return f"{plain}{left.pop() if left else draw.choice(VALUES)}"

    yield "leaderboard", leaderboard_page(board(VALUES))
    yield "why", decision_log_page(account(VALUES))
    yield "problem", error_page(AutomlMagicError(VALUES[0], why=VALUES[1], fix=VALUES[2]))
    yield "live", live(VALUES, folder)
    for kind in ("binary", "multiclass", "regression"):
        left = list(VALUES)
        cells = [Cell(value, is_code=True, source=value, why=value) for value in VALUES]
        yield kind, report_page(explained(kind, name), cells)


def test_three_hundred_hostile_values_run_nothing_on_any_page(browser, explained, tmp_path):
    assert len(set(VALUES)) == 300
    ran = {}
    page = browser.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    for surface, html in surfaces(explained, tmp_path):
        page.goto("about:blank")
        page.set_content(f"<!DOCTYPE html><title>x</title><main>{html}</main>")
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        for link in page.locator("a[href]").all()[:5]:
            link.dispatch_event("click")
        page.wait_for_timeout(200)
        ran[surface] = (
            page.evaluate("window.__runs || 0"),
            page.locator("script, img, iframe, math, template, a[href^=javascript]").count(),
        )

    assert ran == dict.fromkeys(ran, (0, 0))
    assert len(ran) == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_axe_finds_nothing_in_a_report(browser, violations, explained, tmp_path, kind, scheme):
    path = tmp_path / "report.html"
    cells = [Cell("shap", is_code=True, source="x = 1", why="why")]
    path.write_text(report_document(explained(kind), cells), "utf-8")
    size = {"width": 320, "height": 900}
    page = browser.new_page(color_scheme=scheme, viewport=size, bypass_csp=True)
    page.goto(path.as_uri())
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    last = ".am-choice > input:last-of-type"
    page.evaluate("(last) => document.querySelectorAll(last).forEach((i) => i.click())", last)

    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
