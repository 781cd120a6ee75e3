"""Pages hold longer languages: in a pseudo-locale nothing is cut off, on a phone or a screen."""

from __future__ import annotations

import pytest

from automl_magic.display.translation import set_translations
from automl_magic.pages import decision_log_page, leaderboard_page
from automl_magic.pages.report import report_page
from tests.clipping import clipped
from tests.pages.test_translation import account, leaderboard_view
from tests.pseudo import Pseudo

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def pseudo():
    set_translations(Pseudo())
    yield
    set_translations(None)


@pytest.fixture
def cut(browser):
    def find(body, width):
        page = browser.new_page(viewport={"width": width, "height": 900})
        try:
            page.set_content(f"<!doctype html><html><body>{body}</body></html>")
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            return clipped(page.locator("body"))
        finally:
            page.close()

    return find


@pytest.mark.parametrize("width", [400, 1280])
def test_the_leaderboard_and_the_reasons_are_whole(cut, width):
    assert cut(leaderboard_page(leaderboard_view(3)), width) == []
    assert cut(decision_log_page(account()), width) == []


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_is_whole(cut, explained, kind, width):
    assert cut(report_page(explained(kind)), width) == []
