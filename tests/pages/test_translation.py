"""Each visible text of a page that isn't data is translated, as a whole."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from automl_magic.decision_log import DecisionLog, LogSection, Reason
from automl_magic.display.translation import _, set_translations
from automl_magic.errors import AutomlMagicError
from automl_magic.monitor.dashboard import Bucket, WindowCheck
from automl_magic.monitor.dashboard import MonitorDashboard as MonitorBoard
from automl_magic.pages import (
    LeaderboardView,
    decision_log_page,
    error_page,
    leaderboard_page,
    monitor,
)
from automl_magic.pages.cells import Cell
from automl_magic.pages.live import log_block, progress_block, status_sentence, trials_block
from automl_magic.pages.live_run import LiveRun, TrialEvent
from automl_magic.pages.report import report_document, report_page
from automl_magic.records import CellLink, Leaderboard, LeaderboardRow, Run, Score, TrialState
from tests.pseudo import Pseudo, is_translated

INLINE = {"a", "b", "i", "q", "small", "span", "strong", "time", "br", "input", "progress"}
HIDDEN = {"style", "code", "pre"}  # a stylesheet, and code: commands, sources, ids
ATTRIBUTES = ("aria-label", "title", "placeholder", "data-text", "data-label", "aria-valuetext")
# Content of the records that the pages show, units, and dates.
DATA = re.compile(
    r"\bMethod\.|\ball of them\b|\bthe log-odds\b|\blog-odds\b|\bthe probability\b|\baccuracy\b|"
    r"\b(?:binary|multiclass|regression|complete|running|succeeded|failed|critical|warning)\b|"
    r"\b(?:roc_auc|rmse|r2)\b|\b[er]1\b|\bgreen\b|"
    r"(?<=\d)[ \u00a0](?:ms|s|min|kB|MB|GB)\b|\d\d[ \u00a0][A-Z][a-z]{2}[ \u00a0]\d\d:\d\d|\bUTC\b|"
    r"\b\d[\d,.]*e[+-]?\d+\b|‹\d+›"
)


class Texts(HTMLParser):
    """The texts of a page by block, and those in attributes."""

    def __init__(self, html):
        super().__init__()
        self.texts, self._block, self._hidden = [], "", 0
        self.feed(html)
        self.close()
        self._end_block()

    def handle_starttag(self, tag, attrs):
        self.texts += [value for key, value in attrs if key in ATTRIBUTES and value]
        self._hidden += tag in HIDDEN
        if tag not in INLINE | HIDDEN:
            self._end_block()

    def handle_endtag(self, tag):
        self._hidden -= tag in HIDDEN
        if tag not in INLINE | HIDDEN:
            self._end_block()

    def handle_data(self, data):
        if not self._hidden:
            self._block += data

    def _end_block(self):
        self.texts.append(self._block)
        self._block = ""


def untranslated(html, *data):
    """Return the texts that aren't translated as a whole, without the data in them."""
    values = [*sorted(filter(None, data), key=len, reverse=True), _("missing")]
    names = re.compile("|".join(map(re.escape, values)))
    texts = (DATA.sub("7", names.sub("7", text)).strip() for text in Texts(html).texts)
    return [text for text in texts if re.search(r"[^\W\d_]", text) and not is_translated(text)]


@pytest.fixture(autouse=True)
def pseudo():
    set_translations(Pseudo())
    yield
    set_translations(None)


def number_names():
    names = iter(range(10**6))
    return lambda _plain: f"‹{next(names)}›"


def link(cell_id="‹5›"):
    return CellLink(run_id="‹1›", notebook="‹2›", cell_id=cell_id)


def account(asked=None, status="succeeded"):
    reasons = tuple(
        Reason(
            about="‹3›",
            name=str(i),
            candidate="‹4›",
            choice="‹5›",
            why="‹6›",
            evidence={"‹7›": 1},
            rejected=("‹8›",),
            link=link() if i % 2 else None,
            score=Score(metric="r2", score=0.5, rows=9),
            fit_s=1.0,
        )
        for i in range(70)
    )
    return DecisionLog(
        run_id="‹1›",
        status=status,
        folder="‹2›",
        notebook="‹2›",
        limited_to=asked,
        advice=("‹9›",),
        missing=("‹9›",),
        sections=tuple(
            LogSection(name=name, title="‹9›", reasons=reasons)
            for name in ("trials", "columns", "decided", "order")
        ),
    )


def leaderboard_view(n_members=1, *, higher_is_better=True, low=0.4):
    rows = tuple(
        LeaderboardRow(
            rank=i + 1,
            name=f"‹{i}›",
            score=Score(metric="r2", score=score, rows=9, low=low, high=1.0),
            link=link(),
            state=TrialState.COMPLETE,
            reason="‹6›",
            trial=i,
            weight=1.0 if i < n_members else None,
            row_latency_ms=1.0 + i,
            size_bytes=1000 * i,
            on_front=i < 1,
            fit_s=2.0,
            also={"‹9›": 0.5},
        )
        for i, score in enumerate((0.9, 0.8, 0.7, 0.6, -99.0))
    )
    leaderboard = Leaderboard(
        run_id="‹1›", metric="r2", higher_is_better=higher_is_better, rows=rows
    )
    return LeaderboardView(
        leaderboard,
        target="‹3›",
        data="‹4›",
        cells=(Cell("‹5›", is_code=True, source="x = 1", why="‹6›"),),
        decision_log=account(),
    )


def test_a_leaderboard_is_translated():
    holdout = Score(metric="r2", score=0.8, rows=50)
    for view in (
        leaderboard_view(),
        leaderboard_view(2, higher_is_better=False, low=None),
        replace(
            leaderboard_view(),
            leaderboard=replace(leaderboard_view().leaderboard, holdout=holdout),
            run=run(),
        ),
        LeaderboardView(Leaderboard(run_id="‹1›", metric="r2", higher_is_better=True, rows=())),
    ):
        assert untranslated(leaderboard_page(view), view.model_name) == []


def test_a_decision_log_and_an_error_are_translated():
    error = AutomlMagicError("‹1›", why="‹2›", fix="‹3›")

    assert untranslated(decision_log_page(account("‹4›", status="lost"))) == []
    assert untranslated(decision_log_page(account(status="failed"))) == []
    assert untranslated(error_page(error)) == []


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_report_is_translated(explained, kind):
    explanation = explained(kind, number_names())
    # A section without a renderer has the name of its record as its title.
    cells = [Cell("‹5›", is_code=True, source="x = 1", why="‹6›")]
    ids = {*explanation.sections, "load", "residuals", "output.ipynb", "explain.ipynb"}

    assert untranslated(report_page(explanation, cells), *ids) == []
    assert untranslated(report_document(explanation, cells), *ids) == []


def run(status="running"):
    return Run.from_json(
        {
            "run_id": "‹1›",
            "kind": "search",
            "notebook": "‹2›",
            "folder": "‹3›",
            "status": status,
            "created_at": "2026-11-21T16:00:00+00:00",
        }
    )


def test_a_live_run_is_translated(tmp_path):
    course = LiveRun(tmp_path, metric="r2", cell_id="‹1›", n_cells=3)
    course.trial_events = {
        i: TrialEvent(i, "‹2›", "‹3›", 1.0, 0.5 if i else None, 0.5) for i in range(3)
    }
    for kind in ("run", "search", "decision", "trial"):
        text = dict.fromkeys(("state", "about", "choice", "why", "candidate", "name"), "‹4›")
        course.events.append({"t": 0.0, "event": kind, "budget_s": 30.0, "number": 3, **text})
    pages = [
        progress_block(course, run(), is_selected=True),
        progress_block(course, run("succeeded"), is_selected=False),
        progress_block(None, None, is_selected=False),
        trials_block(course, run()),
        trials_block(None, None),
        log_block(course),
        log_block(None),
        status_sentence(course, run()),
        status_sentence(course, run("succeeded")),
        status_sentence(None, None).replace("automl fit DATA --target COLUMN", ""),
    ]

    for page in pages:
        assert untranslated(page, "search", "output.ipynb", "lost") == []


def check(**fields):
    values = {
        "id": 1, "end": 1e9, "run_id": "‹1›", "n_rows": 9, "severity": "none",
        "psi": {"‹2›": 0.3}, "severities": {"‹2›": "warning"}, "metric": "r2", "score": 0.5,
        "release": 0.6, "higher_is_better": True, "yellow": 0.1, "red": 0.2, "bins": ("‹3›",),
        "reference": (0.5,), "current": (0.6,),
    }  # fmt: skip
    return WindowCheck(**{**values, **fields})


class Fields:
    """An object with the given attributes, in place of a record with many more."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def test_a_monitored_deployment_is_translated():
    route = Fields(deployment="‹1›", model="‹2›", stable=1, canary=2, percent=5.0, shadow=None)
    value = Fields(value="‹9›")
    alerts = [
        Fields(
            severity=value, kind=value, subject="‹3›", summary="‹4›", fired_at=None, first_at=1e9,
            link=link() if i else None,
        )
        for i in range(40)
    ]  # fmt: skip
    retrain = Fields(
        started_at=1e9, trigger=value, status=value, challenger=3, detail="‹5›", run_id="‹6›"
    )
    change = Fields(at=1e9, action="‹7›", route=route, actor="‹8›", reason="‹9›")
    bucket = Bucket(start=1e9, requests={"‹1›": 5.0}, errors={"‹1›": 1.0}, p50_ms=1.0, p95_ms=2.0)
    empty = MonitorBoard(
        deployment=Fields(name="‹1›"), route=route, timestamp=1e9, step_s=900.0, buckets=(),
        changes=(),
        checks=(), alerts=(), retrains=(),
    )  # fmt: skip
    full = replace(
        empty, buckets=(bucket,), changes=(change,), checks=(check(),), alerts=tuple(alerts),
        retrains=(retrain,),
    )  # fmt: skip
    shadow = replace(
        empty, route=Fields(**{**vars(route), "canary": None, "shadow": 3}), checks=(check(),)
    )
    stable = replace(empty, route=Fields(**{**vars(route), "canary": None}))
    command = "automl alerts ‹1›"

    for board in (None, empty, full, shadow, stable):
        for name in (None, "‹1›"):
            for others in ((), ("‹2›",)):
                assert untranslated(monitor.facts_block(board, name, others)) == []
            assert untranslated(monitor.status_sentence(board, name)) == []
        for block in (
            monitor.alerts_block,
            monitor.retraining_block,
            monitor.route_block,
            monitor.traffic_table,
            monitor.drift_table,
            monitor.prediction_table,
            monitor.performance_table,
        ):
            assert untranslated(block(board), command) == []


def test_times_in_headings_have_no_escapes():
    board = MonitorBoard(
        deployment=Fields(name="‹1›"), route=None, timestamp=1e9, step_s=900.0, buckets=(),
        changes=(),
        checks=(check(),), alerts=(), retrains=(),
    )  # fmt: skip

    assert r"\xa0" not in monitor.drift_table(board)
